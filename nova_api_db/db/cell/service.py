# SPDX-License-Identifier: Apache-2.0
"""Queries on services."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_utils import uuidutils
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows, soft_delete, types
from nova_api_db.db.cell import models, replica
from nova_api_db.db.rows import Row

_SERVICES: sa.Table = models.Service.__table__
_NODES: sa.Table = models.ComputeNode.__table__

COMPUTE = "nova-compute"

_HAS_ID = _SERVICES.c.id == sa.bindparam("row_id")
_ON_HOST = _SERVICES.c.host == sa.bindparam("on_host")
_ALL = sa.select(_SERVICES).where(soft_delete.live(_SERVICES)).order_by(_SERVICES.c.id)
_GET = _ALL.where(_HAS_ID)
_BY_UUID = _ALL.where(_SERVICES.c.uuid == sa.bindparam("of_uuid"))
_BY_HOST = _ALL.where(_ON_HOST)
_BY_BINARY = _ALL.where(_SERVICES.c.binary == sa.bindparam("of_binary"))
# Rows of before a column was may hold NULL in it.
_ENABLED = _ALL.where(_SERVICES.c.disabled.is_not(sa.true()))
_DISABLED = _ALL.where(_SERVICES.c.disabled.is_(sa.true()))
_BY_TOPIC = _ENABLED.where(_SERVICES.c.topic == sa.bindparam("of_topic"))
_BY_HOST_AND_BINARY = _BY_BINARY.where(_ON_HOST)
_BY_HOST_AND_TOPIC = _BY_TOPIC.where(_ON_HOST)
_ENABLED_OF_BINARY = _ENABLED.where(_SERVICES.c.binary == sa.bindparam("of_binary"))
# SELECT ... FROM services WHERE ... AND EXISTS (SELECT ... FROM compute_nodes WHERE host = ...)
_BY_HYPERVISOR = _ENABLED_OF_BINARY.where(
    sa.exists().where(
        _NODES.c.host == _SERVICES.c.host,
        _NODES.c.hypervisor_type == sa.bindparam("hypervisor"),
        soft_delete.live(_NODES),
    )
)
# Who is forced down is not asked anything, so it holds nobody back.
_MINIMUM_VERSIONS = (
    sa.select(_SERVICES.c.binary, sa.func.min(sa.func.coalesce(_SERVICES.c.version, 0)))
    .where(
        _SERVICES.c.binary.in_(sa.bindparam("binaries", expanding=True)),
        soft_delete.live(_SERVICES),
        _SERVICES.c.forced_down.is_not(sa.true()),
    )
    .group_by(_SERVICES.c.binary)
)
_UPDATE = sa.update(_SERVICES).where(_HAS_ID, soft_delete.live(_SERVICES))
_DELETE = soft_delete.delete(_SERVICES).where(_HAS_ID)


@facade.cell_reader
def get_by_id(connection: Connection, id: int) -> Row:
    """Return a service.

    :raises ServiceNotFound: if there is none
    """
    return _get(connection, id)


@facade.cell_reader
def get_by_uuid(connection: Connection, uuid: str) -> Row:
    """Return a service.

    :raises ServiceNotFound: if there is none
    """
    row = rows.find(connection, _BY_UUID, {"of_uuid": uuid})
    if row is None:
        raise exception.ServiceNotFound(service_id=uuid)
    return row


@replica.optional
def get_by_compute_host(connection: Connection, host: str) -> Row:
    """Return the service that runs the servers of a host.

    :raises ComputeHostNotFound: if there is none
    """
    row = rows.find(connection, _BY_HOST_AND_BINARY, {"on_host": host, "of_binary": COMPUTE})
    if row is None:
        raise exception.ComputeHostNotFound(host=host)
    return row


@facade.cell_reader
def find_by_host_and_binary(connection: Connection, host: str, binary: str) -> Row | None:
    """Return the service of a binary on a host, if it is there."""
    return rows.find(connection, _BY_HOST_AND_BINARY, {"on_host": host, "of_binary": binary})


@facade.cell_reader
def find_by_host_and_topic(connection: Connection, host: str, topic: str) -> Row | None:
    """Return the service of a topic on a host, if it is there and enabled."""
    return rows.find(connection, _BY_HOST_AND_TOPIC, {"on_host": host, "of_topic": topic})


@facade.cell_reader
def list_all(connection: Connection, disabled: bool | None = None) -> list[Row]:
    """Return all services, or those that are disabled or are not; the oldest first, as always."""
    if disabled is None:
        return rows.fetch(connection, _ALL)
    return rows.fetch(connection, _DISABLED if disabled else _ENABLED)


@facade.cell_reader
def list_by_topic(connection: Connection, topic: str) -> list[Row]:
    """Return the services of a topic that are enabled."""
    return rows.fetch(connection, _BY_TOPIC, {"of_topic": topic})


@facade.cell_reader
def list_by_binary(
    connection: Connection, binary: str, include_disabled: bool = False
) -> list[Row]:
    """Return the services of a binary that are enabled, or all."""
    statement = _BY_BINARY if include_disabled else _ENABLED_OF_BINARY
    return rows.fetch(connection, statement, {"of_binary": binary})


@facade.cell_reader
def list_by_host(connection: Connection, host: str) -> list[Row]:
    """Return the services on a host."""
    return rows.fetch(connection, _BY_HOST, {"on_host": host})


@facade.cell_reader
def list_by_hypervisor_type(connection: Connection, hypervisor_type: str) -> list[Row]:
    """Return the enabled compute services that have a node of such a hypervisor."""
    values = {"of_binary": COMPUTE, "hypervisor": hypervisor_type}
    return rows.fetch(connection, _BY_HYPERVISOR, values)


@replica.optional
def list_minimum_versions(connection: Connection, binaries: Collection[str]) -> dict[str, int]:
    """Return the lowest version of each binary that has a service which is not forced down."""
    found = connection.execute(_MINIMUM_VERSIONS, {"binaries": list(binaries)})
    return {row[0]: row[1] for row in found}


@facade.cell_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a service, with a new uuid if none is given, and return its row.

    :raises ServiceBinaryExists: if its host has one of that binary
    :raises ServiceTopicExists: if its host has one of that topic
    """
    try:
        return rows.insert(connection, _SERVICES, {"uuid": uuidutils.generate_uuid(), **values})
    except db_exception.DBDuplicateEntry as error:
        host = values.get("host")
        if "binary" in error.columns:
            raise exception.ServiceBinaryExists(host=host, binary=values.get("binary")) from None
        if "topic" in error.columns:
            raise exception.ServiceTopicExists(host=host, topic=values.get("topic")) from None
        raise


