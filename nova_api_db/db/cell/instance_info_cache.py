# SPDX-License-Identifier: Apache-2.0
"""Queries on instance_info_caches; a server has at most one row, deleted or not."""

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows, soft_delete
from nova_api_db.db.cell import models
from nova_api_db.db.rows import Row

_CACHES: sa.Table = models.InstanceInfoCache.__table__

_IS_OF = _CACHES.c.instance_uuid == sa.bindparam("uuid")
_GET = sa.select(_CACHES).where(_IS_OF, soft_delete.live(_CACHES))
_UPDATE = (
    sa.update(_CACHES)
    .where(_IS_OF, soft_delete.live(_CACHES))
    .values(network_info=sa.bindparam("text"))
)
_DELETE = soft_delete.delete(_CACHES).where(_IS_OF)


@facade.cell_reader
def get_by_instance_uuid(connection: Connection, instance_uuid: str) -> Row:
    """Return the row of a server.

    :raises InstanceInfoCacheNotFound: if there is none
    """
    return _get(connection, instance_uuid)


@facade.cell_writer
def update(connection: Connection, instance_uuid: str, network_info: str | None) -> Row:
    """Replace the text of a server's row, which need not exist yet, and return the row.

    :raises InstanceInfoCacheNotFound: if the server, or its row, is deleted
    """
    values = {"uuid": instance_uuid, "text": network_info}
    if connection.execute(_UPDATE, values).rowcount:
        return _get(connection, instance_uuid)
    try:
        return rows.insert(
            connection, _CACHES, {"instance_uuid": instance_uuid, "network_info": network_info}
        )
    except (db_exception.DBDuplicateEntry, db_exception.DBReferenceError):
        raise exception.InstanceInfoCacheNotFound(instance_uuid=instance_uuid) from None


@facade.cell_writer
def delete(connection: Connection, instance_uuid: str) -> None:
    """Delete the row of a server, if it has one."""
    connection.execute(_DELETE, {"uuid": instance_uuid})


def _get(connection: Connection, instance_uuid: str) -> Row:
    row = rows.find(connection, _GET, {"uuid": instance_uuid})
    if row is None:
        raise exception.InstanceInfoCacheNotFound(instance_uuid=instance_uuid)
    return row
