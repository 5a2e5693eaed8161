# SPDX-License-Identifier: Apache-2.0
"""Queries on migrations.

Who knows a move by its id, uuid or status sees it after its server is deleted too, which marks
its moves as deleted.
"""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import strutils, timeutils, uuidutils
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, paging, rows, soft_delete, types
from nova_api_db.db.cell import models, replica
from nova_api_db.db.rows import Row

_MIGRATIONS: sa.Table = models.Migration.__table__
_C = _MIGRATIONS.c

#: The states in which nothing is going on any more. One that is finished waits to be confirmed.
OVER = ("confirmed", "reverted", "error", "failed", "completed", "done", "cancelled")

#: What a server that can be told to do something about its move is in.
WITH_SERVER = ("queued", "preparing", "running", "post-migrating")

_HAS_ID = _C.id == sa.bindparam("row_id")
_OF_SERVER = _C.instance_uuid == sa.bindparam("server")
_ALL = sa.select(_MIGRATIONS).order_by(_C.id)
_LIVE = _ALL.where(soft_delete.live(_MIGRATIONS))
_GET = _ALL.where(_HAS_ID)
_BY_UUID = _ALL.where(_C.uuid == sa.bindparam("of_uuid"))
_BY_ID_AND_SERVER = _LIVE.where(_HAS_ID, _OF_SERVER)
_BY_SERVER_AND_STATUS = _ALL.where(_OF_SERVER, _C.status == sa.bindparam("in_status")).limit(1)
_UNCONFIRMED = _LIVE.where(
    _C.updated_at <= sa.bindparam("before"),
    _C.status == "finished",
    _C.dest_compute == sa.bindparam("host"),
)
# SELECT ... WHERE (source_compute = :host AND source_node = :node
#                   OR dest_compute = :host AND dest_node = :node) AND status NOT IN (...)
_IN_PROGRESS = _LIVE.where(
    sa.or_(
        (_C.source_compute == sa.bindparam("host")) & (_C.source_node == sa.bindparam("node")),
        (_C.dest_compute == sa.bindparam("host")) & (_C.dest_node == sa.bindparam("node")),
    ),
    _C.status.not_in(sa.bindparam("over", expanding=True)),
)
_WITH_SERVER = _LIVE.where(_OF_SERVER, _C.status.in_(WITH_SERVER))
_WITH_SERVER_OF_TYPE = _WITH_SERVER.where(_C.migration_type == sa.bindparam("of_type"))
_UPDATE = sa.update(_MIGRATIONS).where(_HAS_ID)


@facade.cell_reader
def get_by_id(connection: Connection, id: int) -> Row:
    """Return a move, deleted or not.

    :raises MigrationNotFound: if there is none
    """
    return _get(connection, id)


@facade.cell_reader
def get_by_uuid(connection: Connection, uuid: str) -> Row:
    """Return a move, deleted or not.

    :raises MigrationNotFound: if there is none
    """
    row = rows.find(connection, _BY_UUID, {"of_uuid": uuid})
    if row is None:
        raise exception.MigrationNotFound(migration_id=uuid)
    return row


@facade.cell_reader
def get_by_id_and_instance(connection: Connection, id: int, instance_uuid: str) -> Row:
    """Return a move of a server.

    :raises MigrationNotFoundForInstance: if there is none
    """
    row = rows.find(connection, _BY_ID_AND_SERVER, {"row_id": id, "server": instance_uuid})
    if row is None:
        raise exception.MigrationNotFoundForInstance(migration_id=id, instance_id=instance_uuid)
    return row


@facade.cell_reader
def get_by_instance_and_status(connection: Connection, instance_uuid: str, status: str) -> Row:
    """Return the first move of a server that is in a status, deleted or not.

    :raises MigrationNotFoundByStatus: if there is none
    """
    values = {"server": instance_uuid, "in_status": status}
    row = rows.find(connection, _BY_SERVER_AND_STATUS, values)
    if row is None:
        raise exception.MigrationNotFoundByStatus(instance_id=instance_uuid, status=status)
    return row


@replica.optional
def list_unconfirmed_by_dest_compute(
    connection: Connection, confirm_window: int, dest_compute: str
) -> list[Row]:
    """Return the moves to a host that have waited to be confirmed for so many seconds."""
    before = types.utcnow() - datetime.timedelta(seconds=confirm_window)
    return rows.fetch(connection, _UNCONFIRMED, {"before": before, "host": dest_compute})