@facade.cell_writer
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a service and return its row.

    A greater report_count than before is a sign of life: last_seen_up becomes now, unless given.

    :raises ServiceNotFound: if it is gone
    """
    count = values.get("report_count")
    if count is None or "last_seen_up" in values:
        connection.execute(_UPDATE, {"row_id": id, **values})
    else:
        # UPDATE ... SET last_seen_up = CASE WHEN report_count < :count THEN :now ELSE last_seen_up
        # END, report_count = :count ...: in this order, MySQL would see the new count otherwise.
        seen = sa.case(
            (_SERVICES.c.report_count < count, types.utcnow()), else_=_SERVICES.c.last_seen_up
        )
        connection.execute(
            _UPDATE.ordered_values((_SERVICES.c.last_seen_up, seen), *values.items()),
            {"row_id": id},
        )
    return _get(connection, id)


@facade.cell_writer
def delete(connection: Connection, id: int) -> None:
    """Delete a service.

    :raises ServiceNotFound: if it is gone
    """
    if not connection.execute(_DELETE, {"row_id": id}).rowcount:
        raise exception.ServiceNotFound(service_id=id)


def _get(connection: Connection, id: int) -> Row:
    row = rows.find(connection, _GET, {"row_id": id})
    if row is None:
        raise exception.ServiceNotFound(service_id=id)
    return row
