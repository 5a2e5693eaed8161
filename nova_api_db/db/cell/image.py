# SPDX-License-Identifier: Apache-2.0
"""Queries on s3_images: the numbers of images."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade, rows
from nova_api_db.db.cell import models
from nova_api_db.db.rows import Row

_IMAGES: sa.Table = models.ImageIdMapping.__table__

# An image keeps its number when the row is deleted. The first row counts: two that asked at once
# may have made one each.
_FIND = (
    sa.select(_IMAGES.c.id)
    .where(_IMAGES.c.uuid == sa.bindparam("image"))
    .order_by(_IMAGES.c.id)
    .limit(1)
)


@facade.cell_reader
def find_number(connection: Connection, uuid: str) -> Row | None:
    """Return the ``id`` that an image has, if it has one yet."""
    return rows.find(connection, _FIND, {"image": uuid})


@facade.cell_writer
def create_number(connection: Connection, uuid: str) -> int:
    """Give an image its number and return it."""
    known = rows.find(connection, _FIND, {"image": uuid})
    number: int = (known or rows.insert(connection, _IMAGES, {"uuid": uuid}))["id"]
    return number
