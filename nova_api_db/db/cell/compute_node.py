# SPDX-License-Identifier: Apache-2.0
"""Queries on compute_nodes."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_utils import uuidutils
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, parts, rows, soft_delete
from nova_api_db.db.cell import models, replica
from nova_api_db.db.rows import Row

_NODES: sa.Table = models.ComputeNode.__table__

#: What a row that comes back to life has in the columns that are not given.
_DEFAULTS = {
    column.key: column.default.arg
    if isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar
    else None
    for column in _NODES.columns
    if column.key not in ("id", "created_at", "updated_at")
}

_HAS_ID = _NODES.c.id == sa.bindparam("row_id")
_ALL = sa.select(_NODES).where(soft_delete.live(_NODES)).order_by(_NODES.c.id)
_GET = _ALL.where(_HAS_ID)
_BY_UUID = _ALL.where(_NODES.c.uuid == sa.bindparam("of_uuid"))
_BY_UUIDS = _ALL.where(_NODES.c.uuid.in_(sa.bindparam("uuids", expanding=True)))
_BY_HOST = _ALL.where(_NODES.c.host == sa.bindparam("on_host"))
_BY_NODENAME = _ALL.where(_NODES.c.hypervisor_hostname == sa.bindparam("nodename"))
_BY_HOST_AND_NODENAME = _BY_NODENAME.where(_NODES.c.host == sa.bindparam("on_host"))
_BY_SERVICE = _ALL.where(_NODES.c.service_id == sa.bindparam("service"))
_BY_HYPERVISOR = _ALL.where(_NODES.c.hypervisor_hostname.ilike(sa.bindparam("pattern")))
_BY_HYPERVISOR_TYPE = _ALL.where(_NODES.c.hypervisor_type == sa.bindparam("hypervisor"))
# A row of before the column was may hold NULL.
_NOT_MAPPED = _ALL.where(sa.func.coalesce(_NODES.c.mapped, 0) < sa.bindparam("less_than"))
_REST = _ALL.where(_NODES.c.id > sa.bindparam("after"))
_PAGE = _REST.limit(sa.bindparam("at_most"))
# Deleted rows too: they have their uuid still.
_FIND_UUID = sa.select(_NODES.c.id, _NODES.c.deleted).where(
    _NODES.c.uuid == sa.bindparam("of_uuid")
)
_UPDATE = sa.update(_NODES).where(_HAS_ID, soft_delete.live(_NODES))
_REVIVE = sa.update(_NODES).where(_HAS_ID, _NODES.c.deleted != 0)
_DELETE = soft_delete.delete(_NODES).where(_HAS_ID)


@facade.cell_reader
def get_by_id(connection: Connection, id: int) -> Row:
    """Return a node.

    :raises ComputeHostNotFound: if there is none
    """
    return _first(connection, _GET, id, row_id=id)


@facade.cell_reader
def get_by_uuid(connection: Connection, uuid: str) -> Row:
    """Return a node.

    :raises ComputeHostNotFound: if there is none
    """
    return _first(connection, _BY_UUID, uuid, of_uuid=uuid)


@facade.cell_reader
def get_by_service_id(connection: Connection, service_id: int) -> Row:
    """Return the first node of a service.

    :raises ServiceNotFound: if there is none
    """
    row = rows.find(connection, _BY_SERVICE, {"service": service_id})
    if row is None:
        raise exception.ServiceNotFound(service_id=service_id)
    return row


@facade.cell_reader
def get_by_nodename(connection: Connection, nodename: str) -> Row:
    """Return the first node that a hypervisor calls so.

    :raises ComputeHostNotFound: if there is none
    """
    return _first(connection, _BY_NODENAME, nodename, nodename=nodename)


@facade.cell_reader
def get_by_host_and_nodename(connection: Connection, host: str, nodename: str) -> Row:
    """Return the node of a host that its hypervisor calls so.

    :raises ComputeHostNotFound: if there is none
    """
    return _first(connection, _BY_HOST_AND_NODENAME, host, on_host=host, nodename=nodename)


@facade.cell_reader
def list_all(connection: Connection) -> list[Row]:
    """Return all nodes, the oldest first as in every list here."""
    return rows.fetch(connection, _ALL)


@facade.cell_reader
def list_page(connection: Connection, limit: int | None, marker: int | None) -> list[Row]:
    """Return a number of nodes, or all, after the one with an id.

    :raises MarkerNotFound: if there is none with that id
    """
    if marker is not None and rows.find(connection, _GET, {"row_id": marker}) is None:
        raise exception.MarkerNotFound(marker=marker)
    if limit is None:
        return rows.fetch(connection, _REST, {"after": marker or 0})
    return rows.fetch(connection, _PAGE, {"after": marker or 0, "at_most": limit})


@facade.cell_reader
def list_by_uuids(connection: Connection, uuids: Iterable[str]) -> list[Row]:
    """Return the nodes of these uuids."""
    return [
        row
        for part in parts.of(uuids)
        for row in rows.fetch(connection, _BY_UUIDS, {"uuids": part})
    ]


@replica.optional
def list_by_host(connection: Connection, host: str) -> list[Row]:
    """Return the nodes of a host.

    :raises ComputeHostNotFound: if there are none
    """
    found = rows.fetch(connection, _BY_HOST, {"on_host": host})
    if not found:
        raise exception.ComputeHostNotFound(host=host)
    return found


@replica.optional
def list_by_service_id(connection: Connection, service_id: int) -> list[Row]:
    """Return the nodes of a service."""
    return rows.fetch(connection, _BY_SERVICE, {"service": service_id})


@facade.cell_reader
def list_by_hypervisor_match(connection: Connection, match: str) -> list[Row]:
    """Return the nodes whose name has this in it; it may hold SQL wildcards."""
    return rows.fetch(connection, _BY_HYPERVISOR, {"pattern": f"%{match}%"})


@facade.cell_reader
def list_by_hypervisor_type(connection: Connection, hypervisor_type: str) -> list[Row]:
    """Return the nodes of a type of hypervisor."""
    return rows.fetch(connection, _BY_HYPERVISOR_TYPE, {"hypervisor": hypervisor_type})


@facade.cell_reader
def list_by_mapped_less_than(connection: Connection, mapped: int) -> list[Row]:
    """Return the nodes that were mapped less than so many times."""
    return rows.fetch(connection, _NOT_MAPPED, {"less_than": mapped})


@facade.cell_writer.alone
def create(connection: Connection, values: Row) -> Row:
    """Insert a node, with a new uuid if none is given, and return its row.

    A deleted row of the uuid comes back to life: the uuid is that of a hypervisor, which may be
    added again.

    :raises DuplicateRecord: if there is one of that uuid, or of that host and name
    """
    values = {**values, "uuid": values.get("uuid") or uuidutils.generate_uuid()}
    known = rows.find(connection, _FIND_UUID, {"of_uuid": values["uuid"]})
    try:
        if known is None:
            return rows.insert(connection, _NODES, values)
        revived = {**_DEFAULTS, **values, "row_id": known["id"]}
        if known["deleted"] and connection.execute(_REVIVE, revived).rowcount:
            return _first(connection, _GET, known["id"], row_id=known["id"])
    except db_exception.DBDuplicateEntry:
        pass
    what = f"compute node {values.get('hypervisor_hostname')}:{values['uuid']}"
    raise exception.DuplicateRecord(target=what)


@facade.cell_writer.alone
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a node and return its row.

    :raises ComputeHostNotFound: if it is gone
    """
    connection.execute(_UPDATE, {"row_id": id, **values})
    return _first(connection, _GET, id, row_id=id)


@facade.cell_writer
def delete(connection: Connection, id: int) -> None:
    """Delete a node.

    :raises ComputeHostNotFound: if it is gone
    """
    if not connection.execute(_DELETE, {"row_id": id}).rowcount:
        raise exception.ComputeHostNotFound(host=id)


def _first(
    connection: Connection, statement: sa.Select[Any], what: str | int, **values: Any
) -> Row:
    row = rows.find(connection, statement, values)
    if row is None:
        raise exception.ComputeHostNotFound(host=what)
    return row
