# SPDX-License-Identifier: Apache-2.0
"""What was done to servers, step by step."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class InstanceAction(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """Something that was done to a server."""

    __tablename__ = "instance_actions"
    __table_args__ = (
        sa.Index("instance_actions_instance_uuid_updated_at_idx", "instance_uuid", "updated_at"),
        sa.Index("instance_uuid_idx", "instance_uuid"),
        sa.Index("request_id_idx", "request_id"),
    )

    id: Mapped[types.Id]
    action: Mapped[str | None]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="fk_instance_actions_instance_uuid")
    )
    request_id: Mapped[str | None]
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    start_time: Mapped[datetime.datetime | None] = orm.mapped_column(default=types.utcnow)
    finish_time: Mapped[datetime.datetime | None]
    message: Mapped[str | None]


class InstanceActionEvent(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A step of an instance action."""

    __tablename__ = "instance_actions_events"
    __table_args__ = (types.foreign_key_index("action_id", "action_id"),)

    id: Mapped[types.Id]
    event: Mapped[str | None]
    action_id: Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("instance_actions.id", name="instance_actions_events_ibfk_1")
    )
    start_time: Mapped[datetime.datetime | None] = orm.mapped_column(default=types.utcnow)
    finish_time: Mapped[datetime.datetime | None]
    result: Mapped[str | None]
    traceback: Mapped[types.Text | None]
    host: Mapped[str | None]
    details: Mapped[types.Text | None]
