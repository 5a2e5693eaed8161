# SPDX-License-Identifier: Apache-2.0
"""Read rows as mappings; insert one and know it whole without reading it again."""

import functools
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import types

#: A row as read: column name -> value. (A RowMapping; its own type has wider keys.)
Row: TypeAlias = Mapping[str, Any]


def find(connection: Connection, statement: sa.Executable, parameters: Row) -> Row | None:
    """Return the first row that a statement finds, None if there is none."""
    return cast("Row | None", connection.execute(statement, parameters).mappings().first())


def fetch(
    connection: Connection, statement: sa.Executable, parameters: Row | None = None
) -> list[Row]:
    """Return all rows that a statement finds."""
    return cast("list[Row]", connection.execute(statement, parameters or {}).mappings().all())


def insert(connection: Connection, table: sa.Table, values: Row) -> dict[str, Any]:
    """Insert a row with an ``id`` of its own and return all its columns.

    What is not among the values takes the default of its column.

    :raises oslo_db.exception.DBDuplicateEntry: if a unique key is taken
    """
    defaults, statement = _plan(table)
    row = {**defaults, "created_at": types.utcnow(), **values}
    if row["id"] is None:
        del row["id"]
    key = connection.execute(statement, row).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row always has one
    row["id"] = key[0]
    return row


@functools.cache
def _plan(table: sa.Table) -> tuple[dict[str, Any], sa.Insert]:
    # One statement for every row of a table, so that it is compiled once.
    defaults = {column.key: _default(column) for column in table.columns}
    return defaults, sa.insert(table)


def _default(column: sa.Column[Any]) -> Any:
    default = column.default
    return default.arg if isinstance(default, sa.ColumnDefault) and default.is_scalar else None
