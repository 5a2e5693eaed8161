# SPDX-License-Identifier: Apache-2.0
"""Create services, compute nodes and PCI devices.

Expands. Each table is followed by the shadow that its rows are archived to.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "1c5e8a4b7d02"
down_revision = None

MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")


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


def services() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("host", sa.String(255)),
        sa.Column("binary", sa.String(255)),
        sa.Column("topic", sa.String(255)),
        sa.Column("report_count", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean()),
        sa.Column("deleted", sa.Integer()),
        sa.Column("disabled_reason", sa.String(255)),
        sa.Column("last_seen_up", sa.DateTime()),
        sa.Column("forced_down", sa.Boolean()),
        sa.Column("version", sa.Integer()),
        sa.Column("uuid", sa.String(36)),
    ]


def compute_nodes() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("service_id", sa.Integer()),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("memory_mb", sa.Integer(), nullable=False),
        sa.Column("local_gb", sa.Integer(), nullable=False),
        sa.Column("vcpus_used", sa.Integer(), nullable=False),
        sa.Column("memory_mb_used", sa.Integer(), nullable=False),
        sa.Column("local_gb_used", sa.Integer(), nullable=False),
        sa.Column("hypervisor_type", MEDIUMTEXT, nullable=False),
        sa.Column("hypervisor_version", sa.Integer(), nullable=False),
        sa.Column("cpu_info", MEDIUMTEXT, nullable=False),
        sa.Column("disk_available_least", sa.Integer()),
        sa.Column("free_ram_mb", sa.Integer()),
        sa.Column("free_disk_gb", sa.Integer()),
        sa.Column("current_workload", sa.Integer()),
        sa.Column("running_vms", sa.Integer()),
        sa.Column("hypervisor_hostname", sa.String(255)),
        sa.Column("deleted", sa.Integer()),
        sa.Column("host_ip", sa.String(39)),
        sa.Column("supported_instances", sa.Text()),
        sa.Column("pci_stats", sa.Text()),
        sa.Column("metrics", sa.Text()),
        sa.Column("extra_resources", sa.Text()),
        sa.Column("stats", sa.Text()),
        sa.Column("numa_topology", sa.Text()),
        sa.Column("host", sa.String(255)),
        sa.Column("ram_allocation_ratio", sa.Float()),
        sa.Column("cpu_allocation_ratio", sa.Float()),
        sa.Column("uuid", sa.String(36)),
        sa.Column("disk_allocation_ratio", sa.Float()),
        sa.Column("mapped", sa.Integer()),
    ]


def pci_devices() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("deleted", sa.Integer()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("compute_node_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(12), nullable=False),
        sa.Column("product_id", sa.String(4), nullable=False),
        sa.Column("vendor_id", sa.String(4), nullable=False),
        sa.Column("dev_type", sa.String(8), nullable=False),
        sa.Column("dev_id", sa.String(255)),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("status", sa.String(36), nullable=False),
        sa.Column("extra_info", sa.Text()),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("request_id", sa.String(36)),
        sa.Column("numa_node", sa.Integer()),
        sa.Column("parent_addr", sa.String(12)),
        sa.Column("uuid", sa.String(36)),
    ]


def shadow_pci_devices() -> list[sa.Column[Any]]:
    """Return the columns of the shadow, four of which differ from those of the table."""
    columns = {column.name: column for column in pci_devices()}
    columns["deleted"].nullable = False
    for name in ("product_id", "vendor_id", "dev_type"):
        columns[name].nullable = True
    return list(columns.values())


def upgrade() -> None:
    create_table(
        "services",
        *services(),
        sa.PrimaryKeyConstraint("id", name="services_pkey"),
        sa.UniqueConstraint("host", "binary", "deleted", name="uniq_services0host0binary0deleted"),
        sa.UniqueConstraint("host", "topic", "deleted", name="uniq_services0host0topic0deleted"),
    )
    op.create_index("services_uuid_idx", "services", ["uuid"], unique=True)

    create_shadow("shadow_services", services())

    create_table(
        "compute_nodes",
        *compute_nodes(),
        sa.PrimaryKeyConstraint("id", name="compute_nodes_pkey"),
        sa.UniqueConstraint(
            "host",
            "hypervisor_hostname",
            "deleted",
            name="uniq_compute_nodes0host0hypervisor_hostname0deleted",
        ),
    )
    op.create_index("compute_nodes_uuid_idx", "compute_nodes", ["uuid"], unique=True)

    create_shadow("shadow_compute_nodes", compute_nodes())

    create_table(
        "pci_devices",
        *pci_devices(),
        sa.PrimaryKeyConstraint("id", name="pci_devices_pkey"),
        sa.UniqueConstraint(
            "compute_node_id",
            "address",
            "deleted",
            name="uniq_pci_devices0compute_node_id0address0deleted",
        ),
        sa.ForeignKeyConstraint(
            ["compute_node_id"], ["compute_nodes.id"], name="pci_devices_compute_node_id_fkey"
        ),
    )
    op.create_index(
        "ix_pci_devices_compute_node_id_deleted", "pci_devices", ["compute_node_id", "deleted"]
    )
    op.create_index(
        "ix_pci_devices_compute_node_id_parent_addr_deleted",
        "pci_devices",
        ["compute_node_id", "parent_addr", "deleted"],
    )
    op.create_index(
        "ix_pci_devices_instance_uuid_deleted", "pci_devices", ["instance_uuid", "deleted"]
    )

    create_shadow("shadow_pci_devices", shadow_pci_devices())
