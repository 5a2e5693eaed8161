# SPDX-License-Identifier: Apache-2.0
"""Queries on host_mappings in the api database: which cell each compute host is in.

Every row comes with the columns of its cell (``cell_mapping.PREFIX``), in the same statement.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows
from nova_api_db.db.api import cell_mapping, models
from nova_api_db.db.rows import Row

_MAPPINGS: sa.Table = models.HostMapping.__table__
_M = _MAPPINGS.alias("m")

# SELECT m.*, c.* FROM host_mappings AS m LEFT OUTER JOIN cell_mappings AS c ON c.id = m.cell_id
_SELECT = sa.select(*_M.columns, *cell_mapping.PREFIXED_COLUMNS).select_from(
    _M.outerjoin(cell_mapping.JOINED, cell_mapping.JOINED.c.id == _M.c.cell_id)
)
_BY_HOST = _SELECT.where(_M.c.host == sa.bindparam("host"))
_ALL = _SELECT.order_by(_M.c.id)
_BY_CELL = _ALL.where(_M.c.cell_id == sa.bindparam("of_cell"))
_UPDATE = sa.update(_MAPPINGS).where(_MAPPINGS.c.id == sa.bindparam("of_id"))
_UPDATE_BY_HOST = sa.update(_MAPPINGS).where(_MAPPINGS.c.host == sa.bindparam("of_host"))
_DELETE = sa.delete(_MAPPINGS).where(_MAPPINGS.c.host == sa.bindparam("host"))


@facade.api_reader
def get_by_host(connection: Connection, host: str) -> Row:
    """Return the mapping of a host.

    :raises HostMappingNotFound: if there is none
    """
    return _get(connection, host)


def _get(connection: Connection, host: str) -> Row:
    row = rows.find(connection, _BY_HOST, {"host": host})
    if row is None:
        raise exception.HostMappingNotFound(name=host)
    return row


@facade.api_reader
def list_by_cell_id(connection: Connection, cell_id: int | None = None) -> list[Row]:
    """Return the mappings of the hosts of one or of all cells, the oldest first."""
    if cell_id is None:
        return rows.fetch(connection, _ALL)
    return rows.fetch(connection, _BY_CELL, {"of_cell": cell_id})


@facade.api_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a mapping and return its row, without the columns of its cell.

    :raises oslo_db.exception.DBDuplicateEntry: if the host has one
    """
    return rows.insert(connection, _MAPPINGS, values)


@facade.api_writer
def update(connection: Connection, key: int | str, host: str, values: Row) -> Row:
    """Change columns of a mapping and return its row.

    :param key: the id of the row, or the host as it is stored
    :param host: the host after the change
    :raises HostMappingNotFound: if there is none
    """
    if values:
        # The driver reports the rows that were matched, changed or not.
        by_id = isinstance(key, int)
        statement, name = (_UPDATE, "of_id") if by_id else (_UPDATE_BY_HOST, "of_host")
        if not connection.execute(statement, {name: key, **values}).rowcount:
            raise exception.HostMappingNotFound(name=host)
    return _get(connection, host)


@facade.api_writer
def delete(connection: Connection, host: str) -> None:
    """Delete the mapping of a host.

    :raises HostMappingNotFound: if there is none
    """
    if not connection.execute(_DELETE, {"host": host}).rowcount:
        raise exception.HostMappingNotFound(name=host)
