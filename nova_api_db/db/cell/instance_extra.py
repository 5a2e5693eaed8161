# SPDX-License-Identifier: Apache-2.0
"""Queries on instance_extra: single documents of a server."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows, soft_delete
from nova_api_db.db.cell.instance import EXTRA
from nova_api_db.db.rows import Row

_OF_SERVER = sa.and_(EXTRA.c.instance_uuid == sa.bindparam("uuid"), soft_delete.live(EXTRA))


@facade.cell_reader
def find_document(connection: Connection, instance_uuid: str, column: str) -> Row | None:
    """Return one document of a server as ``text``, None if there is no row for it."""
    statement = sa.select(EXTRA.c[column].label("text")).where(_OF_SERVER)
    return rows.find(connection, statement, {"uuid": instance_uuid})


@facade.cell_writer
def update_document(
    connection: Connection, instance_uuid: str, column: str, text: str | None
) -> None:
    """Replace one document of a server.

    :raises InstanceNotFound: if there is no row for it
    """
    statement = sa.update(EXTRA).where(_OF_SERVER).values({column: text})
    if not connection.execute(statement, {"uuid": instance_uuid}).rowcount:
        raise exception.InstanceNotFound(instance_id=instance_uuid)
