# SPDX-License-Identifier: Apache-2.0
"""Which cell a server is in; a row of the api database (instance_mappings)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.db.api import instance_mapping as query
from nova_api_db.objects import base, creation, fields
from nova_api_db.objects.cell_mapping import Cells

_COLUMNS = (
    "id",
    "instance_uuid",
    "project_id",
    "user_id",
    "queued_for_delete",
    "created_at",
    "updated_at",
)


@base.NovaObjectRegistry.register
class InstanceMapping(base.TimestampedFields, base.NovaObject):
    """The cell of one server, null until one is chosen.

    A row of before there were users in this table leaves ``user_id`` unset; reading it raises.
    """

    # 1.2: field user_id
    # 1.1: field queued_for_delete
    VERSION = "1.2"

    added_in = {"queued_for_delete": "1.1", "user_id": "1.2"}

    fields = {
        "id": fields.IntegerField(read_only=True),
        "instance_uuid": fields.UUIDField(),
        "cell_mapping": fields.ObjectField("CellMapping", nullable=True),
        "project_id": fields.StringField(),
        "user_id": fields.StringField(),
        "queued_for_delete": fields.BooleanField(default=False),
    }

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return the mapping of a server, with its cell.

        :raises InstanceMappingNotFound: if there is none
        """
        row = query.get_by_instance_uuid(context, instance_uuid)
        return cls.from_row(row, Cells(context), context)

    @classmethod
    def from_row(cls, row: Mapping[str, Any], cells: Cells, context: RequestContext) -> Self:
        """Make a mapping from a row that the columns of its cell are joined to."""
        return cls(context)._load(row, cells)

    def _load(self, row: Mapping[str, Any], cells: Cells) -> Self:
        self._load_columns(row)
        self.obj_set_loaded("cell_mapping", cells.of(row))
        return self

    def _load_columns(self, row: Mapping[str, Any]) -> None:
        self.obj_load_row(row, _COLUMNS)
        if row["queued_for_delete"] is None:
            self.obj_set_loaded("queued_for_delete", False)

    def obj_to_row(self) -> dict[str, Any]:
        """Return the columns to insert, without an id."""
        self.obj_set_defaults("queued_for_delete")
        optional = {"cell_id": None, "user_id": None}
        return {**optional, **self._changed_columns(self.obj_get_changes())}

    def _changed_columns(self, changes: dict[str, Any]) -> dict[str, Any]:
        if "cell_mapping" in changes:
            cell = changes.pop("cell_mapping")
            changes["cell_id"] = None if cell is None else cell.id
        return changes

    @base.remotable
    def create(self) -> None:
        """Store the mapping; without a cell the server counts as not scheduled yet.

        :raises ObjectActionError: if it is stored already, or lacks its instance or project
        :raises oslo_db.exception.DBDuplicateEntry: if the server has one
        """
        creation.check_new(self, "instance_uuid", "project_id", takes_id=True)
        if not self.obj_attr_is_set("cell_mapping"):
            self.cell_mapping = None
        self._load_columns(query.create(self._context, self.obj_to_row()))
        self.obj_reset_changes()

    @base.remotable
    def save(self) -> None:
        """Store what changed, and take over what else is stored by now.

        :raises InstanceMappingNotFound: if it is gone
        """
        changes = self._changed_columns(self.obj_get_changes())
        row = query.update(self._context, self.instance_uuid, changes)
        self._load(row, Cells(self._context))

    @base.remotable
    def destroy(self) -> None:
        """Delete the mapping.

        :raises InstanceMappingNotFound: if it is gone
        """
        query.delete(self._context, self.instance_uuid)


@base.NovaObjectRegistry.register
class InstanceMappingList(base.ObjectListBase[InstanceMapping], base.NovaObject):
    """Instance mappings, the oldest first."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("InstanceMapping")}

    @classmethod
    @base.remotable
    def get_by_project_id(cls, context: RequestContext, project_id: str) -> Self:
        """Return the mappings of a project's servers."""
        return cls._from_rows(context, query.list_by_project_id(context, project_id))

    @classmethod
    @base.remotable
    def get_by_cell_id(cls, context: RequestContext, cell_id: int | None) -> Self:
        """Return the mappings to a cell, by the id of its row; None: those to no cell yet."""
        return cls._from_rows(context, query.list_by_cell_id(context, cell_id))

    @classmethod
    @base.remotable
    def get_by_instance_uuids(cls, context: RequestContext, uuids: Collection[str]) -> Self:
        """Return the mappings of those servers that have one."""
        return cls._from_rows(context, query.list_by_instance_uuids(context, uuids))

    @classmethod
    def get_not_deleted_by_cell_and_project(
        cls,
        context: RequestContext,
        cell_uuid: str,
        project_id: str | None,
        limit: int | None = None,
    ) -> Self:
        """Return the mappings to a cell, of one or of all projects, not queued for delete."""
        rows = query.list_not_queued(
            context, cell_uuid=cell_uuid, project_id=project_id, limit=limit
        )
        return cls._from_rows(context, rows)

    @classmethod
    def get_not_deleted_after(
        cls,
        context: RequestContext,
        cell_ids: Collection[int],
        *,
        after_id: int = 0,
        limit: int | None = None,
        project_id: str | None = None,
        user_id: str | None = None,
        uuids: Collection[str] | None = None,
    ) -> Self:
        """Return a page of the mappings to some cells that are not queued for delete.

        :param after_id: the id of the last mapping of the page before
        """
        rows = query.list_not_queued(
            context,
            cell_ids=cell_ids,
            after_id=after_id,
            limit=limit,
            project_id=project_id,
            user_id=user_id,
            instance_uuids=uuids,
        )
        return cls._from_rows(context, rows)

    @classmethod
    @base.remotable
    def get_counts(
        cls, context: RequestContext, project_id: str, user_id: str | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many servers a project has, and a user in it, without the deleted ones.

        :returns: ``{"project": {"instances": ...}, "user": {"instances": ...}}``, the latter only
            for a user
        """
        of_project, of_user = query.count_by_project_and_user(context, project_id, user_id)
        counts = {"project": {"instances": of_project}}
        if user_id:
            counts["user"] = {"instances": of_user}
        return counts

    @classmethod
    def get_count_by_uuids_and_user(
        cls, context: RequestContext, uuids: Collection[str], user_id: str
    ) -> int:
        """Return how many of some servers are a user's, without the deleted ones."""
        return query.count_by_uuids_and_user(context, uuids, user_id)

    @classmethod
    def destroy_bulk(cls, context: RequestContext, instance_uuids: Collection[str]) -> int:
        """Delete the mappings of servers, all or none, and return how many there were."""
        return query.delete_many(context, instance_uuids)

    @classmethod
    def _from_rows(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        cells = Cells(context)
        make = InstanceMapping.from_row
        return cls(context).obj_fill([make(row, cells, context) for row in rows])
