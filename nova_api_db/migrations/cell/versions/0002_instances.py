# SPDX-License-Identifier: Apache-2.0
"""Create instances and what belongs to them alone.

Expands. Each table is followed by the shadow that its rows are archived to.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2f60b9d3c81e"
down_revision = "1c5e8a4b7d02"

MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")
LOCKED_BY = sa.Enum("owner", "admin", name="instances0locked_by").with_variant(
    postgresql.ENUM("owner", "admin", name="instances0locked_by", create_type=False), "postgresql"
)


def create_table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *elements,
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )


def create_shadow(name: str, columns: list[sa.Column[Any]]) -> None:
    """Create the table that rows go to when they are archived: no index, no foreign key."""
    primary_key = sa.PrimaryKeyConstraint("id", name=f"{name}_pkey")
    create_table(name, *columns, primary_key)


def instances() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("internal_id", sa.Integer()),
        sa.Column("user_id", sa.String(255)),
        sa.Column("project_id", sa.String(255)),
        sa.Column("image_ref", sa.String(255)),
        sa.Column("kernel_id", sa.String(255)),
        sa.Column("ramdisk_id", sa.String(255)),
        sa.Column("launch_index", sa.Integer()),
        sa.Column("key_name", sa.String(255)),
        sa.Column("key_data", MEDIUMTEXT),
        sa.Column("power_state", sa.Integer()),
        sa.Column("vm_state", sa.String(255)),
        sa.Column("memory_mb", sa.Integer()),
        sa.Column("vcpus", sa.Integer()),
        sa.Column("hostname", sa.String(255)),
        sa.Column("host", sa.String(255)),
        sa.Column("user_data", MEDIUMTEXT),
        sa.Column("reservation_id", sa.String(255)),
        sa.Column("launched_at", sa.DateTime()),
        sa.Column("terminated_at", sa.DateTime()),
        sa.Column("display_name", sa.String(255)),
        sa.Column("display_description", sa.String(255)),
        sa.Column("availability_zone", sa.String(255)),
        sa.Column("locked", sa.Boolean()),
        sa.Column("os_type", sa.String(255)),
        sa.Column("launched_on", MEDIUMTEXT),
        sa.Column("instance_type_id", sa.Integer()),
        sa.Column("vm_mode", sa.String(255)),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("architecture", sa.String(255)),
        sa.Column("root_device_name", sa.String(255)),
        sa.Column("access_ip_v4", sa.String(39)),
        sa.Column("access_ip_v6", sa.String(39)),
        sa.Column("config_drive", sa.String(255)),
        sa.Column("task_state", sa.String(255)),
        sa.Column("default_ephemeral_device", sa.String(255)),
        sa.Column("default_swap_device", sa.String(255)),
        sa.Column("progress", sa.Integer()),
        sa.Column("auto_disk_config", sa.Boolean()),
        sa.Column("shutdown_terminate", sa.Boolean()),
        sa.Column("disable_terminate", sa.Boolean()),
        sa.Column("root_gb", sa.Integer()),
        sa.Column("ephemeral_gb", sa.Integer()),
        sa.Column("cell_name", sa.String(255)),
        sa.Column("node", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
        sa.Column("locked_by", LOCKED_BY),
        sa.Column("cleaned", sa.Integer()),
        sa.Column("ephemeral_key_uuid", sa.String(36)),
        sa.Column("hidden", sa.Boolean()),
        sa.Column("compute_id", sa.BigInteger()),
    ]


def instance_extra() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("deleted", sa.Integer()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(36), nullable=False),
        sa.Column("numa_topology", sa.Text()),
        sa.Column("pci_requests", sa.Text()),
        sa.Column("flavor", sa.Text()),
        sa.Column("vcpu_model", sa.Text()),
        sa.Column("migration_context", sa.Text()),
        sa.Column("keypairs", sa.Text()),
        sa.Column("device_metadata", sa.Text()),
        sa.Column("trusted_certs", sa.Text()),
        sa.Column("vpmems", sa.Text()),
        sa.Column("resources", sa.Text()),
    ]


def instance_faults() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(255)),
        sa.Column("details", MEDIUMTEXT),
        sa.Column("host", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
    ]


def instance_info_caches() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("network_info", MEDIUMTEXT),
        sa.Column("instance_uuid", sa.String(36), nullable=False),
        sa.Column("deleted", sa.Integer()),
    ]


def instance_metadata() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("key", sa.String(255)),
        sa.Column("value", sa.String(255)),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("deleted", sa.Integer()),
    ]


def instance_system_metadata() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(36), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("value", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
    ]


def instance_id_mappings() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("deleted", sa.Integer()),
    ]


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE TYPE instances0locked_by AS ENUM ('owner', 'admin')")

    create_table(
        "instances",
        *instances(),
        sa.PrimaryKeyConstraint("id", name="instances_pkey"),
        sa.UniqueConstraint("uuid", name="uniq_instances0uuid"),
    )
    op.create_index("instances_compute_id_deleted_idx", "instances", ["compute_id", "deleted"])
    op.create_index("instances_deleted_created_at_idx", "instances", ["deleted", "created_at"])
    op.create_index(
        "instances_host_deleted_cleaned_idx", "instances", ["host", "deleted", "cleaned"]
    )
    op.create_index("instances_host_node_deleted_idx", "instances", ["host", "node", "deleted"])
    op.create_index("instances_project_id_deleted_idx", "instances", ["project_id", "deleted"])
    op.create_index("instances_project_id_idx", "instances", ["project_id"])
    op.create_index("instances_reservation_id_idx", "instances", ["reservation_id"])
    op.create_index(
        "instances_task_state_updated_at_idx", "instances", ["task_state", "updated_at"]
    )
    op.create_index(
        "instances_terminated_at_launched_at_idx", "instances", ["terminated_at", "launched_at"]
    )
    op.create_index(
        "instances_updated_at_project_id_idx", "instances", ["updated_at", "project_id"]
    )
    op.create_index("instances_uuid_deleted_idx", "instances", ["uuid", "deleted"])

    create_shadow("shadow_instances", instances())

    create_table(
        "instance_extra",
        *instance_extra(),
        sa.PrimaryKeyConstraint("id", name="instance_extra_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="instance_extra_instance_uuid_fkey"
        ),
    )
    op.create_index("instance_extra_idx", "instance_extra", ["instance_uuid"])

    create_shadow("shadow_instance_extra", instance_extra())

    create_table(
        "instance_faults",
        *instance_faults(),
        sa.PrimaryKeyConstraint("id", name="instance_faults_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="fk_instance_faults_instance_uuid"
        ),
    )
    op.create_index("instance_faults_host_idx", "instance_faults", ["host"])
    op.create_index(
        "instance_faults_instance_uuid_deleted_created_at_idx",
        "instance_faults",
        ["instance_uuid", "deleted", "created_at"],
    )

    create_shadow("shadow_instance_faults", instance_faults())

    create_table(
        "instance_info_caches",
        *instance_info_caches(),
        sa.PrimaryKeyConstraint("id", name="instance_info_caches_pkey"),
        sa.UniqueConstraint("instance_uuid", name="uniq_instance_info_caches0instance_uuid"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="instance_info_caches_instance_uuid_fkey"
        ),
    )

    create_shadow("shadow_instance_info_caches", instance_info_caches())

    create_table(
        "instance_metadata",
        *instance_metadata(),
        sa.PrimaryKeyConstraint("id", name="instance_metadata_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="instance_metadata_instance_uuid_fkey"
        ),
    )
    op.create_index("instance_metadata_instance_uuid_idx", "instance_metadata", ["instance_uuid"])

    create_shadow("shadow_instance_metadata", instance_metadata())

    create_table(
        "instance_system_metadata",
        *instance_system_metadata(),
        sa.PrimaryKeyConstraint("id", name="instance_system_metadata_pkey"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="instance_system_metadata_ibfk_1"
        ),
    )
    op.create_index("instance_uuid", "instance_system_metadata", ["instance_uuid"])

    create_shadow("shadow_instance_system_metadata", instance_system_metadata())

    create_table(
        "instance_id_mappings",
        *instance_id_mappings(),
        sa.PrimaryKeyConstraint("id", name="instance_id_mappings_pkey"),
    )
    op.create_index("ix_instance_id_mappings_uuid", "instance_id_mappings", ["uuid"])

    create_shadow("shadow_instance_id_mappings", instance_id_mappings())
