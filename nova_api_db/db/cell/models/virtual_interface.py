# SPDX-License-Identifier: Apache-2.0
"""Network interfaces of servers."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class VirtualInterface(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A network interface of a server."""

    __tablename__ = "virtual_interfaces"
    __table_args__ = (
        sa.UniqueConstraint("address", "deleted", name="uniq_virtual_interfaces0address0deleted"),
        sa.Index("virtual_interfaces_instance_uuid_fkey", "instance_uuid"),
        sa.Index("virtual_interfaces_network_id_idx", "network_id"),
        sa.Index("virtual_interfaces_uuid_idx", "uuid"),
    )

    id: Mapped[types.Id]
    address: Mapped[str | None]
    network_id: Mapped[int | None]
    uuid: Mapped[types.Uuid | None]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="virtual_interfaces_instance_uuid_fkey")
    )
    tag: Mapped[str | None]
