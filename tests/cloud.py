# SPDX-License-Identifier: Apache-2.0
"""Load the databases that a real Nova wrote (tests/data/cloud) into the databases of a test."""

import dataclasses
import datetime
import functools
import gzip
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Connection

from nova_api_db import fixture
from nova_api_db.context import CellTarget
from nova_api_db.db import facade

FOLDER = pathlib.Path(__file__).parent / "data" / "cloud"
NAMES = ("boot", "unscheduled", "cell0", "moves", "numa-pci", "bulk")

#: Every state of every cloud that has databases of its own: (cloud, moment).
STATES = (
    *((name, None) for name in NAMES),
    ("boot", "archived"),
    ("unscheduled", "after_delete"),
    ("unscheduled", "released"),
    ("moves", "host_back"),
)

Rows = Mapping[str, list[dict[str, Any]]]


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the API answered to one person."""

    method: str
    path: str
    microversion: tuple[int, ...]
    project_id: str
    user_id: str
    roles: tuple[str, ...]
    status: int
    body: dict[str, Any]

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles


@dataclasses.dataclass(frozen=True)
class Cloud:
    """A loaded cloud: its rows as Nova wrote them, its answers, and where its cells are now."""

    databases: Mapping[str, Rows]
    labels: Mapping[str, Any]
    answers: list[Answer]
    cells: Mapping[str, CellTarget]
    extra: Mapping[str, Any]

    def rows(self, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (database, row) of a table in every database that has it."""
        for database, tables in self.databases.items():
            for row in tables.get(table, ()):
                yield database, row


@functools.cache
def read(name: str) -> dict[str, Any]:
    """Return a file's content; shared, so not to be changed."""
    with gzip.open(FOLDER / f"{name}.json.gz") as file:
        content: dict[str, Any] = json.load(file)
    return content


def load(databases: fixture.Databases, name: str, moment: str | None = None) -> Cloud:
    """Fill the test's api database and a database per cell with a cloud's rows."""
    content = read(name)
    state = {**content, **(content["moments"][moment] if moment else {})}
    contents = state["databases"]
    cells = {
        row["name"]: CellTarget(row["uuid"], databases.cell_database(), row["transport_url"])
        for row in contents["api"]["cell_mappings"]
    }
    urls = {name: cell.database_connection for name, cell in cells.items()}
    mappings = [
        {**row, "database_connection": urls[row["name"]]}
        for row in contents["api"]["cell_mappings"]
    ]
    _fill(databases.api_url, fixture.Kind.API, {**contents["api"], "cell_mappings": mappings})
    for cell_name, url in urls.items():
        _fill(url, fixture.Kind.CELL, contents.get(cell_name, {}))
    return Cloud(
        databases=contents,
        labels=content["labels"],
        answers=list(_answers(state.get("api_responses", {}))),
        cells=cells,
        extra=state,
    )


def _answers(responses: Mapping[str, list[dict[str, Any]]]) -> Iterator[Answer]:
    for call, answers in responses.items():
        method, path = call.split(" ", 1)
        for answer in answers:
            yield Answer(
                method=method,
                path=path,
                microversion=tuple(int(part) for part in answer["microversion"].split(".")),
                project_id=answer["project_id"],
                user_id=answer["user_id"],
                roles=tuple(answer["roles"]),
                status=answer["status"],
                body=answer["body"],
            )


def _fill(url: str, kind: fixture.Kind, rows: Rows) -> None:
    """Insert rows; tables that this project does not have are left out."""
    engine = facade.create_engine(url, fixture.OPTIONS)
    with engine.connect() as connection:
        _ignore_foreign_keys(connection)
        with connection.begin():
            for table in kind.metadata.sorted_tables:
                if rows.get(table.name):
                    connection.execute(
                        table.insert(), [_typed(table, row) for row in rows[table.name]]
                    )
                    _advance_sequence(connection, table)
    engine.dispose()


def _typed(table: sqlalchemy.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: datetime.datetime.fromisoformat(row[column.name])
        if row[column.name] is not None and isinstance(column.type, sqlalchemy.DateTime)
        else row[column.name]
        for column in table.columns
        if column.name in row
    }


def _ignore_foreign_keys(connection: Connection) -> None:
    statement = {
        "mysql": "SET SESSION foreign_key_checks = 0",
        "postgresql": "SET session_replication_role = replica",
        "sqlite": "PRAGMA foreign_keys = OFF",
    }[connection.dialect.name]
    connection.connection.cursor().execute(statement)
    connection.rollback()


def _advance_sequence(connection: Connection, table: sqlalchemy.Table) -> None:
    """Let the next row on PostgreSQL get an id of its own."""
    if connection.dialect.name == "postgresql" and "id" in table.columns:
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) "
            f"FROM {table.name}"
        )
