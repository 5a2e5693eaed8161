# SPDX-License-Identifier: Apache-2.0
"""Moves of servers; rows of a cell database (migrations)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception, objects
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import migration as query
from nova_api_db.objects import base, creation, fields
from nova_api_db.objects.compute_node import ComputeNode

#: What moves that tie are sorted by.
TIE_BREAKERS = ("created_at", "id")


@base.NovaObjectRegistry.register
class Migration(base.PersistentFields, base.NovaObject):
    """One move of a server, from its start to its end."""

    # 1.8: field dest_compute_id
    # 1.7: fields user_id and project_id
    # 1.6: field cross_cell_move, method get_by_uuid
    # 1.5: field uuid
    # 1.4: six progress counters (memory_* and disk_*)
    # 1.3: method get_by_id_and_instance
    # 1.2: fields migration_type and hidden
    # 1.1: strings accept unicode
    VERSION = "1.8"

    added_in = {
        "migration_type": "1.2",
        "hidden": "1.2",
        "memory_total": "1.4",
        "memory_processed": "1.4",
        "memory_remaining": "1.4",
        "disk_total": "1.4",
        "disk_processed": "1.4",
        "disk_remaining": "1.4",
        "uuid": "1.5",
        "cross_cell_move": "1.6",
        "user_id": "1.7",
        "project_id": "1.7",
        "dest_compute_id": "1.8",
    }

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "source_compute": fields.StringField(nullable=True),
        "dest_compute": fields.StringField(nullable=True),
        "source_node": fields.StringField(nullable=True),
        "dest_node": fields.StringField(nullable=True),
        "dest_compute_id": fields.IntegerField(nullable=True),
        "dest_host": fields.StringField(nullable=True),
        "old_instance_type_id": fields.IntegerField(nullable=True),
        "new_instance_type_id": fields.IntegerField(nullable=True),
        "instance_uuid": fields.StringField(nullable=True),
        "status": fields.StringField(nullable=True),
        "migration_type": fields.MigrationTypeField(),
        "hidden": fields.BooleanField(default=False),
        "memory_total": fields.IntegerField(nullable=True),
        "memory_processed": fields.IntegerField(nullable=True),
        "memory_remaining": fields.IntegerField(nullable=True),
        "disk_total": fields.IntegerField(nullable=True),
        "disk_processed": fields.IntegerField(nullable=True),
        "disk_remaining": fields.IntegerField(nullable=True),
        "cross_cell_move": fields.BooleanField(default=False),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
    }

    def obj_load_attr(self, attrname: str) -> None:
        """Set what rows older than the field leave open; raise ObjectActionError for the rest."""
        if attrname == "migration_type":
            self.migration_type = self._implied_type()
        elif attrname in ("hidden", "cross_cell_move"):
            self.obj_set_defaults(attrname)
        else:
            super().obj_load_attr(attrname)

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        self._instance: Any = None
        super().__init__(context, **kwargs)

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        for name in ("hidden", "cross_cell_move"):
            if row[name] is None:
                self.obj_set_loaded(name, False)
        if row["migration_type"] is None:
            self.obj_set_loaded("migration_type", self._implied_type())
        return self

    def _implied_type(self) -> str:
        # Before it was recorded, a move to another flavor was a resize.
        is_resize = self.old_instance_type_id != self.new_instance_type_id
        return fields.MigrationType.RESIZE if is_resize else fields.MigrationType.MIGRATION

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, migration_uuid: str) -> Self:
        """Return a move, also after its server is deleted.

        :raises MigrationNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, migration_uuid))

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, migration_id: int) -> Self:
        """Return a move, also after its server is deleted.

        :raises MigrationNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, migration_id))

    @classmethod
    @base.remotable
    def get_by_id_and_instance(
        cls, context: RequestContext, migration_id: int, instance_uuid: str
    ) -> Self:
        """Return a move of a server.

        :raises MigrationNotFoundForInstance: if there is none
        """
        return cls.from_row(
            context, query.get_by_id_and_instance(context, migration_id, instance_uuid)
        )

    @classmethod
    @base.remotable
    def get_by_instance_and_status(
        cls, context: RequestContext, instance_uuid: str, status: str
    ) -> Self:
        """Return the first move of a server in a status, also after the server is deleted.

        :raises MigrationNotFoundByStatus: if there is none
        """
        return cls.from_row(
            context, query.get_by_instance_and_status(context, instance_uuid, status)
        )

    @base.remotable
    def create(self) -> None:
        """Store it, with a uuid if it has none, in the name of who asks if it names nobody.

        :raises ObjectActionError: if it is stored already, or has no type, or names the node it
            goes to and not its id
        :raises oslo_db.exception.DBReferenceError: if there is no such server
        """
        creation.check_new(self, "migration_type")
        if self.obj_attr_is_set("dest_node") and not self.obj_attr_is_set("dest_compute_id"):
            raise exception.ObjectActionError(
                action="create", reason="a move that names its node names its dest_compute_id too"
            )
        for name in ("user_id", "project_id"):
            if not self.obj_attr_is_set(name):
                setattr(self, name, getattr(self._context, name))
        self._load(query.create(self._context, self.obj_get_changes()))

    @base.remotable
    def save(self) -> None:
        """Store what changed, also after the server is deleted.

        :raises MigrationNotFound: if it is gone
        """
        changes = self.obj_get_changes()
        changes.pop("id", None)
        if changes:
            self._load(query.update(self._context, self.id, changes))

    @property
    def instance(self) -> Any:
        """The server that moves, loaded when first read.

        :raises InstanceNotFound: if it is gone
        """
        if self._instance is None:
            self._instance = objects.Instance.get_by_uuid(self._context, self.instance_uuid or "")
        return self._instance

    @instance.setter
    def instance(self, instance: Any) -> None:
        self._instance = instance

    def get_dest_compute_id(self) -> int | None:
        """Return the id of the node it goes to, looked up by its name where it is not known.

        :raises ComputeHostNotFound: if there is no node of that name
        """
        known = self.obj_attr_is_set("dest_compute_id") and self.dest_compute_id is not None
        named = self.obj_attr_is_set("dest_compute") and self.obj_attr_is_set("dest_node")
        if not known and named and self.dest_compute and self.dest_node:
            node = ComputeNode.get_by_host_and_nodename(
                self._context, self.dest_compute, self.dest_node
            )
            self.dest_compute_id = node.id
        return self.dest_compute_id if self.obj_attr_is_set("dest_compute_id") else None

    @property
    def is_live_migration(self) -> bool:
        """Whether the server keeps running while it moves."""
        return bool(self.migration_type == fields.MigrationType.LIVE_MIGRATION)

    @property
    def is_resize(self) -> bool:
        """Whether the server moves to another flavor."""
        return bool(self.migration_type == fields.MigrationType.RESIZE)

    @property
    def is_same_host_resize(self) -> bool:
        """Whether the server stays on its node while it is resized."""
        return self.is_resize and self.source_node == self.dest_node


@base.NovaObjectRegistry.register
class MigrationList(base.ObjectListBase[Migration], base.NovaObject):
    """Moves of servers."""

    VERSION = "1.5"

    fields = {"objects": fields.ListOfObjectsField("Migration")}

    @classmethod
    @base.remotable
    def get_unconfirmed_by_dest_compute(
        cls,
        context: RequestContext,
        confirm_window: int,
        dest_compute: str,
        use_slave: bool = False,
    ) -> Self:
        """Return the moves to a host that have waited to be confirmed for so many seconds."""
        found = query.list_unconfirmed_by_dest_compute(
            context, use_slave, confirm_window, dest_compute
        )
        return cls._of(context, found)

    @classmethod
    @base.remotable
    def get_in_progress_by_host_and_node(
        cls, context: RequestContext, host: str, node: str
    ) -> Self:
        """Return the moves from or to a node that are not over."""
        return cls._of(context, query.list_in_progress_by_host_and_node(context, host, node))

    @classmethod
    @base.remotable
    def get_in_progress_and_error(cls, context: RequestContext, host: str, node: str) -> Self:
        """Return the moves from or to a node that are not over, or ended in an error."""
        found = query.list_in_progress_by_host_and_node(context, host, node, with_errors=True)
        return cls._of(context, found)

    @classmethod
    @base.remotable
    def get_in_progress_by_instance(
        cls, context: RequestContext, instance_uuid: str, migration_type: str | None = None
    ) -> Self:
        """Return the moves that a server is in, of a type or any."""
        found = query.list_in_progress_by_instance(context, instance_uuid, migration_type)
        return cls._of(context, found)

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        sort_keys: Sequence[str] | None = None,
        sort_dirs: Sequence[str] | None = None,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Self:
        """Return the moves that pass all filters.

        :param filters: name -> value, or values to choose from; names that are no filter say
            nothing
        :param sort_keys: fields to sort by; the newest first if only a page is asked for
        :param sort_dirs: asc or desc for each, the first for those without (default: desc)
        :param marker: the uuid of a move: those that follow it are returned
        :raises MarkerNotFound: if there is no such move
        :raises InvalidSortKey: if moves cannot be sorted by a field
        :raises InvalidSortDirection: if a direction is neither asc nor desc
        """
        if limit == 0:
            return cls(context).obj_fill([])
        order = None
        if sort_keys or sort_dirs or limit is not None or marker is not None:
            order = _order(sort_keys or (), sort_dirs or ())
        found = query.list_by_filters(
            context,
            filters,
            order=order,
            limit=limit,
            marker=marker,
            read_deleted=context.read_deleted,
        )
        return cls._of(context, found)

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([Migration.from_row(context, row) for row in rows])


def _order(keys: Sequence[str], directions: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the fields to sort by, in a total order, and whether they descend."""
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise exception.InvalidSortDirection(direction=direction)
    if len(directions) > len(keys):
        raise exception.Invalid(reason="there are more sort directions than sort keys")
    for key in keys:
        if key not in Migration.fields:
            raise exception.InvalidSortKey
    default = directions[0] if directions else "desc"
    all_keys = [*keys, *(key for key in TIE_BREAKERS if key not in keys)]
    all_directions = [*directions, *[default] * (len(all_keys) - len(directions))]
    return [
        (key, direction == "desc") for key, direction in zip(all_keys, all_directions, strict=True)
    ]
