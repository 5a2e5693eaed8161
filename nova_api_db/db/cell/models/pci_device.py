# SPDX-License-Identifier: Apache-2.0
"""PCI devices of hypervisors."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class PciDevice(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A PCI device of a hypervisor and who uses it."""

    __tablename__ = "pci_devices"
    __table_args__ = (
        sa.UniqueConstraint(
            "compute_node_id",
            "address",
            "deleted",
            name="uniq_pci_devices0compute_node_id0address0deleted",
        ),
        sa.Index("ix_pci_devices_compute_node_id_deleted", "compute_node_id", "deleted"),
        sa.Index(
            "ix_pci_devices_compute_node_id_parent_addr_deleted",
            "compute_node_id",
            "parent_addr",
            "deleted",
        ),
        sa.Index("ix_pci_devices_instance_uuid_deleted", "instance_uuid", "deleted"),
    )

    id: Mapped[types.Id]
    compute_node_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("compute_nodes.id", name="pci_devices_compute_node_id_fkey")
    )
    address: Mapped[str] = orm.mapped_column(sa.String(12))
    product_id: Mapped[str] = orm.mapped_column(sa.String(4))
    vendor_id: Mapped[str] = orm.mapped_column(sa.String(4))
    dev_type: Mapped[str] = orm.mapped_column(sa.String(8))
    dev_id: Mapped[str | None]
    label: Mapped[str]
    status: Mapped[types.Uuid]
    extra_info: Mapped[types.Text | None]
    instance_uuid: Mapped[types.Uuid | None]
    request_id: Mapped[types.Uuid | None]
    numa_node: Mapped[int | None]
    parent_addr: Mapped[str | None] = orm.mapped_column(sa.String(12))
    uuid: Mapped[types.Uuid | None]
