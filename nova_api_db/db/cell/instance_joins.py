# SPDX-License-Identifier: Apache-2.0
"""What hangs on servers, for many servers in one statement each."""

import collections
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade, parts, rows, soft_delete
from nova_api_db.db.cell import models
from nova_api_db.db.cell.instance import EXTRA, INFO_CACHES, METADATA, SYSTEM_METADATA, TAGS
from nova_api_db.db.rows import Row

_GROUPS: sa.Table = models.SecurityGroup.__table__
_IN_GROUPS: sa.Table = models.SecurityGroupInstanceAssociation.__table__
_PCI_DEVICES: sa.Table = models.PciDevice.__table__
_SERVICES: sa.Table = models.Service.__table__
_ID_MAPPINGS: sa.Table = models.InstanceIdMapping.__table__

#: The rows of each server, or of each host.
Rows = Mapping[str, Sequence[Row]]


def _grouped(
    connection: Connection, statement: sa.Select[Any], key: sa.Column[Any], values: Iterable[str]
) -> Rows:
    """Run a statement for servers (or hosts) and return its rows by that key."""
    found: dict[str, list[Row]] = collections.defaultdict(list)
    for part in parts.of(values):
        for row in rows.fetch(connection, statement.where(key.in_(part))):
            found[row[key.name]].append(row)
    return found


@facade.cell_reader
def extras(
    connection: Connection, uuids: Sequence[str], columns: Sequence[str]
) -> Mapping[str, Row]:
    """Return some columns of instance_extra by server."""
    wanted = [EXTRA.c.instance_uuid, *(EXTRA.c[column] for column in columns)]
    found = _grouped(connection, sa.select(*wanted), EXTRA.c.instance_uuid, uuids)
    return {uuid: of_server[0] for uuid, of_server in found.items()}


@facade.cell_reader
def info_caches(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the info cache of each server, deleted with its server or not."""
    return _grouped(connection, sa.select(INFO_CACHES), INFO_CACHES.c.instance_uuid, uuids)


@facade.cell_reader
def metadata(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the users' pairs."""
    return _pairs(connection, METADATA, uuids)


@facade.cell_reader
def system_metadata(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the services' pairs, those of a deleted server too."""
    return _pairs(connection, SYSTEM_METADATA, uuids, deleted=True)


def _pairs(
    connection: Connection, table: sa.Table, uuids: Sequence[str], *, deleted: bool = False
) -> Rows:
    statement = sa.select(table.c.instance_uuid, table.c.key, table.c.value, table.c.deleted)
    if not deleted:
        statement = statement.where(soft_delete.live(table))
    return _grouped(connection, statement, table.c.instance_uuid, uuids)


@facade.cell_reader
def tags(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the tags, in the order of their names."""
    statement = sa.select(TAGS.c.resource_id, TAGS.c.tag).order_by(TAGS.c.tag)
    return _grouped(connection, statement, TAGS.c.resource_id, uuids)


@facade.cell_reader
def security_groups(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the security groups that the servers are in."""
    # SELECT g.*, a.instance_uuid FROM security_groups g
    #   JOIN security_group_instance_association a ON a.security_group_id = g.id
    statement = (
        sa.select(_GROUPS, _IN_GROUPS.c.instance_uuid)
        .join(_IN_GROUPS, _IN_GROUPS.c.security_group_id == _GROUPS.c.id)
        .where(soft_delete.live(_GROUPS), soft_delete.live(_IN_GROUPS))
        .order_by(_GROUPS.c.id)
    )
    return _grouped(connection, statement, _IN_GROUPS.c.instance_uuid, uuids)


@facade.cell_reader
def pci_devices(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the PCI devices that the servers have."""
    statement = (
        sa.select(_PCI_DEVICES).where(soft_delete.live(_PCI_DEVICES)).order_by(_PCI_DEVICES.c.id)
    )
    return _grouped(connection, statement, _PCI_DEVICES.c.instance_uuid, uuids)


@facade.cell_reader
def services(connection: Connection, hosts: Sequence[str]) -> Rows:
    """Return the compute services by host."""
    statement = sa.select(_SERVICES).where(
        soft_delete.live(_SERVICES), _SERVICES.c.binary == "nova-compute"
    )
    return _grouped(connection, statement, _SERVICES.c.host, hosts)


@facade.cell_reader
def id_mappings(connection: Connection, uuids: Sequence[str]) -> Rows:
    """Return the numbers that EC2-style metadata shows."""
    statement = sa.select(_ID_MAPPINGS.c.uuid, _ID_MAPPINGS.c.id)
    return _grouped(connection, statement, _ID_MAPPINGS.c.uuid, uuids)
