# SPDX-License-Identifier: Apache-2.0
"""Lists of a cell's servers: filtered, sorted and paged in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import paging, rows
from nova_api_db.db.cell import instance_filters, replica
from nova_api_db.db.cell.instance import FLAGS, INSTANCES, SELECT
from nova_api_db.db.rows import Row


def _sort_column(key: str, direction: str) -> paging.SortColumn:
    column: sa.ColumnElement[Any] = INSTANCES.c[key]
    nullable = INSTANCES.c[key].nullable or False
    if key in FLAGS:
        is_number = not isinstance(column.type, sa.Boolean)
        column = sa.func.coalesce(column != 0 if is_number else column, sa.false())
        nullable = False
    return paging.SortColumn(column, direction == "desc", nullable)


@replica.optional
def list_after(
    connection: Connection,
    filters: Mapping[str, Any],
    keys: Sequence[str],
    directions: Sequence[str],
    *,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return the rows that match all filters, in order.

    :param filters: names and values as :mod:`nova_api_db.db.cell.instance_filters` has them
    :param keys: columns to sort by; the last one tells any two servers apart
    :param directions: ``asc`` or ``desc``, one per key
    :param after: the values of the keys of the last row of the page before
    :raises Invalid: if a filter's value makes no sense
    """
    dialect = connection.dialect.name
    order = [_sort_column(key, direction) for key, direction in zip(keys, directions, strict=True)]
    statement = SELECT.where(*instance_filters.conditions(filters, dialect=dialect)).order_by(
        *paging.order_by(order, dialect)
    )
    if after is not None:
        statement = statement.where(paging.after(order, after, dialect))
    if limit is not None:
        statement = statement.limit(limit)
    try:
        return rows.fetch(connection, statement)
    except db_exception.DBError as error:
        # Engines differ a little in what they take for a regular expression.
        if filters.keys().isdisjoint(instance_filters.PATTERN_NAMES) or not _is_about_pattern(
            error
        ):
            raise
        raise exception.Invalid(
            reason="a filter is no regular expression that the database knows"
        ) from None


def _is_about_pattern(error: db_exception.DBError) -> bool:
    text = str(error.inner_exception).lower()
    return "regular expression" in text or "regex" in text
