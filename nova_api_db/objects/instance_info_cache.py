# SPDX-License-Identifier: Apache-2.0
"""The interfaces of a server as last seen; a row of a cell database (instance_info_caches)."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_info_cache as query
from nova_api_db.objects import base, fields, primitives

_PLAIN_COLUMNS = ("instance_uuid", "created_at", "updated_at", "deleted_at", "deleted")


@base.NovaObjectRegistry.register
class InstanceInfoCache(base.PersistentFields, base.NovaObject):
    """The network interfaces of a server as last seen."""

    VERSION = "1.5"

    fields = {
        "instance_uuid": fields.UUIDField(),
        "network_info": fields.NetworkModelField(nullable=True),
    }

    @classmethod
    def new(cls, context: Any, instance_uuid: str) -> Self:
        """Make the cache of a new server: nothing has been seen yet."""
        return cls(context, instance_uuid=instance_uuid, network_info=None)

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row; the text is parsed when the interfaces are first read."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row, _PLAIN_COLUMNS)
        self.obj_set_pending("network_info", row["network_info"])
        return self

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return the cache of a server.

        :raises InstanceInfoCacheNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_instance_uuid(context, instance_uuid))

    @base.remotable
    def save(self, update_cells: bool = True) -> None:
        """Store the interfaces if they were set; the row need not exist yet.

        :param update_cells: has no effect
        :raises InstanceInfoCacheNotFound: if the server, or its cache, is deleted
        """
        if "network_info" not in self.obj_what_changed():
            return
        text = self.obj_to_primitive()[primitives.DATA]["network_info"]
        self._load(query.update(self._context, self.instance_uuid, text))

    @base.remotable
    def delete(self) -> None:
        """Delete it; it need not exist."""
        query.delete(self._context, self.instance_uuid)

    @base.remotable
    def refresh(self) -> None:
        """Read it again.

        :raises InstanceInfoCacheNotFound: if it is gone
        """
        self._load(query.get_by_instance_uuid(self._context, self.instance_uuid))
