# SPDX-License-Identifier: Apache-2.0
"""Queries on instance_mappings in the api database: which cell each server is in.

Every row comes with the columns of its cell (``cell_mapping.PREFIX``), in the same statement.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, parts, rows
from nova_api_db.db.api import cell_mapping, models
from nova_api_db.db.rows import Row

_MAPPINGS: sa.Table = models.InstanceMapping.__table__
_M = _MAPPINGS.alias("m")

_UUIDS: sa.BindParameter[Any] = sa.bindparam("uuids", expanding=True)

# SELECT m.*, c.* FROM instance_mappings AS m LEFT OUTER JOIN cell_mappings AS c ON c.id = m.cell_id
_SELECT = sa.select(*_M.columns, *cell_mapping.PREFIXED_COLUMNS).select_from(
    _M.outerjoin(cell_mapping.JOINED, cell_mapping.JOINED.c.id == _M.c.cell_id)
)
_LIST = _SELECT.order_by(_M.c.id)

# Rows of before there was the column hold NULL: nothing is known against the server.
_NOT_QUEUED = _M.c.queued_for_delete.is_not(sa.true())
# Such rows are not counted: a server that is gone must not use up quota.
_COUNTED = _M.c.queued_for_delete.is_(sa.false())

_GET = _SELECT.where(_M.c.instance_uuid == sa.bindparam("instance_uuid"))
_BY_UUIDS = _LIST.where(_M.c.instance_uuid.in_(_UUIDS))
_BY_PROJECT = _LIST.where(_M.c.project_id == sa.bindparam("project_id"))
_BY_CELL = _LIST.where(_M.c.cell_id == sa.bindparam("of_cell"))
_WITHOUT_CELL = _LIST.where(_M.c.cell_id.is_(None))
_BY_USER = _M.c.user_id == sa.bindparam("user_id")
# SELECT count(*), count(CASE WHEN user_id = ... THEN 1 END) FROM instance_mappings AS m WHERE ...
_COUNT = sa.select(
    sa.func.count().label("of_project"), sa.func.count(sa.case((_BY_USER, 1))).label("of_user")
).where(_COUNTED, _M.c.project_id == sa.bindparam("project_id"))
_COUNT_BY_UUIDS = (
    sa.select(sa.func.count())
    .select_from(_M)
    .where(_COUNTED, _BY_USER, _M.c.instance_uuid.in_(_UUIDS))
)
_UPDATE = sa.update(_MAPPINGS).where(_MAPPINGS.c.instance_uuid == sa.bindparam("of_instance"))
_DELETE = sa.delete(_MAPPINGS).where(_MAPPINGS.c.instance_uuid.in_(_UUIDS))


@facade.api_reader
def get_by_instance_uuid(connection: Connection, instance_uuid: str) -> Row:
    """Return the mapping of a server.

    :raises InstanceMappingNotFound: if there is none
    """
    return _get(connection, instance_uuid)


def _get(connection: Connection, instance_uuid: str) -> Row:
    row = rows.find(connection, _GET, {"instance_uuid": instance_uuid})
    if row is None:
        raise exception.InstanceMappingNotFound(uuid=instance_uuid)
    return row


@facade.api_reader
def list_by_instance_uuids(connection: Connection, instance_uuids: Collection[str]) -> list[Row]:
    """Return the mappings of those servers that have one."""
    return [
        row
        for uuids in parts.of(instance_uuids)
        for row in rows.fetch(connection, _BY_UUIDS, {"uuids": uuids})
    ]


@facade.api_reader
def list_by_project_id(connection: Connection, project_id: str) -> list[Row]:
    """Return the mappings of a project, the oldest first, as every list here."""
    return rows.fetch(connection, _BY_PROJECT, {"project_id": project_id})


@facade.api_reader
def list_by_cell_id(connection: Connection, cell_id: int | None) -> list[Row]:
    """Return the mappings that name a cell, or with None those that name none yet."""
    if cell_id is None:
        return rows.fetch(connection, _WITHOUT_CELL)
    return rows.fetch(connection, _BY_CELL, {"of_cell": cell_id})


@facade.api_reader
def list_not_queued(
    connection: Connection,
    *,
    cell_uuid: str | None = None,
    cell_ids: Collection[int] | None = None,
    after_id: int = 0,
    project_id: str | None = None,
    user_id: str | None = None,
    instance_uuids: Collection[str] | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return the mappings that are not queued for delete, by any of these."""
    query = _LIST.where(_NOT_QUEUED)
    columns = _M.c
    if cell_uuid is not None:
        query = query.where(cell_mapping.JOINED.c.uuid == cell_uuid)
    if cell_ids is not None:
        query = query.where(columns.cell_id.in_(cell_ids))
    if after_id:
        query = query.where(columns.id > after_id)
    if project_id is not None:
        query = query.where(columns.project_id == project_id)
    if user_id is not None:
        query = query.where(columns.user_id == user_id)
    if instance_uuids is not None:
        query = query.where(columns.instance_uuid.in_(instance_uuids))
    if limit is not None:
        query = query.limit(limit)
    return rows.fetch(connection, query)


@facade.api_reader
def count_by_project_and_user(
    connection: Connection, project_id: str, user_id: str | None
) -> tuple[int, int]:
    """Return how many servers a project has, and how many of them are the user's."""
    row = connection.execute(_COUNT, {"project_id": project_id, "user_id": user_id}).one()
    return row.of_project, row.of_user


@facade.api_reader
def count_by_uuids_and_user(
    connection: Connection, instance_uuids: Collection[str], user_id: str
) -> int:
    """Return how many of some servers are a user's."""
    return sum(
        connection.execute(_COUNT_BY_UUIDS, {"uuids": uuids, "user_id": user_id}).scalar_one()
        for uuids in parts.of(instance_uuids)
    )


@facade.api_writer.alone
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a mapping and return its row, without the columns of its cell.

    :raises oslo_db.exception.DBDuplicateEntry: if the server has one
    """
    return rows.insert(connection, _MAPPINGS, values)


@facade.api_writer.alone
def update(connection: Connection, instance_uuid: str, values: Row) -> Row:
    """Change columns of a mapping and return its row.

    :raises InstanceMappingNotFound: if there is none
    """
    if values:
        # The driver reports the rows that were matched, changed or not.
        found = connection.execute(_UPDATE, {"of_instance": instance_uuid, **values}).rowcount
        if not found:
            raise exception.InstanceMappingNotFound(uuid=instance_uuid)
    return _get(connection, instance_uuid)


@facade.api_writer.alone
def delete(connection: Connection, instance_uuid: str) -> None:
    """Delete the mapping of a server.

    :raises InstanceMappingNotFound: if there is none
    """
    if not connection.execute(_DELETE, {"uuids": [instance_uuid]}).rowcount:
        raise exception.InstanceMappingNotFound(uuid=instance_uuid)


@facade.api_writer
def delete_many(connection: Connection, instance_uuids: Collection[str]) -> int:
    """Delete the mappings of servers in one transaction and return how many there were."""
    return sum(
        connection.execute(_DELETE, {"uuids": uuids}).rowcount for uuids in parts.of(instance_uuids)
    )