@facade.cell_reader
def list_in_progress_by_host_and_node(
    connection: Connection, host: str, node: str, with_errors: bool = False
) -> list[Row]:
    """Return the moves from or to a node that are not over; failed ones as well, if asked for."""
    over = [status for status in OVER if not (with_errors and status == "error")]
    return rows.fetch(connection, _IN_PROGRESS, {"host": host, "node": node, "over": over})


@facade.cell_reader
def list_in_progress_by_instance(
    connection: Connection, instance_uuid: str, migration_type: str | None = None
) -> list[Row]:
    """Return the moves that a server is in, of a type or any."""
    values = {"server": instance_uuid}
    if migration_type is None:
        return rows.fetch(connection, _WITH_SERVER, values)
    return rows.fetch(connection, _WITH_SERVER_OF_TYPE, {**values, "of_type": migration_type})


@facade.cell_reader
def list_by_filters(
    connection: Connection,
    filters: Mapping[str, Any],
    *,
    order: Sequence[tuple[str, bool]] | None = None,
    limit: int | None = None,
    marker: str | None = None,
    read_deleted: str = "no",
) -> list[Row]:
    """Return the moves that pass all filters.

    :param order: columns and whether they descend, of which one has to be unique
    :param marker: the uuid of a move, deleted or not: those that follow it are returned
    :raises MarkerNotFound: if there is no such move
    """
    statement = sa.select(_MIGRATIONS).where(
        soft_delete.shown(_MIGRATIONS, read_deleted),
        *(FILTERS[name](value) for name, value in filters.items() if name in FILTERS),
    )
    columns = [
        paging.SortColumn(_C[name], descends) for name, descends in order or (("id", False),)
    ]
    dialect = connection.dialect.name
    if marker is not None:
        found = rows.find(connection, _BY_UUID, {"of_uuid": marker})
        if found is None:
            raise exception.MarkerNotFound(marker=marker)
        values = [found[sort.column.key] for sort in columns if sort.column.key]
        statement = statement.where(paging.after(columns, values, dialect))
    statement = statement.order_by(*paging.order_by(columns, dialect)).limit(limit)
    return rows.fetch(connection, statement)


@facade.cell_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a move, with a new uuid if none is given, and return its row.

    :raises oslo_db.exception.DBReferenceError: if there is no such server
    """
    return rows.insert(connection, _MIGRATIONS, {"uuid": uuidutils.generate_uuid(), **values})


@facade.cell_writer
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a move, deleted or not, and return its row.

    :raises MigrationNotFound: if it is gone
    """
    connection.execute(_UPDATE, {"row_id": id, **values})
    return _get(connection, id)


def _get(connection: Connection, id: int) -> Row:
    row = rows.find(connection, _GET, {"row_id": id})
    if row is None:
        raise exception.MigrationNotFound(migration_id=id)
    return row


# Filters


def _is(*names: str) -> Callable[[Any], sa.ColumnElement[bool]]:
    """Return a filter: one of the columns has the value, or one of several."""

    def condition(value: Any) -> sa.ColumnElement[bool]:
        several = isinstance(value, Collection) and not isinstance(value, str)
        values = list(value) if several else [value]
        return sa.or_(*(_C[name].in_(values) for name in names))

    return condition


def _is_hidden(value: Any) -> sa.ColumnElement[bool]:
    return (
        _C.hidden.is_(sa.true())
        if strutils.bool_from_string(value)
        else _C.hidden.is_not(sa.true())
    )


def _naive(moment: datetime.datetime) -> datetime.datetime:
    return timeutils.normalize_time(moment)


#: Filter -> its condition. Others say nothing.
FILTERS: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "status": _is("status"),
    "changes-since": lambda value: _C.updated_at >= _naive(value),
    "changes-before": lambda value: _C.updated_at <= _naive(value),
    "host": _is("source_compute", "dest_compute"),
    "source_compute": _is("source_compute"),
    "node": _is("source_node", "dest_node"),
    "migration_type": _is("migration_type"),
    "hidden": _is_hidden,
    "instance_uuid": _is("instance_uuid"),
    "user_id": _is("user_id"),
    "project_id": _is("project_id"),
    "uuid": _is("uuid"),
}
