# SPDX-License-Identifier: Apache-2.0
"""Queries that walk all instances of a cell from the oldest to the newest, the deleted ones too.

No index is in that order, so a page of rows in it would make the server sort the whole table, page
after page. Instead a great many ids are fetched at once, which an index holds beside the dates, and
the rows then page by page by their ids.
"""

import array
import datetime
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade
from nova_api_db.db.cell.models import Instance

_INSTANCES: sa.Table = Instance.__table__

#: A place in the walk: the date and the id of an instance.
Position: TypeAlias = tuple[datetime.datetime, int]

#: How many ids are taken from the driver at once.
AT_ONCE = 10_000

#: An instance without a date counts as older than any other, on every engine.
NO_DATE = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - rows hold UTC without a zone


class Walked(NamedTuple):
    """What the walk tells of an instance."""

    uuid: str
    project_id: str | None
    user_id: str | None
    #: ALIVE, DELETED or HIDDEN.
    state: int


ALIVE, DELETED, HIDDEN = range(3)

_C = _INSTANCES.c
_ORDER = (sa.case((_C.created_at.is_(None), 0), else_=1), _C.created_at, _C.id)
# SELECT id FROM instances WHERE ... ORDER BY created_at IS NOT NULL, created_at, id LIMIT ...
_IDS = sa.select(_C.id).order_by(*_ORDER).limit(sa.bindparam("at_most"))
_STATE = sa.case(
    (_C.hidden.is_(sa.true()), HIDDEN), (sa.func.coalesce(_C.deleted, 0) != 0, DELETED), else_=ALIVE
)
_DETAILS = (
    sa.select(_C.uuid, _C.project_id, _C.user_id, _STATE.label("state"))
    .where(_C.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(*_ORDER)
)
_POSITION = sa.select(_C.created_at, _C.id)
_COUNT = sa.select(sa.func.count()).select_from(_INSTANCES)


@facade.cell_reader
def find_position(connection: Connection, uuid: str) -> Position | None:
    """Return the place of an instance in the walk, None if it is not in this cell."""
    return _find_position(connection, _C.uuid == uuid)


@facade.cell_reader
def find_position_by_id(connection: Connection, id_: int) -> Position | None:
    """Return the place of an instance in the walk by its id, None if it is gone."""
    return _find_position(connection, _C.id == id_)


def _find_position(connection: Connection, which: sa.ColumnElement[bool]) -> Position | None:
    row = connection.execute(_POSITION.where(which)).first()
    return None if row is None else (row[0] or NO_DATE, row[1])


@facade.cell_reader
def list_ids(
    connection: Connection, *, after: Position | None, until: Position | None, limit: int
) -> Sequence[int]:
    """Return the ids that come after a place, at most up to another, in order."""
    statement = _IDS.where(*_between(after, until))
    # Streamed into an array, an id takes eight bytes and not a hundred.
    options = {"stream_results": connection.dialect.name == "mysql"}
    result = connection.execute(statement, {"at_most": limit}, execution_options=options)
    return array.array("q", result.yield_per(AT_ONCE).scalars())


def _between(after: Position | None, until: Position | None) -> list[sa.ColumnElement[bool]]:
    return [
        *([] if after is None else [_is_after(*after)]),
        *([] if until is None else [sa.not_(_is_after(*until))]),
    ]


def _is_after(date: datetime.datetime, id_: int) -> sa.ColumnElement[bool]:
    if date == NO_DATE:
        return sa.or_(_C.created_at.is_not(None), _C.id > id_)
    # (created_at, id) > (date, id), and never NULL, so that it can be negated.
    later = sa.or_(_C.created_at > date, sa.and_(_C.created_at == date, _C.id > id_))
    return sa.and_(_C.created_at.is_not(None), later)


@facade.cell_reader
def list_by_ids(connection: Connection, ids: Sequence[int]) -> list[Walked]:
    """Return the instances that have these ids, but for those gone, the oldest first."""
    # Rows are as good as what they stand for, and making that of them would cost as much again.
    return cast(list[Walked], connection.execute(_DETAILS, {"ids": list(ids)}).all())


@facade.cell_reader
def count(connection: Connection, after: Position | None, until: Position | None) -> int:
    """Return how many instances come after a place, at most up to another."""
    return int(connection.execute(_COUNT.where(*_between(after, until))).scalar_one())
