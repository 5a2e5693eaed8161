# SPDX-License-Identifier: Apache-2.0
"""Which cell a compute host is in; a row of the api database (host_mappings)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.db.api import host_mapping as query
from nova_api_db.objects import base, creation, fields, remote
from nova_api_db.objects.cell_mapping import CellMapping, Cells

_COLUMNS = ("id", "host", "created_at", "updated_at")


@base.NovaObjectRegistry.register
class HostMapping(base.TimestampedFields, base.NovaObject):
    """The cell of one compute host."""

    VERSION = "1.0"

    fields = {
        "id": fields.IntegerField(read_only=True),
        "host": fields.StringField(),
        "cell_mapping": fields.ObjectField("CellMapping"),
    }

    @classmethod
    @base.remotable
    def get_by_host(cls, context: RequestContext, host: str) -> Self:
        """Return the mapping of a host, with its cell.

        :raises HostMappingNotFound: if there is none
        """
        return cls.from_row(query.get_by_host(context, host), Cells(context), context)

    @classmethod
    def from_row(cls, row: Mapping[str, Any], cells: Cells, context: RequestContext) -> Self:
        """Make a mapping from a row that the columns of its cell are joined to."""
        return cls(context)._load(row, cells)

    def _load(self, row: Mapping[str, Any], cells: Cells) -> Self:
        self.obj_load_row(row, _COLUMNS)
        cell = cells.of(row)
        if cell is not None:
            self.obj_set_loaded("cell_mapping", cell)
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Read the cell of a host of which only the name is known."""
        if attrname != "cell_mapping" or self._context is None or not self.obj_attr_is_set("host"):
            super().obj_load_attr(attrname)
        cell = self._read_cell()
        if cell is None:
            super().obj_load_attr(attrname)
        self.obj_set_loaded("cell_mapping", cell)

    def _read_cell(self) -> CellMapping | None:
        if remote.is_used(self):
            return type(self).get_by_host(self._context, self.host).cell_mapping
        return Cells(self._context).of(query.get_by_host(self._context, self.host))

    def _changed_columns(self) -> dict[str, Any]:
        changes = self.obj_get_changes()
        if "cell_mapping" in changes:
            changes["cell_id"] = changes.pop("cell_mapping").id
        return changes

    @base.remotable
    def create(self) -> None:
        """Store the mapping.

        :raises ObjectActionError: if it is stored already, or lacks its host or cell
        :raises oslo_db.exception.DBDuplicateEntry: if the host has one
        """
        creation.check_new(self, "host", "cell_mapping", takes_id=True)
        self.obj_load_row(query.create(self._context, self._changed_columns()), _COLUMNS)
        self.obj_reset_changes()

    @base.remotable
    def save(self) -> None:
        """Store what changed, and take over what else is stored by now.

        :raises HostMappingNotFound: if it is gone
        """
        key = self.id if self.obj_attr_is_set("id") else self.host
        row = query.update(self._context, key, self.host, self._changed_columns())
        self._load(row, Cells(self._context))

    @base.remotable
    def destroy(self) -> None:
        """Delete the mapping.

        :raises HostMappingNotFound: if it is gone
        """
        query.delete(self._context, self.host)


@base.NovaObjectRegistry.register
class HostMappingList(base.ObjectListBase[HostMapping], base.NovaObject):
    """Host mappings, the oldest first."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("HostMapping")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return the mappings of all hosts."""
        return cls._from_rows(context, query.list_by_cell_id(context))

    @classmethod
    @base.remotable
    def get_by_cell_id(cls, context: RequestContext, cell_id: int | None) -> Self:
        """Return the mappings of a cell's hosts, by the id of its row; None: of all hosts."""
        return cls._from_rows(context, query.list_by_cell_id(context, cell_id))

    @classmethod
    def _from_rows(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        cells = Cells(context)
        make = HostMapping.from_row
        return cls(context).obj_fill([make(row, cells, context) for row in rows])
