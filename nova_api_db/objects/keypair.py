# SPDX-License-Identifier: Apache-2.0
"""The ssh keys of users; rows of the api database (key_pairs), a copy in instance_extra."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.api import keypair as query
from nova_api_db.objects import base, creation, fields


@base.NovaObjectRegistry.register
class KeyPair(base.PersistentFields, base.NovaObject, base.DictCompat):
    """A public key of a user; a name is one of that user's alone."""

    # 1.2: field type
    VERSION = "1.4"

    added_in = {"type": "1.2"}

    fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(),
        "user_id": fields.StringField(nullable=True),
        "fingerprint": fields.StringField(nullable=True),
        "public_key": fields.StringField(nullable=True),
        "type": fields.StringField(),
    }

    @classmethod
    @base.remotable
    def get_by_name(
        cls, context: RequestContext, user_id: str, name: str, localonly: bool = False
    ) -> Self:
        """Return a user's key of a name.

        :param localonly: look in the cell's own database only, where there are none any more
        :raises KeypairNotFound: if there is none
        """
        if localonly:
            raise exception.KeypairNotFound(user_id=user_id, name=name)
        return cls.from_row(context, query.get_by_name(context, user_id, name))

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make a key pair from its row."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        self.obj_set_loaded("deleted_at", None)
        self.obj_set_loaded("deleted", False)
        return self

    @base.remotable
    def create(self) -> None:
        """Store the key.

        :raises ObjectActionError: if it is stored already, or lacks its name or user
        :raises KeyPairExists: if the user has one of that name
        """
        creation.check_new(self, "name", "user_id")
        self._load(query.create(self._context, self.obj_get_changes()))
        self.obj_reset_changes()

    @base.remotable
    def destroy(self) -> None:
        """Delete the key; servers keep their copies of it.

        :raises KeypairNotFound: if it is gone
        """
        query.delete(self._context, self.user_id, self.name)

    @classmethod
    @base.remotable
    def destroy_by_name(cls, context: RequestContext, user_id: str, name: str) -> None:
        """Delete a user's key of a name.

        :raises KeypairNotFound: if there is none
        """
        query.delete(context, user_id, name)


@base.NovaObjectRegistry.register
class KeyPairList(base.ObjectListBase[KeyPair], base.NovaObject):
    """Key pairs, by name."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("KeyPair")}

    @classmethod
    @base.remotable
    def get_by_user(
        cls,
        context: RequestContext,
        user_id: str,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Self:
        """Return a page of a user's keys.

        :param marker: the name of the last key of the page before
        :raises MarkerNotFound: if there is no such key
        """
        rows = query.list_by_user(context, user_id, limit=limit, marker=marker)
        return cls(context).obj_fill([KeyPair.from_row(context, row) for row in rows])

    @classmethod
    @base.remotable
    def get_count_by_user(cls, context: RequestContext, user_id: str) -> int:
        """Return how many keys a user has."""
        return query.count_by_user(context, user_id)
