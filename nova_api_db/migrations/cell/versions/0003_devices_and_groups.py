# SPDX-License-Identifier: Apache-2.0
"""Create disks, network interfaces, tags and security groups.

Expands. Each table is followed by the shadow that its rows are archived to.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "58d2e7f1a4c9"
down_revision = "2f60b9d3c81e"

MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")


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


def block_device_mapping() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("device_name", sa.String(255)),
        sa.Column("delete_on_termination", sa.Boolean()),
        sa.Column("snapshot_id", sa.String(36)),
        sa.Column("volume_id", sa.String(36)),
        sa.Column("volume_size", sa.Integer()),
        sa.Column("no_device", sa.Boolean()),
        sa.Column("connection_info", MEDIUMTEXT),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("deleted", sa.Integer()),
        sa.Column("source_type", sa.String(255)),
        sa.Column("destination_type", sa.String(255)),
        sa.Column("guest_format", sa.String(255)),
        sa.Column("device_type", sa.String(255)),
        sa.Column("disk_bus", sa.String(255)),
        sa.Column("boot_index", sa.Integer()),
        sa.Column("image_id", sa.String(36)),
        sa.Column("tag", sa.String(255)),
        sa.Column("attachment_id", sa.String(36)),
        sa.Column("uuid", sa.String(36)),
        sa.Column("volume_type", sa.String(255)),
        sa.Column("encrypted", sa.Boolean()),
        sa.Column("encryption_secret_uuid", sa.String(36)),
        sa.Column("encryption_format", sa.String(128)),
        sa.Column("encryption_options", sa.String(4096)),
    ]


def virtual_interfaces() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("address", sa.String(255)),
        sa.Column("network_id", sa.Integer()),
        sa.Column("uuid", sa.String(36)),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("deleted", sa.Integer()),
        sa.Column("tag", sa.String(255)),
    ]


def security_groups() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.String(255)),
        sa.Column("user_id", sa.String(255)),
        sa.Column("project_id", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
    ]


def security_group_instance_association() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("security_group_id", sa.Integer()),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("deleted", sa.Integer()),
    ]


def security_group_rules() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("parent_group_id", sa.Integer()),
        sa.Column("protocol", sa.String(255)),
        sa.Column("from_port", sa.Integer()),
        sa.Column("to_port", sa.Integer()),
        sa.Column("cidr", sa.String(43)),
        sa.Column("group_id", sa.Integer()),
        sa.Column("deleted", sa.Integer()),
    ]


def upgrade() -> None:
    create_table(
        "block_device_mapping",
        *block_device_mapping(),
        sa.PrimaryKeyConstraint("id", name="block_device_mapping_pkey"),
        sa.UniqueConstraint("uuid", name="uniq_block_device_mapping0uuid"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="block_device_mapping_instance_uuid_fkey"
        ),
    )
    op.create_index(
        "block_device_mapping_instance_uuid_device_name_idx",
        "block_device_mapping",
        ["instance_uuid", "device_name"],
    )
    op.create_index(
        "block_device_mapping_instance_uuid_idx", "block_device_mapping", ["instance_uuid"]
    )
    op.create_index(
        "block_device_mapping_instance_uuid_volume_id_idx",
        "block_device_mapping",
        ["instance_uuid", "volume_id"],
    )
    op.create_index("snapshot_id", "block_device_mapping", ["snapshot_id"])
    op.create_index("volume_id", "block_device_mapping", ["volume_id"])

    create_shadow("shadow_block_device_mapping", block_device_mapping())

    create_table(
        "virtual_interfaces",
        *virtual_interfaces(),
        sa.PrimaryKeyConstraint("id", name="virtual_interfaces_pkey"),
        sa.UniqueConstraint("address", "deleted", name="uniq_virtual_interfaces0address0deleted"),
        sa.ForeignKeyConstraint(
            ["instance_uuid"], ["instances.uuid"], name="virtual_interfaces_instance_uuid_fkey"
        ),
    )
    op.create_index(
        "virtual_interfaces_instance_uuid_fkey", "virtual_interfaces", ["instance_uuid"]
    )
    op.create_index("virtual_interfaces_network_id_idx", "virtual_interfaces", ["network_id"])
    op.create_index("virtual_interfaces_uuid_idx", "virtual_interfaces", ["uuid"])

    create_shadow("shadow_virtual_interfaces", virtual_interfaces())

    create_table(
        "tags",
        sa.Column("resource_id", sa.String(36), nullable=False),
        sa.Column("tag", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", "tag", name="tags_pkey"),
    )
    op.create_index("tags_tag_idx", "tags", ["tag"])

    create_table(
        "security_groups",
        *security_groups(),
        sa.PrimaryKeyConstraint("id", name="security_groups_pkey"),
        sa.UniqueConstraint(
            "project_id", "name", "deleted", name="uniq_security_groups0project_id0name0deleted"
        ),
    )

    create_shadow("shadow_security_groups", security_groups())

    create_table(
        "security_group_instance_association",
        *security_group_instance_association(),
        sa.PrimaryKeyConstraint("id", name="security_group_instance_association_pkey"),
        sa.ForeignKeyConstraint(
            ["security_group_id"],
            ["security_groups.id"],
            name="security_group_instance_association_ibfk_1",
        ),
        sa.ForeignKeyConstraint(
            ["instance_uuid"],
            ["instances.uuid"],
            name="security_group_instance_association_instance_uuid_fkey",
        ),
    )
    create_foreign_key_index(
        "security_group_id", "security_group_instance_association", ["security_group_id"]
    )
    op.create_index(
        "security_group_instance_association_instance_uuid_idx",
        "security_group_instance_association",
        ["instance_uuid"],
    )

    create_shadow(
        "shadow_security_group_instance_association", security_group_instance_association()
    )

    create_table(
        "security_group_rules",
        *security_group_rules(),
        sa.PrimaryKeyConstraint("id", name="security_group_rules_pkey"),
        sa.ForeignKeyConstraint(
            ["parent_group_id"], ["security_groups.id"], name="security_group_rules_ibfk_1"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["security_groups.id"], name="security_group_rules_ibfk_2"
        ),
    )
    create_foreign_key_index("group_id", "security_group_rules", ["group_id"])
    create_foreign_key_index("parent_group_id", "security_group_rules", ["parent_group_id"])

    create_shadow("shadow_security_group_rules", security_group_rules())
