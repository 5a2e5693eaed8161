# SPDX-License-Identifier: Apache-2.0
"""Columns that many tables have, for the models of both databases.

The Python-side defaults are column defaults: they also fill rows that Core statements insert.
"""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import types


class TimestampColumns:
    """When the row was made and last changed (UTC without a zone)."""

    created_at: Mapped[datetime.datetime | None] = orm.mapped_column(
        default=types.utcnow, sort_order=-30
    )
    updated_at: Mapped[datetime.datetime | None] = orm.mapped_column(
        onupdate=types.utcnow, sort_order=-29
    )


class SoftDeleteColumns:
    """Deleted rows stay until they are archived: `deleted` is then the id of the row, else 0."""

    deleted_at: Mapped[datetime.datetime | None] = orm.mapped_column(sort_order=-28)
    deleted: Mapped[int | None] = orm.mapped_column(default=0, sort_order=-27)


class RequestSpecColumns(TimestampColumns):
    """What was asked for when a server was booted; the same table stands in both databases."""

    __tablename__ = "request_specs"

    # Made anew for each table: a constraint belongs to one table only. SQLAlchemy passes the class.
    @orm.declared_attr.directive
    def __table_args__(cls) -> tuple[sa.schema.SchemaItem, ...]:  # noqa: N805
        return (
            sa.UniqueConstraint("instance_uuid", name="uniq_request_specs0instance_uuid"),
            sa.Index("request_spec_instance_uuid_idx", "instance_uuid"),
        )

    id: Mapped[types.Id]
    instance_uuid: Mapped[types.Uuid]
    spec: Mapped[types.MediumText]
