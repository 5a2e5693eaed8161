# SPDX-License-Identifier: Apache-2.0
"""Disks and volumes of servers."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class BlockDeviceMapping(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A disk or volume of a server."""

    __tablename__ = "block_device_mapping"
    __table_args__ = (
        sa.UniqueConstraint("uuid", name="uniq_block_device_mapping0uuid"),
        sa.Index(
            "block_device_mapping_instance_uuid_device_name_idx",
            "instance_uuid",
            "device_name",
        ),
        sa.Index("block_device_mapping_instance_uuid_idx", "instance_uuid"),
        sa.Index("block_device_mapping_instance_uuid_volume_id_idx", "instance_uuid", "volume_id"),
        sa.Index("snapshot_id", "snapshot_id"),
        sa.Index("volume_id", "volume_id"),
    )

    id: Mapped[types.Id]
    device_name: Mapped[str | None]
    delete_on_termination: Mapped[bool | None] = orm.mapped_column(default=False)
    snapshot_id: Mapped[types.Uuid | None]
    volume_id: Mapped[types.Uuid | None]
    volume_size: Mapped[int | None]
    no_device: Mapped[bool | None]
    connection_info: Mapped[types.MediumText | None]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="block_device_mapping_instance_uuid_fkey")
    )
    source_type: Mapped[str | None]
    destination_type: Mapped[str | None]
    guest_format: Mapped[str | None]
    device_type: Mapped[str | None]
    disk_bus: Mapped[str | None]
    boot_index: Mapped[int | None]
    image_id: Mapped[types.Uuid | None]
    tag: Mapped[str | None]
    attachment_id: Mapped[types.Uuid | None]
    uuid: Mapped[types.Uuid | None]
    volume_type: Mapped[str | None]
    encrypted: Mapped[bool | None] = orm.mapped_column(default=False)
    encryption_secret_uuid: Mapped[types.Uuid | None]
    encryption_format: Mapped[str | None] = orm.mapped_column(sa.String(128))
    encryption_options: Mapped[str | None] = orm.mapped_column(sa.String(4096))
