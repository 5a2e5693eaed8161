# SPDX-License-Identifier: Apache-2.0
"""Queries on build_requests (api database)."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, types
from nova_api_db.db.api import models

_REQUESTS: sa.Table = models.BuildRequest.__table__


class BuildRequestRow(NamedTuple):
    """A row."""

    id: int
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    project_id: str
    instance_uuid: str
    instance: str | None
    block_device_mappings: str | None
    tags: str | None


_SELECT = sa.select(*(_REQUESTS.c[name] for name in BuildRequestRow._fields))
_GET = _SELECT.where(_REQUESTS.c.instance_uuid == sa.bindparam("instance_uuid"))
_INSERT = sa.insert(_REQUESTS)


@facade.api_reader
def get_by_instance_uuid(connection: Connection, instance_uuid: str) -> BuildRequestRow:
    """Return the row of a server.

    :raises BuildRequestNotFound: if there is none
    """
    row = connection.execute(_GET, {"instance_uuid": instance_uuid}).first()
    if row is None:
        raise exception.BuildRequestNotFound(uuid=instance_uuid)
    return BuildRequestRow._make(row)


@facade.api_reader
def list_by(
    connection: Connection,
    *,
    project_ids: Collection[str] | None = None,
    instance_uuids: Collection[str] | None = None,
) -> list[BuildRequestRow]:
    """Return the rows of some projects and servers, by default of all, by id."""
    query = _SELECT.order_by(_REQUESTS.c.id)
    if project_ids is not None:
        query = query.where(_REQUESTS.c.project_id.in_(list(project_ids)))
    if instance_uuids is not None:
        query = query.where(_REQUESTS.c.instance_uuid.in_(list(instance_uuids)))
    return [BuildRequestRow._make(row) for row in connection.execute(query)]


@facade.api_writer.alone
def create(connection: Connection, values: Mapping[str, Any]) -> BuildRequestRow:
    """Insert a row and return it.

    :raises oslo_db.exception.DBDuplicateEntry: if the server has one
    """
    row = {"created_at": types.utcnow(), "updated_at": None, **values}
    key = connection.execute(_INSERT, row).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row always has one
    row["id"] = key[0]
    return BuildRequestRow._make(row.get(name) for name in BuildRequestRow._fields)


@facade.api_writer.alone
def update(
    connection: Connection, id: int, instance_uuid: str, values: Mapping[str, Any]
) -> datetime.datetime:
    """Set columns of a row and return when.

    :raises BuildRequestNotFound: if it is gone
    """
    now = types.utcnow()
    changed = connection.execute(
        sa.update(_REQUESTS).where(_REQUESTS.c.id == id).values(updated_at=now, **values)
    )
    if not changed.rowcount:
        raise exception.BuildRequestNotFound(uuid=instance_uuid)
    return now


@facade.api_writer.alone
def delete(connection: Connection, instance_uuid: str) -> None:
    """Delete the row of a server.

    Of two that try at the same moment one deletes it; the row lock decides.

    :raises BuildRequestNotFound: if there is none
    """
    gone = connection.execute(
        sa.delete(_REQUESTS).where(_REQUESTS.c.instance_uuid == instance_uuid)
    )
    if not gone.rowcount:
        raise exception.BuildRequestNotFound(uuid=instance_uuid)
