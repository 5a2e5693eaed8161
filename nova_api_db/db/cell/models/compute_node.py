# SPDX-License-Identifier: Apache-2.0
"""Hypervisors of a cell."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class ComputeNode(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A hypervisor: what it has and what is in use."""

    __tablename__ = "compute_nodes"
    __table_args__ = (
        sa.UniqueConstraint(
            "host",
            "hypervisor_hostname",
            "deleted",
            name="uniq_compute_nodes0host0hypervisor_hostname0deleted",
        ),
        sa.Index("compute_nodes_uuid_idx", "uuid", unique=True),
    )

    id: Mapped[types.Id]
    service_id: Mapped[int | None]
    vcpus: Mapped[int]
    memory_mb: Mapped[int]
    local_gb: Mapped[int]
    vcpus_used: Mapped[int]
    memory_mb_used: Mapped[int]
    local_gb_used: Mapped[int]
    hypervisor_type: Mapped[types.MediumText]
    hypervisor_version: Mapped[int]
    cpu_info: Mapped[types.MediumText]
    disk_available_least: Mapped[int | None]
    free_ram_mb: Mapped[int | None]
    free_disk_gb: Mapped[int | None]
    current_workload: Mapped[int | None]
    running_vms: Mapped[int | None]
    hypervisor_hostname: Mapped[str | None]
    host_ip: Mapped[str | None] = orm.mapped_column(sa.String(39))
    supported_instances: Mapped[types.Text | None]
    pci_stats: Mapped[types.Text | None]
    metrics: Mapped[types.Text | None]
    extra_resources: Mapped[types.Text | None]
    stats: Mapped[types.Text | None] = orm.mapped_column(default="{}")
    numa_topology: Mapped[types.Text | None]
    host: Mapped[str | None]
    ram_allocation_ratio: Mapped[float | None]
    cpu_allocation_ratio: Mapped[float | None]
    uuid: Mapped[types.Uuid | None]
    disk_allocation_ratio: Mapped[float | None]
    mapped: Mapped[int | None] = orm.mapped_column(default=0)
