# SPDX-License-Identifier: Apache-2.0
"""Queries on cell_mappings in the api database: the cells, with their URLs as stored."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows
from nova_api_db.db.api import models
from nova_api_db.db.rows import Row

_CELLS: sa.Table = models.CellMapping.__table__
_INSTANCES: sa.Table = models.InstanceMapping.__table__

#: What a query that joins a cell puts before the names of its columns.
PREFIX = "cell_"

#: The cells to join. Short names make a statement faster to parse, and its answer to describe.
JOINED = _CELLS.alias("c")

#: Its columns under names that do not clash with those of the table it is joined to, which has
#: the id of the cell itself.
PREFIXED_COLUMNS = [
    column.label(PREFIX + column.key) for column in JOINED.columns if column.key != "id"
]

_ALL = sa.select(_CELLS).order_by(_CELLS.c.id)
_BY_UUID = sa.select(_CELLS).where(_CELLS.c.uuid == sa.bindparam("uuid"))
_BY_NAME = _ALL.where(_CELLS.c.name == sa.bindparam("name"))
_DISABLED = _ALL.where(_CELLS.c.disabled.is_(sa.true()))
# A row of before there was the column may hold NULL.
_ENABLED = _ALL.where(_CELLS.c.disabled.is_not(sa.true()))
# SELECT ... WHERE EXISTS (SELECT ... FROM instance_mappings WHERE cell_id = cell_mappings.id ...)
_BY_PROJECT = _ALL.where(
    sa.exists().where(
        _INSTANCES.c.cell_id == _CELLS.c.id,
        _INSTANCES.c.project_id == sa.bindparam("project_id"),
    )
)
_UPDATE = sa.update(_CELLS).where(_CELLS.c.uuid == sa.bindparam("of_uuid"))
_DELETE = sa.delete(_CELLS).where(_CELLS.c.uuid == sa.bindparam("uuid"))


@facade.api_reader
def get_by_uuid(connection: Connection, uuid: str) -> Row:
    """Return a cell.

    :raises CellMappingNotFound: if there is none
    """
    return _get_by_uuid(connection, uuid)


def _get_by_uuid(connection: Connection, uuid: str) -> Row:
    row = rows.find(connection, _BY_UUID, {"uuid": uuid})
    if row is None:
        raise exception.CellMappingNotFound(uuid=uuid)
    return row


@facade.api_reader
def get_by_name(connection: Connection, name: str) -> Row:
    """Return the cell of a name.

    :raises CellMappingNotFound: if there is none
    :raises CellMappingAmbiguous: if there are several
    """
    found = rows.fetch(connection, _BY_NAME, {"name": name})
    if len(found) > 1:
        uuids = ", ".join(row["uuid"] for row in found)
        raise exception.CellMappingAmbiguous(name=name, count=len(found), uuids=uuids)
    if not found:
        raise exception.CellMappingNotFound(uuid=name)
    return found[0]


@facade.api_reader
def list_all(connection: Connection) -> list[Row]:
    """Return all cells, the oldest first, as every list here."""
    return rows.fetch(connection, _ALL)


@facade.api_reader
def list_by_disabled(connection: Connection, disabled: bool) -> list[Row]:
    """Return the cells that are disabled, or those that are not."""
    return rows.fetch(connection, _DISABLED if disabled else _ENABLED)


@facade.api_reader
def list_by_project_id(connection: Connection, project_id: str) -> list[Row]:
    """Return the cells in which a project has servers."""
    return rows.fetch(connection, _BY_PROJECT, {"project_id": project_id})


@facade.api_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a cell and return its row.

    :raises oslo_db.exception.DBDuplicateEntry: if there is one of that uuid
    """
    return rows.insert(connection, _CELLS, values)


@facade.api_writer
def update(connection: Connection, uuid: str, values: Row) -> Row:
    """Change columns of a cell and return its row.

    :raises CellMappingNotFound: if there is none
    """
    if values:
        connection.execute(_UPDATE, {"of_uuid": uuid, **values})
    return _get_by_uuid(connection, values.get("uuid", uuid))


@facade.api_writer
def delete(connection: Connection, uuid: str) -> None:
    """Delete a cell.

    :raises CellMappingNotFound: if there is none
    :raises oslo_db.exception.DBReferenceError: if servers or hosts are mapped to it
    """
    if not connection.execute(_DELETE, {"uuid": uuid}).rowcount:
        raise exception.CellMappingNotFound(uuid=uuid)
