# SPDX-License-Identifier: Apache-2.0
"""Insert thousands of rows in one round trip, and leave out those that are there already."""

import functools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

Values = Sequence[Any]


def insert(
    connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert rows, all or none.

    :param columns: which column each value of a row is for
    :raises oslo_db.exception.DBDuplicateEntry: if a unique key is taken
    """
    _insert(connection, table, columns, rows, skip_duplicates=False)


def insert_missing(
    connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert the rows whose unique keys are not taken.

    Only a taken key is passed over. Any other error is raised, unlike by an INSERT IGNORE.
    """
    _insert(connection, table, columns, rows, skip_duplicates=True)


def _insert(
    connection: Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[Values],
    *,
    skip_duplicates: bool,
) -> None:
    if not rows:
        return
    if connection.dialect.name == "mysql":
        # PyMySQL folds the rows into as few statements as fit into its packets; going through
        # SQLAlchemy's own types would cost more than the server's work.
        text = _mysql_text(table, tuple(columns), skip_duplicates)
        connection.exec_driver_sql(text, [tuple(row) for row in rows])
        return
    statement = _statement(connection.dialect.name, table, skip_duplicates)
    connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])


@functools.cache
def _mysql_text(table: sa.Table, columns: tuple[str, ...], skip_duplicates: bool) -> str:
    # INSERT INTO table (a, b) VALUES (%s, %s) ON DUPLICATE KEY UPDATE id = id
    names = ", ".join(f"`{name}`" for name in columns)
    places = ", ".join(["%s"] * len(columns))
    text = f"INSERT INTO `{table.name}` ({names}) VALUES ({places})"  # noqa: S608 - our names
    if skip_duplicates:
        key = next(iter(table.primary_key)).name
        text += f" ON DUPLICATE KEY UPDATE `{key}` = `{key}`"
    return text


@functools.cache
def _statement(dialect: str, table: sa.Table, skip_duplicates: bool) -> sa.Insert:
    # INSERT INTO table (a, b) VALUES (...), (...) ON CONFLICT DO NOTHING
    if not skip_duplicates:
        return sa.insert(table).inline()
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing().inline()
