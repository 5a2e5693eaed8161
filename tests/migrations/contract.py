# SPDX-License-Identifier: Apache-2.0
"""The schema of nova 34.0.0 on MariaDB, as data, and reading a server's in the same form.

The files in `data` were extracted from databases that nova's own migrations made; each says so.
"""

import json
import pathlib
from collections import defaultdict

import sqlalchemy

from nova_api_db.migrations.database import Database

DATA = pathlib.Path(__file__).parent / "data"


def tables(database: Database):
    """Return the tables that nova has of those that this project has."""
    return json.loads((DATA / f"{database.value}.json").read_text())["tables"]


def read(connection):
    """Return the tables of a MySQL database in the form of the data."""
    found = {
        row.table_name: {
            "engine": row.engine,
            "collation": row.table_collation,
            "columns": {},
            "primary_key": [],
            "unique_keys": {},
            "indexes": {},
            "foreign_keys": {},
        }
        for row in _select(connection, "tables", "table_name, engine, table_collation")
    }
    for row in _columns(connection):
        found[row.table_name]["columns"][row.column_name] = _column(row)
    for (table, name), rows in _keys(connection).items():
        columns = [
            [row.column_name, row.sub_part] if row.sub_part else row.column_name for row in rows
        ]
        if name == "PRIMARY":
            found[table]["primary_key"] = columns
        else:
            found[table]["indexes" if rows[0].non_unique else "unique_keys"][name] = columns
    for (table, name), rows in _foreign_keys(connection).items():
        first = rows[0]
        found[table]["foreign_keys"][name] = [
            [row.column_name for row in rows],
            first.referenced_table_name,
            [row.referenced_column_name for row in rows],
            first.update_rule,
            first.delete_rule,
        ]
    return found


def _select(connection, view, columns, order="1"):
    names = columns.split(", ")
    return connection.execute(
        sqlalchemy.text(
            f"SELECT {', '.join(f'{name} AS {name}' for name in names)} "
            f"FROM information_schema.{view} WHERE table_schema = DATABASE() ORDER BY {order}"
        )
    ).all()


def _columns(connection):
    return _select(
        connection,
        "columns",
        "table_name, column_name, column_type, is_nullable, column_default, extra, collation_name",
        "table_name, ordinal_position",
    )


def _column(row):
    described = {"type": row.column_type, "nullable": row.is_nullable == "YES"}
    if row.column_default not in (None, "NULL"):
        described["default"] = "'" + row.column_default.strip("'") + "'"
    if "auto_increment" in row.extra:
        described["autoincrement"] = True
    if row.collation_name:
        described["collation"] = row.collation_name
    return described


def _keys(connection):
    rows = _select(
        connection,
        "statistics",
        "table_name, index_name, column_name, sub_part, non_unique",
        "table_name, index_name, seq_in_index",
    )
    return _grouped(rows, "index_name")


def _foreign_keys(connection):
    statement = """
        SELECT k.table_name AS table_name, k.constraint_name AS constraint_name,
               k.column_name AS column_name, k.referenced_table_name AS referenced_table_name,
               k.referenced_column_name AS referenced_column_name,
               r.update_rule AS update_rule, r.delete_rule AS delete_rule
        FROM information_schema.key_column_usage k
        JOIN information_schema.referential_constraints r
          ON r.constraint_schema = k.constraint_schema
         AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
        WHERE k.table_schema = DATABASE() AND k.constraint_schema = DATABASE()
          AND r.constraint_schema = DATABASE()
        ORDER BY k.table_name, k.constraint_name, k.ordinal_position
    """
    return _grouped(connection.execute(sqlalchemy.text(statement)).all(), "constraint_name")


def _grouped(rows, name):
    groups = defaultdict(list)
    for row in rows:
        groups[row.table_name, getattr(row, name)].append(row)
    return groups
