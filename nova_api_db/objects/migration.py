# SPDX-License-Identifier: Apache-2.0
"""Moves of servers; rows of a cell database (migrations)."""

from nova_api_db.objects import base, fields


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
            # Before it was recorded, a move to another flavor was a resize.
            is_resize = self.old_instance_type_id != self.new_instance_type_id
            kind = fields.MigrationType.RESIZE if is_resize else fields.MigrationType.MIGRATION
            self.migration_type = kind
        elif attrname in ("hidden", "cross_cell_move"):
            self.obj_set_defaults(attrname)
        else:
            super().obj_load_attr(attrname)

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
