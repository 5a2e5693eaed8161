# SPDX-License-Identifier: Apache-2.0
"""Groups of hosts; rows of the api database (aggregates, aggregate_hosts, aggregate_metadata)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from oslo_utils import uuidutils

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.api import aggregate as query
from nova_api_db.objects import base, creation, fields


@base.NovaObjectRegistry.register
class Aggregate(base.PersistentFields, base.NovaObject):
    """A group of hosts with metadata, such as the availability zone they form."""

    VERSION = "1.3"

    obj_extra_fields = ["availability_zone"]

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(),
        "hosts": fields.ListOfStringsField(nullable=True),
        "metadata": fields.DictOfStringsField(nullable=True),
    }

    @property
    def availability_zone(self) -> str | None:
        """The availability zone that the hosts form, if any."""
        return (self.metadata or {}).get("availability_zone")

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, aggregate_id: int) -> Self:
        """Return an aggregate.

        :raises AggregateNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, aggregate_id))

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, aggregate_uuid: str) -> Self:
        """Return an aggregate.

        :raises AggregateNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, aggregate_uuid))

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make an aggregate from what a query returns."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        self.obj_set_loaded("deleted_at", None)
        self.obj_set_loaded("deleted", False)
        return self

    @base.remotable
    def create(self) -> None:
        """Store the aggregate with its metadata; it gets a uuid if it has none.

        :raises ObjectActionError: if it is stored already, has no name, or has hosts
        :raises AggregateNameExists: if there is one of that name
        """
        creation.check_new(self, "name")
        values = self._changes("create")
        metadata = values.pop("metadata", None) or {}
        values.setdefault("uuid", uuidutils.generate_uuid())
        self._load(query.create(self._context, values, metadata))
        self.obj_reset_changes()

    @base.remotable
    def save(self) -> None:
        """Store what changed; metadata that was set takes the place of all that is stored.

        :raises ObjectActionError: if the hosts were changed: they have methods of their own
        :raises AggregateNotFound: if it is gone
        :raises AggregateNameExists: if another one has that name
        """
        values = self._changes("save")
        replaces = "metadata" in values
        metadata = values.pop("metadata", None) or {}
        row = query.update(self._context, self.id, values, metadata, replaces_metadata=replaces)
        self._load(row)
        self.obj_reset_changes()

    def _changes(self, action: str) -> dict[str, Any]:
        changes = self.obj_get_changes()
        if "hosts" in changes:
            raise exception.ObjectActionError(action=action, reason="hosts updated inline")
        return changes

    @base.remotable
    def update_metadata(self, updates: Mapping[str, str | None]) -> None:
        """Store metadata, leaving other keys as they are; None deletes a key.

        :raises AggregateNotFound: if the aggregate is gone
        """
        row = query.update(self._context, self.id, {}, updates)
        self.obj_load_row(row, ("metadata", "updated_at"))

    @base.remotable
    def add_host(self, host: str) -> None:
        """Put a host into the aggregate.

        :raises AggregateNotFound: if the aggregate is gone
        :raises AggregateHostExists: if the host is in it
        """
        row = query.add_host(self._context, self.id, host)
        self.obj_load_row(row, ("hosts",))

    @base.remotable
    def delete_host(self, host: str) -> None:
        """Take a host out of the aggregate.

        :raises AggregateNotFound: if the aggregate is gone
        :raises AggregateHostNotFound: if the host is not in it
        """
        row = query.delete_host(self._context, self.id, host)
        self.obj_load_row(row, ("hosts",))

    @base.remotable
    def destroy(self) -> None:
        """Delete the aggregate.

        :raises AggregateNotFound: if it is gone
        :raises oslo_db.exception.DBReferenceError: if it has hosts
        """
        query.delete(self._context, self.id)


@base.NovaObjectRegistry.register
class AggregateList(base.ObjectListBase[Aggregate], base.NovaObject):
    """Aggregates, the oldest first, each with all its hosts and metadata."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("Aggregate")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all aggregates."""
        return cls._from_rows(context, query.list_by(context))

    @classmethod
    @base.remotable
    def get_by_host(cls, context: RequestContext, host: str, key: str | None = None) -> Self:
        """Return the aggregates of a host, if a key is given those with it in their metadata."""
        return cls._from_rows(context, query.list_by(context, hosts=[host], key=key))

    @classmethod
    @base.remotable
    def get_by_metadata_key(
        cls, context: RequestContext, key: str, hosts: Iterable[str] | None = None
    ) -> Self:
        """Return the aggregates with a key in their metadata, of some hosts only if given."""
        return cls._from_rows(context, query.list_by(context, hosts=hosts, key=key))

    @classmethod
    @base.remotable
    def get_by_metadata(
        cls, context: RequestContext, key: str | None = None, value: str | None = None
    ) -> Self:
        """Return the aggregates with a key, a value, or that value under that key.

        :raises Invalid: if neither is given
        """
        if not key and not value:
            raise exception.Invalid(reason="Give a key or a value of the metadata.")
        rows = query.list_by(context, key=key or None, value=value or None)
        return cls._from_rows(context, rows)

    @classmethod
    def get_non_matching_by_metadata_keys(
        cls, context: RequestContext, ignored_keys: Iterable[str], key_prefix: str, value: str
    ) -> Self:
        """Return the aggregates with that value under some other key that starts so."""
        rows = query.list_with_other_keys(context, ignored_keys, key_prefix, value)
        return cls._from_rows(context, rows)

    @classmethod
    def _from_rows(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([Aggregate.from_row(context, row) for row in rows])
