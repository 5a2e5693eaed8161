# SPDX-License-Identifier: Apache-2.0
"""What differs between the tables of a database and the models."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import autogenerate
from sqlalchemy.engine import Connection

from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models
from nova_api_db.migrations import environment
from nova_api_db.migrations.database import Database

METADATA = {
    Database.API: api_models.Base.metadata,
    Database.CELL: cell_models.Base.metadata,
}

# What alembic calls what the models have and the database lacks (add), or the other way (remove).
_ADDED = {"add": "is missing", "remove": "is not in the models"}


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it should be."""

    table: str
    what: str


def differences(connection: Connection, database: Database) -> list[Difference]:
    """Return where tables and models do not agree."""
    dialect = connection.dialect.name

    def include(element: sa.schema.SchemaItem, name: Any, type_: str, *more: Any) -> bool:
        dialects = element.info.get("dialects")
        return dialects is None or dialect in dialects

    context = environment.context(
        connection, compare_type=True, compare_server_default=True, include_object=include
    )
    found = autogenerate.compare_metadata(context, METADATA[database])
    return sorted(_describe(found), key=dataclasses.astuple)


def _describe(found: list[Any]) -> Iterator[Difference]:
    """Put alembic's tuples into words; what it finds about one column comes as a list."""
    whole = {entry[1].name for entry in found if entry[0] in ("add_table", "remove_table")}
    for entry in found:
        if isinstance(entry, list):
            for _kind, _schema, table, column, _options, old, new in entry:
                yield Difference(table, f"column {column} is {old!r}, not {new!r}")
            continue
        direction, _, noun = entry[0].partition("_")
        element = entry[3] if noun == "column" else entry[1]
        owner = entry[2] if noun == "column" else getattr(element, "table", element).name
        if owner in whole and noun != "table":
            continue
        name = "" if noun == "table" else f" {element.name}"
        yield Difference(owner, f"{_NOUNS.get(noun, noun)}{name} {_ADDED[direction]}")


_NOUNS = {"fk": "foreign key", "constraint": "unique key"}
