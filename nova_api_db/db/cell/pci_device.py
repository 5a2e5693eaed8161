# SPDX-License-Identifier: Apache-2.0
"""Queries on pci_devices."""

import sqlalchemy as sa
from oslo_utils import uuidutils
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows, soft_delete
from nova_api_db.db.cell import models
from nova_api_db.db.rows import Row

_DEVICES: sa.Table = models.PciDevice.__table__

_HAS_ID = _DEVICES.c.id == sa.bindparam("row_id")
_ON_NODE = _DEVICES.c.compute_node_id == sa.bindparam("node")
_AT_ADDRESS = _ON_NODE & (_DEVICES.c.address == sa.bindparam("at"))
_ALL = sa.select(_DEVICES).where(soft_delete.live(_DEVICES)).order_by(_DEVICES.c.id)
_GET = _ALL.where(_HAS_ID)
_BY_ADDRESS = _ALL.where(_AT_ADDRESS)
_BY_NODE = _ALL.where(_ON_NODE)
_BY_PARENT = _BY_NODE.where(_DEVICES.c.parent_addr == sa.bindparam("parent"))
_ALLOCATED = _ALL.where(
    _DEVICES.c.status == "allocated", _DEVICES.c.instance_uuid == sa.bindparam("server")
)
_UPDATE = sa.update(_DEVICES).where(_HAS_ID, soft_delete.live(_DEVICES))
_DELETE = soft_delete.delete(_DEVICES).where(_AT_ADDRESS)


@facade.cell_reader
def get_by_id(connection: Connection, id: int) -> Row:
    """Return a device.

    :raises PciDeviceNotFoundById: if there is none
    """
    return _get(connection, id)


@facade.cell_reader
def get_by_address(connection: Connection, compute_node_id: int, address: str) -> Row:
    """Return the device of a node at an address.

    :raises PciDeviceNotFound: if there is none
    """
    row = rows.find(connection, _BY_ADDRESS, {"node": compute_node_id, "at": address})
    if row is None:
        raise exception.PciDeviceNotFound(node_id=compute_node_id, address=address)
    return row


@facade.cell_reader
def list_by_compute_node(connection: Connection, compute_node_id: int) -> list[Row]:
    """Return the devices of a node, the oldest first as in every list here."""
    return rows.fetch(connection, _BY_NODE, {"node": compute_node_id})


@facade.cell_reader
def list_by_parent_address(
    connection: Connection, compute_node_id: int, parent_address: str
) -> list[Row]:
    """Return the virtual functions of a physical one."""
    return rows.fetch(connection, _BY_PARENT, {"node": compute_node_id, "parent": parent_address})


@facade.cell_reader
def list_allocated_by_instance_uuid(connection: Connection, instance_uuid: str) -> list[Row]:
    """Return the devices that a server has; those it only claims are not among them."""
    return rows.fetch(connection, _ALLOCATED, {"server": instance_uuid})


@facade.cell_writer
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a device and return its row.

    :raises PciDeviceNotFoundById: if it is gone
    """
    return _update(connection, id, values)


@facade.cell_writer
def update_or_create(connection: Connection, values: Row) -> Row:
    """Change the device at the same address of the same node, or insert one; return the row.

    :raises oslo_db.exception.DBReferenceError: if there is no such node
    """
    known = rows.find(
        connection, _BY_ADDRESS, {"node": values["compute_node_id"], "at": values["address"]}
    )
    if known is not None:
        return _update(connection, known["id"], values)
    return rows.insert(connection, _DEVICES, {"uuid": uuidutils.generate_uuid(), **values})


@facade.cell_writer
def delete(connection: Connection, compute_node_id: int, address: str) -> None:
    """Delete the device of a node at an address.

    :raises PciDeviceNotFound: if there is none
    """
    if not connection.execute(_DELETE, {"node": compute_node_id, "at": address}).rowcount:
        raise exception.PciDeviceNotFound(node_id=compute_node_id, address=address)


def _update(connection: Connection, id: int, values: Row) -> Row:
    connection.execute(_UPDATE, {"row_id": id, **values})
    return _get(connection, id)


def _get(connection: Connection, id: int) -> Row:
    row = rows.find(connection, _GET, {"row_id": id})
    if row is None:
        raise exception.PciDeviceNotFoundById(id=id)
    return row
