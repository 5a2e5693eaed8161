# SPDX-License-Identifier: Apache-2.0
"""Queries on block_device_mapping."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from oslo_utils import uuidutils
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, parts, rows, soft_delete
from nova_api_db.db.cell import models, replica
from nova_api_db.db.rows import Row

_BDMS: sa.Table = models.BlockDeviceMapping.__table__

_HAS_ID = _BDMS.c.id == sa.bindparam("row_id")
_IN_SERVER = _BDMS.c.instance_uuid == sa.bindparam("server")
_SWAP = (_BDMS.c.source_type == "blank") & (_BDMS.c.guest_format == "swap")

_ALL = sa.select(_BDMS).where(soft_delete.live(_BDMS)).order_by(_BDMS.c.id)
_GET = _ALL.where(_HAS_ID)
_BY_VOLUME = _ALL.where(_BDMS.c.volume_id == sa.bindparam("volume"))
_BY_VOLUME_AND_SERVER = _BY_VOLUME.where(_IN_SERVER).limit(1)
_BY_SERVERS = _ALL.where(_BDMS.c.instance_uuid.in_(sa.bindparam("servers", expanding=True)))
_BY_UUID = _ALL.where(_IN_SERVER, _BDMS.c.uuid == sa.bindparam("of_uuid")).limit(1)
_BY_DEVICE_NAME = _ALL.where(_IN_SERVER, _BDMS.c.device_name == sa.bindparam("name")).limit(1)
_UPDATE = sa.update(_BDMS).where(_HAS_ID, soft_delete.live(_BDMS))
_DELETE = soft_delete.delete(_BDMS).where(_HAS_ID)
_DELETE_OTHER_SWAP = soft_delete.delete(_BDMS).where(
    _IN_SERVER, _SWAP, _BDMS.c.id != sa.bindparam("row_id")
)


@facade.cell_reader
def get_by_volume_and_instance(connection: Connection, volume_id: str, instance_uuid: str) -> Row:
    """Return the row of a volume in a server.

    :raises VolumeBDMNotFound: if there is none
    """
    values = {"volume": volume_id, "server": instance_uuid}
    row = rows.find(connection, _BY_VOLUME_AND_SERVER, values)
    if row is None:
        raise exception.VolumeBDMNotFound(volume_id=volume_id)
    return row


@replica.optional
def list_by_volume(connection: Connection, volume_id: str) -> list[Row]:
    """Return the rows of a volume, the oldest first as in every list here.

    :raises VolumeBDMNotFound: if there are none
    """
    found = rows.fetch(connection, _BY_VOLUME, {"volume": volume_id})
    if not found:
        raise exception.VolumeBDMNotFound(volume_id=volume_id)
    return found


@replica.optional
def list_by_instance_uuids(connection: Connection, instance_uuids: Iterable[str]) -> list[Row]:
    """Return the rows of servers."""
    return [
        row
        for uuids in parts.of(instance_uuids)
        for row in rows.fetch(connection, _BY_SERVERS, {"servers": uuids})
    ]


@facade.cell_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a row, with a new uuid if none is given, and return it.

    :raises oslo_db.exception.DBReferenceError: if there is no such server
    """
    return _create(connection, values)


@facade.cell_writer
def update_or_create(connection: Connection, values: Row) -> Row:
    """Change the row of the same server and uuid or else device name, or insert one; return it.

    :raises oslo_db.exception.DBReferenceError: if there is no such server
    """
    known = _find_known(connection, values)
    if known is None:
        row: Row = _create(connection, values)
    else:
        row = _update(connection, known["id"], values)
    if row["source_type"] == "blank" and row["guest_format"] == "swap":
        connection.execute(
            _DELETE_OTHER_SWAP, {"server": row["instance_uuid"], "row_id": row["id"]}
        )
    return row


@facade.cell_writer
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a row and return it.

    :raises BDMNotFound: if it is gone
    """
    return _update(connection, id, values)


@facade.cell_writer
def delete(connection: Connection, id: int) -> None:
    """Delete a row, if it is there."""
    connection.execute(_DELETE, {"row_id": id})


def _create(connection: Connection, values: Row) -> dict[str, Any]:
    return rows.insert(connection, _BDMS, {"uuid": uuidutils.generate_uuid(), **values})


def _update(connection: Connection, id: int, values: Row) -> Row:
    connection.execute(_UPDATE, {"row_id": id, **values})
    row = rows.find(connection, _GET, {"row_id": id})
    if row is None:
        raise exception.BDMNotFound(id=id)
    return row


def _find_known(connection: Connection, values: Row) -> Row | None:
    server = values["instance_uuid"]
    if values.get("uuid"):
        known = {"server": server, "of_uuid": values["uuid"]}
        row = rows.find(connection, _BY_UUID, known)
        if row is not None:
            return row
    if values.get("device_name"):
        known = {"server": server, "name": values["device_name"]}
        return rows.find(connection, _BY_DEVICE_NAME, known)
    return None
