# SPDX-License-Identifier: Apache-2.0
"""The cells and how to reach them; rows of the api database (cell_mappings)."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from oslo_utils import uuidutils

from nova_api_db import exception, urls
from nova_api_db.context import RequestContext
from nova_api_db.db.api import cell_mapping as query
from nova_api_db.objects import base, creation, fields

#: Field -> how the template that is stored becomes the URL.
_EXPAND: dict[str, Callable[[str], str]] = {
    "database_connection": urls.expand_database,
    "transport_url": urls.expand_transport,
}


@base.NovaObjectRegistry.register
class CellMapping(base.TimestampedFields, base.NovaObject):
    """One cell and the URLs of its database and message bus.

    The stored URLs may be templates. A loaded cell has what they become with the configuration of
    this process; saving another field leaves the stored text as it is.
    """

    # 1.1: field disabled
    VERSION = "1.1"

    #: The uuid of the cell of servers that no cell has taken.
    CELL0_UUID = "00000000-0000-0000-0000-000000000000"

    added_in = {"disabled": "1.1"}

    fields = {
        "id": fields.IntegerField(read_only=True),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(nullable=True),
        "transport_url": fields.StringField(),
        "database_connection": fields.StringField(),
        "disabled": fields.BooleanField(default=False),
    }

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, uuid: str) -> Self:
        """Return a cell.

        :raises CellMappingNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, uuid))

    @classmethod
    def get_by_name(cls, context: RequestContext, name: str) -> Self:
        """Return the cell of a name.

        :raises CellMappingNotFound: if there is none
        :raises CellMappingAmbiguous: if there are several
        """
        return cls.from_row(context, query.get_by_name(context, name))

    @classmethod
    def get_by_uuid_or_name(cls, context: RequestContext, uuid_or_name: str) -> Self:
        """Return the cell that a person means, by its uuid or else by its name.

        :raises CellMappingNotFound: if there is none
        :raises CellMappingAmbiguous: if several have that name
        """
        if uuidutils.is_uuid_like(uuid_or_name):
            try:
                return cls.get_by_uuid(context, uuid_or_name)
            except exception.CellMappingNotFound:
                pass
        return cls.get_by_name(context, uuid_or_name)

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any], prefix: str = "") -> Self:
        """Make a cell from its row, or from one that holds its columns behind a prefix."""
        return cls(context)._load(row, prefix)

    def _load(self, row: Mapping[str, Any], prefix: str = "") -> Self:
        if prefix:
            row = {name: row[prefix + name] for name in self.fields}
        self.obj_load_row(row)
        for name, expand in _EXPAND.items():
            if (template := row[name]) is not None:
                self.obj_set_loaded(name, expand(template))
        if row["disabled"] is None:
            self.obj_set_loaded("disabled", False)
        return self

    @base.remotable
    def create(self) -> None:
        """Store the cell.

        :raises ObjectActionError: if it is stored already, or lacks its uuid or a URL
        :raises oslo_db.exception.DBDuplicateEntry: if there is one of that uuid
        """
        creation.check_new(self, "uuid", "transport_url", "database_connection", takes_id=True)
        self._load(query.create(self._context, self.obj_get_changes()))

    @base.remotable
    def save(self) -> None:
        """Store what changed, and take over what else is stored by now.

        :raises CellMappingNotFound: if it is gone
        """
        self._load(query.update(self._context, self.uuid, self.obj_get_changes()))

    @base.remotable
    def destroy(self) -> None:
        """Delete the cell.

        :raises CellMappingNotFound: if it is gone
        :raises oslo_db.exception.DBReferenceError: if servers or hosts are mapped to it
        """
        query.delete(self._context, self.uuid)

    @property
    def identity(self) -> str:
        """How to tell a person which cell it is: its uuid, and its name if it has one."""
        if self.obj_attr_is_set("name") and self.name:
            return f"{self.uuid}({self.name})"
        return str(self.uuid)

    def is_cell0(self) -> bool:
        """Say whether this is the cell of servers that no cell has taken."""
        return bool(self.obj_attr_is_set("uuid") and self.uuid == self.CELL0_UUID)

    def __repr__(self) -> str:
        """Show the fields, but no password."""
        shown = ",".join(f"{name}={self._show(name)}" for name in sorted(self.fields))
        return f"{self.obj_name()}({shown})"

    def _show(self, name: str) -> str:
        if not self.obj_attr_is_set(name):
            return "<?>"
        value = getattr(self, name)
        return self.fields[name].stringify(urls.mask(value) if name in _EXPAND else value)


class Cells:
    """The cells of one answer: rows of the same cell share one object."""

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self._known: dict[int, CellMapping] = {}

    def of(self, row: Mapping[str, Any]) -> CellMapping | None:
        """Return the cell that is joined to a row, None if there is none."""
        key = row[query.PREFIX + "id"]
        if key is None or row[query.PREFIX + "uuid"] is None:
            return None
        cell = self._known.get(key)
        if cell is None:
            cell = CellMapping.from_row(self._context, row, query.PREFIX)
            self._known[key] = cell
        return cell


@base.NovaObjectRegistry.register
class CellMappingList(base.ObjectListBase[CellMapping], base.NovaObject):
    """Cells, the oldest first."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("CellMapping")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all cells."""
        return cls._from_rows(context, query.list_all(context))

    @classmethod
    @base.remotable
    def get_by_disabled(cls, context: RequestContext, disabled: bool) -> Self:
        """Return the cells that are disabled, or those that are not."""
        return cls._from_rows(context, query.list_by_disabled(context, disabled))

    @classmethod
    def get_by_project_id(cls, context: RequestContext, project_id: str) -> Self:
        """Return the cells in which a project has servers."""
        return cls._from_rows(context, query.list_by_project_id(context, project_id))

    @classmethod
    def _from_rows(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        make = functools.partial(CellMapping.from_row, context)
        return cls(context).obj_fill([make(row) for row in rows])
