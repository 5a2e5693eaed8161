# SPDX-License-Identifier: Apache-2.0
"""Insert thousands of rows in one round trip, and leave out those that are there already."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

Values = Sequence[Any]

#: How many characters of rows a statement for MySQL holds; its packets hold 16 MiB by default.
CHARACTERS = 1_000_000

#: What means the same with and without escaping, such as a uuid.
_PLAIN = re.compile(r"[\w .:-]*", re.ASCII)


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
        _insert_mysql(connection, table, columns, rows, skip_duplicates=skip_duplicates)
        return
    statement = _statement(connection.dialect.name, table, skip_duplicates)
    connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])


def _insert_mysql(
    connection: Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[Values],
    *,
    skip_duplicates: bool,
) -> None:
    # INSERT INTO table (a, b) VALUES (1, 'x'), (2, 'y') ON DUPLICATE KEY UPDATE id = id
    names = ", ".join(f"`{name}`" for name in columns)
    key = next(iter(table.primary_key)).name
    update = f" ON DUPLICATE KEY UPDATE `{key}` = `{key}`" if skip_duplicates else ""
    for values in _mysql_values(connection, rows):
        connection.exec_driver_sql(
            f"INSERT INTO `{table.name}` ({names}) VALUES {values}{update}",  # noqa: S608
            execution_options={"no_parameters": True},
        )


def _mysql_values(connection: Connection, rows: Sequence[Values]) -> Iterator[str]:
    """Yield rows as text, as many at once as a statement may hold.

    PyMySQL would render them value by value, which costs more than all that the server does.
    """
    escape = connection.connection.dbapi_connection.escape  # type: ignore[union-attr]
    columns = [_mysql_column(values, escape) for values in zip(*rows, strict=True)]
    part: list[str] = []
    size = 0
    for text in map(",".join, zip(*columns, strict=True)):
        part.append(text)
        size += len(text)
        if size > CHARACTERS:
            yield f"({'),('.join(part)})"
            part, size = [], 0
    if part:
        yield f"({'),('.join(part)})"


def _mysql_column(values: Sequence[Any], escape: Callable[[Any], str]) -> list[str]:
    different = set(values)
    are_texts = len(different) * 2 > len(values) and set(map(type, different)) == {str}
    if are_texts and _PLAIN.fullmatch("".join(values)):
        return [f"'{value}'" for value in values]
    # Most columns have few different values.
    texts = {value: escape(value) for value in different}
    return [texts[value] for value in values]


@functools.cache
def _statement(dialect: str, table: sa.Table, skip_duplicates: bool) -> sa.Insert:
    # INSERT INTO table (a, b) VALUES (...), (...) ON CONFLICT DO NOTHING
    if not skip_duplicates:
        return sa.insert(table).inline()
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing().inline()
