# SPDX-License-Identifier: Apache-2.0
"""Service processes of a cell."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class Service(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A service process and when it was last seen."""

    __tablename__ = "services"
    __table_args__ = (
        sa.UniqueConstraint("host", "binary", "deleted", name="uniq_services0host0binary0deleted"),
        sa.UniqueConstraint("host", "topic", "deleted", name="uniq_services0host0topic0deleted"),
        sa.Index("services_uuid_idx", "uuid", unique=True),
    )

    id: Mapped[types.Id]
    host: Mapped[str | None]
    binary: Mapped[str | None]
    topic: Mapped[str | None]
    report_count: Mapped[int] = orm.mapped_column(default=0)
    disabled: Mapped[bool | None] = orm.mapped_column(default=False)
    disabled_reason: Mapped[str | None]
    last_seen_up: Mapped[datetime.datetime | None]
    forced_down: Mapped[bool | None] = orm.mapped_column(default=False)
    version: Mapped[int | None] = orm.mapped_column(default=0)
    uuid: Mapped[types.Uuid | None]
