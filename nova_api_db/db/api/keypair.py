# SPDX-License-Identifier: Apache-2.0
"""Queries on key_pairs in the api database: the public keys of users."""

from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, paging, rows
from nova_api_db.db.api import models
from nova_api_db.db.rows import Row

_KEYS: sa.Table = models.KeyPair.__table__

_OF_USER = _KEYS.c.user_id == sa.bindparam("user_id")
_NAMED = _KEYS.c.name == sa.bindparam("name")
_ORDER = [paging.SortColumn(_KEYS.c.name, nullable=False)]
_GET = sa.select(_KEYS).where(_OF_USER, _NAMED)
_LIST = sa.select(_KEYS).where(_OF_USER)
_COUNT = sa.select(sa.func.count()).select_from(_KEYS).where(_OF_USER)
_DELETE = sa.delete(_KEYS).where(_OF_USER, _NAMED)


@facade.api_reader
def get_by_name(connection: Connection, user_id: str, name: str) -> Row:
    """Return a user's key of a name.

    :raises KeypairNotFound: if there is none
    """
    row = rows.find(connection, _GET, {"user_id": user_id, "name": name})
    if row is None:
        raise exception.KeypairNotFound(user_id=user_id, name=name)
    return row


@facade.api_reader
def list_by_user(
    connection: Connection, user_id: str, *, limit: int | None = None, marker: str | None = None
) -> list[Row]:
    """Return a page of a user's keys by name.

    :param marker: the name of the last key of the page before
    :raises MarkerNotFound: if there is no such key
    """
    dialect = connection.dialect.name
    query = _LIST.order_by(*paging.order_by(_ORDER, dialect))
    if marker is not None:
        last = rows.find(connection, _GET, {"user_id": user_id, "name": marker})
        if last is None:
            raise exception.MarkerNotFound(marker=marker)
        query = query.where(paging.after(_ORDER, [last["name"]], dialect))
    if limit is not None:
        query = query.limit(limit)
    return rows.fetch(connection, query, {"user_id": user_id})


@facade.api_reader
def count_by_user(connection: Connection, user_id: str) -> int:
    """Return how many keys a user has."""
    return int(connection.execute(_COUNT, {"user_id": user_id}).scalar_one())


@facade.api_writer
def create(connection: Connection, values: Row) -> dict[str, Any]:
    """Insert a key and return its row.

    :raises KeyPairExists: if the user has one of that name
    """
    try:
        return rows.insert(connection, _KEYS, {"type": "ssh", **values})
    except db_exception.DBDuplicateEntry:
        raise exception.KeyPairExists(key_name=values["name"]) from None


@facade.api_writer
def delete(connection: Connection, user_id: str | None, name: str) -> None:
    """Delete a user's key of a name.

    :raises KeypairNotFound: if there is none
    """
    if not connection.execute(_DELETE, {"user_id": user_id, "name": name}).rowcount:
        raise exception.KeypairNotFound(user_id=user_id, name=name)
