# SPDX-License-Identifier: Apache-2.0
"""Moves of servers between hosts."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class Migration(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A move of a server from host to host."""

    __tablename__ = "migrations"
    __table_args__ = (
        sa.Index("migrations_uuid", "uuid", unique=True),
        types.foreign_key_index("fk_migrations_instance_uuid", "instance_uuid"),
        sa.Index(
            "migrations_by_dest_host_nodes_and_status_idx",
            "deleted",
            "dest_compute",
            "dest_node",
            "status",
        ),
        sa.Index(
            "migrations_by_host_nodes_and_status_idx",
            "deleted",
            "source_compute",
            "dest_compute",
            "source_node",
            "dest_node",
            "status",
            **types.prefix_length(
                100, "source_compute", "dest_compute", "source_node", "dest_node"
            ),
        ),
        sa.Index(
            "migrations_by_src_host_nodes_and_status_idx",
            "deleted",
            "source_compute",
            "source_node",
            "status",
        ),
        sa.Index("migrations_dest_compute_id_deleted_idx", "dest_compute_id", "deleted"),
        sa.Index("migrations_instance_uuid_and_status_idx", "deleted", "instance_uuid", "status"),
        sa.Index("migrations_updated_at_idx", "updated_at"),
    )

    id: Mapped[types.Id]
    source_compute: Mapped[str | None]
    dest_compute: Mapped[str | None]
    dest_host: Mapped[str | None]
    status: Mapped[str | None]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="fk_migrations_instance_uuid")
    )
    old_instance_type_id: Mapped[int | None]
    new_instance_type_id: Mapped[int | None]
    source_node: Mapped[str | None]
    dest_node: Mapped[str | None]
    migration_type: Mapped[str | None] = orm.mapped_column(
        sa.Enum("migration", "resize", "live-migration", "evacuation", name="migration_type")
    )
    hidden: Mapped[bool | None] = orm.mapped_column(default=False)
    memory_total: Mapped[types.BigInteger | None]
    memory_processed: Mapped[types.BigInteger | None]
    memory_remaining: Mapped[types.BigInteger | None]
    disk_total: Mapped[types.BigInteger | None]
    disk_processed: Mapped[types.BigInteger | None]
    disk_remaining: Mapped[types.BigInteger | None]
    uuid: Mapped[types.Uuid | None]
    cross_cell_move: Mapped[bool | None] = orm.mapped_column(default=False)
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    dest_compute_id: Mapped[types.BigInteger | None]
