# SPDX-License-Identifier: Apache-2.0
"""What went wrong with a server; rows of a cell database (instance_faults)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_fault as query
from nova_api_db.objects import base, creation, fields


@base.NovaObjectRegistry.register
class InstanceFault(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One thing that went wrong with a server."""

    VERSION = "1.2"

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "code": fields.IntegerField(),
        "message": fields.StringField(nullable=True),
        "details": fields.StringField(nullable=True),
        "host": fields.StringField(nullable=True),
    }

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row."""
        fault = cls(context)
        fault.obj_load_row(row)
        return fault

    @classmethod
    @base.remotable
    def get_latest_for_instance(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the newest fault of a server, if it has any."""
        row = query.find_latest(context, instance_uuid)
        return None if row is None else cls.from_row(context, row)

    @base.remotable
    def create(self) -> None:
        """Store it.

        :raises ObjectActionError: if it is stored already, or lacks its server or code
        """
        creation.check_new(self, "instance_uuid", "code")
        self.obj_load_row(query.create(self._context, self.obj_get_changes()))


@base.NovaObjectRegistry.register
class InstanceFaultList(base.ObjectListBase[InstanceFault], base.NovaObject):
    """Faults of servers."""

    VERSION = "1.2"

    fields = {"objects": fields.ListOfObjectsField("InstanceFault")}

    @classmethod
    @base.remotable
    def get_latest_by_instance_uuids(
        cls, context: RequestContext, instance_uuids: Iterable[str]
    ) -> Self:
        """Return the newest fault of each of the servers that have any, in their order."""
        return cls._of(context, query.list_latest_by_instance_uuids(context, instance_uuids))

    @classmethod
    @base.remotable
    def get_by_instance_uuids(cls, context: RequestContext, instance_uuids: Iterable[str]) -> Self:
        """Return the faults of servers: those of the first server first, the newest first."""
        return cls._of(context, query.list_by_instance_uuids(context, instance_uuids))

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([InstanceFault.from_row(context, row) for row in rows])
