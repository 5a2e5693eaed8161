# SPDX-License-Identifier: Apache-2.0
"""Queries on instance_faults."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade, parts, rows, soft_delete
from nova_api_db.db.cell import models
from nova_api_db.db.rows import Row

_FAULTS: sa.Table = models.InstanceFault.__table__

# They are ordered by id: two of the same second have the same created_at.
_ALL = sa.select(_FAULTS).where(soft_delete.live(_FAULTS)).order_by(_FAULTS.c.id.desc())
_FIND_LATEST = _ALL.where(_FAULTS.c.instance_uuid == sa.bindparam("uuid")).limit(1)
_OF_SERVERS = _FAULTS.c.instance_uuid.in_(sa.bindparam("uuids", expanding=True))
_LIST = _ALL.where(_OF_SERVERS)
# SELECT ... WHERE id IN (SELECT max(id) FROM instance_faults WHERE ... GROUP BY instance_uuid)
_LIST_LATEST = sa.select(_FAULTS).where(
    _FAULTS.c.id.in_(
        sa.select(sa.func.max(_FAULTS.c.id))
        .where(soft_delete.live(_FAULTS), _OF_SERVERS)
        .group_by(_FAULTS.c.instance_uuid)
        .correlate(None)
    )
)


@facade.cell_reader
def find_latest(connection: Connection, instance_uuid: str) -> Row | None:
    """Return the newest fault of a server, if it has any."""
    return rows.find(connection, _FIND_LATEST, {"uuid": instance_uuid})


@facade.cell_reader
def list_by_instance_uuids(connection: Connection, instance_uuids: Iterable[str]) -> list[Row]:
    """Return the faults of servers: those of the first server first, the newest first."""
    return _list(connection, _LIST, instance_uuids)


@facade.cell_reader
def list_latest_by_instance_uuids(
    connection: Connection, instance_uuids: Iterable[str]
) -> list[Row]:
    """Return the newest fault of each of the servers that have any, in their order."""
    return _list(connection, _LIST_LATEST, instance_uuids)


@facade.cell_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a fault and return its row.

    :raises oslo_db.exception.DBReferenceError: if there is no such server
    """
    return rows.insert(connection, _FAULTS, values)


def _list(
    connection: Connection, statement: sa.Select[Any], instance_uuids: Iterable[str]
) -> list[Row]:
    found = []
    for uuids in parts.of(instance_uuids):
        order = {uuid: number for number, uuid in enumerate(uuids)}
        faults = rows.fetch(connection, statement, {"uuids": uuids})
        found += sorted(faults, key=lambda fault: order[fault["instance_uuid"]])
    return found
