# SPDX-License-Identifier: Apache-2.0
"""Queries on tags. A server that is not there, or deleted, has none to ask about."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, soft_delete
from nova_api_db.db.cell import models

_TAGS: sa.Table = models.Tag.__table__
_INSTANCES: sa.Table = models.Instance.__table__

_IS_OF = _TAGS.c.resource_id == sa.bindparam("uuid")
_SERVER = (_INSTANCES.c.uuid == sa.bindparam("uuid")) & soft_delete.live(_INSTANCES)

# SELECT tags.tag FROM instances LEFT JOIN tags ON ... WHERE instances.uuid = :uuid: no row means
# no server, a row with NULL one without tags.
_LIST = (
    sa.select(_TAGS.c.tag)
    .select_from(_INSTANCES.outerjoin(_TAGS, _TAGS.c.resource_id == _INSTANCES.c.uuid))
    .where(_SERVER)
    .order_by(_TAGS.c.tag)
)
_FIND = (
    sa.select(_TAGS.c.tag)
    .select_from(
        _INSTANCES.outerjoin(
            _TAGS,
            (_TAGS.c.resource_id == _INSTANCES.c.uuid) & (_TAGS.c.tag == sa.bindparam("tag")),
        )
    )
    .where(_SERVER)
)
_GET_SERVER = sa.select(_INSTANCES.c.id).where(_SERVER)
_DELETE_ALL = sa.delete(_TAGS).where(_IS_OF)
_DELETE = _DELETE_ALL.where(_TAGS.c.tag == sa.bindparam("name"))


@facade.cell_reader
def exists(connection: Connection, resource_id: str, tag: str) -> bool:
    """Say whether a server has a tag.

    :raises InstanceNotFound: if there is no such server
    """
    row = connection.execute(_FIND, {"uuid": resource_id, "tag": tag}).first()
    if row is None:
        raise exception.InstanceNotFound(instance_id=resource_id)
    return row.tag is not None


@facade.cell_reader
def list_by_resource_id(connection: Connection, resource_id: str) -> list[str]:
    """Return the tags of a server, in order.

    :raises InstanceNotFound: if there is no such server
    """
    tags = connection.execute(_LIST, {"uuid": resource_id}).scalars().all()
    if not tags:
        raise exception.InstanceNotFound(instance_id=resource_id)
    return [tag for tag in tags if tag is not None]


@facade.cell_writer
def create(connection: Connection, resource_id: str, tag: str) -> None:
    """Give a server a tag, which it may have already.

    :raises InstanceNotFound: if there is no such server
    """
    _require_server(connection, resource_id)
    connection.execute(_insert(connection), {"resource_id": resource_id, "tag": tag})


@facade.cell_writer
def replace(connection: Connection, resource_id: str, tags: Collection[str]) -> None:
    """Give a server these tags and no other.

    :raises InstanceNotFound: if there is no such server
    """
    _require_server(connection, resource_id)
    connection.execute(_DELETE_ALL, {"uuid": resource_id})
    rows = [{"resource_id": resource_id, "tag": tag} for tag in sorted(set(tags))]
    if rows:
        connection.execute(_insert(connection), rows)


@facade.cell_writer
def delete(connection: Connection, resource_id: str, tag: str) -> None:
    """Take a tag from a server.

    :raises InstanceNotFound: if there is no such server
    :raises InstanceTagNotFound: if it does not have the tag
    """
    _require_server(connection, resource_id)
    if not connection.execute(_DELETE, {"uuid": resource_id, "name": tag}).rowcount:
        raise exception.InstanceTagNotFound(instance_id=resource_id, tag=tag)


@facade.cell_writer
def delete_all(connection: Connection, resource_id: str) -> None:
    """Take all tags from a server.

    :raises InstanceNotFound: if there is no such server
    """
    _require_server(connection, resource_id)
    connection.execute(_DELETE_ALL, {"uuid": resource_id})


def _require_server(connection: Connection, uuid: str) -> None:
    if connection.execute(_GET_SERVER, {"uuid": uuid}).first() is None:
        raise exception.InstanceNotFound(instance_id=uuid)


def _insert(connection: Connection) -> sa.Insert:
    """Return the INSERT that leaves a tag alone that is there."""
    if connection.dialect.name == "mysql":
        return mysql.insert(_TAGS).on_duplicate_key_update(tag=_TAGS.c.tag)
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(_TAGS).on_conflict_do_nothing()
