# SPDX-License-Identifier: Apache-2.0
"""Create migrations and instance actions.

Expands. Each table is followed by the shadow that its rows are archived to.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "6e03a9c5f7b4"
down_revision = "58d2e7f1a4c9"

MIGRATION_TYPE = sa.Enum(
    "migration", "resize", "live-migration", "evacuation", name="migration_type"
).with_variant(
    postgresql.ENUM(
        "migration",
        "resize",
        "live-migration",
        "evacuation",
        name="migration_type",
        create_type=False,
    ),
    "postgresql",
)


def create_table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *elements,
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )


def create_foreign_key_index(name: str, table: str, columns: list[str]) -> None:
    """Name the index that MySQL would otherwise make by itself; elsewhere there is none."""
    if op.get_context().dialect.name == "mysql":
        op.create_index(name, table, columns)


def create_shadow(name: str, columns: list[sa.Column[Any]]) -> None:
    """Create the table that rows go to when they are archived: no index, no foreign key."""
    primary_key = sa.PrimaryKeyConstraint("id", name=f"{name}_pkey")
    create_table(name, *columns, primary_key)


def migrations() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("source_compute", sa.String(255)),
        sa.Column("dest_compute", sa.String(255)),
        sa.Column("dest_host", sa.String(255)),
        sa.Column("status", sa.String(255)),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("old_instance_type_id", sa.Integer()),
        sa.Column("new_instance_type_id", sa.Integer()),
        sa.Column("source_node", sa.String(255)),
        sa.Column("dest_node", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
        sa.Column("migration_type", MIGRATION_TYPE),
        sa.Column("hidden", sa.Boolean()),
        sa.Column("memory_total", sa.BigInteger()),
        sa.Column("memory_processed", sa.BigInteger()),
        sa.Column("memory_remaining", sa.BigInteger()),
        sa.Column("disk_total", sa.BigInteger()),
        sa.Column("disk_processed", sa.BigInteger()),
        sa.Column("disk_remaining", sa.BigInteger()),
        sa.Column("uuid", sa.String(36)),
        sa.Column("cross_cell_move", sa.Boolean()),
        sa.Column("user_id", sa.String(255)),
        sa.Column("project_id", sa.String(255)),
        sa.Column("dest_compute_id", sa.BigInteger()),
    ]


def instance_actions() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("action", sa.String(255)),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("request_id", sa.String(255)),
        sa.Column("user_id", sa.String(255)),
        sa.Column("project_id", sa.String(255)),
        sa.Column("start_time", sa.DateTime()),
        sa.Column("finish_time", sa.DateTime()),
        sa.Column("message", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
    ]


def instance_actions_events() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("event", sa.String(255)),
        sa.Column("action_id", sa.Integer()),
        sa.Column("start_time", sa.DateTime()),
        sa.Column("finish_time", sa.DateTime()),
        sa.Column("result", sa.String(255)),
        sa.Column("traceback", sa.Text()),
        sa.Column("deleted", sa.Integer()),
        sa.Column("host", sa.String(255)),
        sa.Column("details", sa.Text()),
    ]


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TYPE migration_type AS ENUM "
            "('migration', 'resize', 'live-migration', 'evacuation')"
        )

    create_table(
        "migrations",
        *migrations(),
        sa.PrimaryKeyConstraint("id", name="migrations_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="fk_migrations_instance_uuid"
        ),
    )
    op.create_index("migrations_uuid", "migrations", ["uuid"], unique=True)
    create_foreign_key_index("fk_migrations_instance_uuid", "migrations", ["instance_uuid"])
    op.create_index(
        "migrations_by_dest_host_nodes_and_status_idx",
        "migrations",
        ["deleted", "dest_compute", "dest_node", "status"],
    )
    op.create_index(
        "migrations_by_host_nodes_and_status_idx",
        "migrations",
        ["deleted", "source_compute", "dest_compute", "source_node", "dest_node", "status"],
        mysql_length={
            "source_compute": 100,
            "dest_compute": 100,
            "source_node": 100,
            "dest_node": 100,
        },
    )
    op.create_index(
        "migrations_by_src_host_nodes_and_status_idx",
        "migrations",
        ["deleted", "source_compute", "source_node", "status"],
    )
    op.create_index(
        "migrations_dest_compute_id_deleted_idx", "migrations", ["dest_compute_id", "deleted"]
    )
    op.create_index(
        "migrations_instance_uuid_and_status_idx",
        "migrations",
        ["deleted", "instance_uuid", "status"],
    )
    op.create_index("migrations_updated_at_idx", "migrations", ["updated_at"])

    create_shadow("shadow_migrations", migrations())

    create_table(
        "instance_actions",
        *instance_actions(),
        sa.PrimaryKeyConstraint("id", name="instance_actions_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="fk_instance_actions_instance_uuid"
        ),
    )
    op.create_index(
        "instance_actions_instance_uuid_updated_at_idx",
        "instance_actions",
        ["instance_uuid", "updated_at"],
    )
    op.create_index("instance_uuid_idx", "instance_actions", ["instance_uuid"])
    op.create_index("request_id_idx", "instance_actions", ["request_id"])

    create_shadow("shadow_instance_actions", instance_actions())

    create_table(
        "instance_actions_events",
        *instance_actions_events(),
        sa.PrimaryKeyConstraint("id", name="instance_actions_events_pkey"),
        sa.ForeignKeyConstraint(
            ["action_id"], ["instance_actions.id"], name="instance_actions_events_ibfk_1"
        ),
    )
    create_foreign_key_index("action_id", "instance_actions_events", ["action_id"])

    create_shadow("shadow_instance_actions_events", instance_actions_events())
