# SPDX-License-Identifier: Apache-2.0
"""Queries on security_groups and the servers in them."""

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows, soft_delete
from nova_api_db.db.cell import models
from nova_api_db.db.rows import Row

_GROUPS: sa.Table = models.SecurityGroup.__table__
_MEMBERS: sa.Table = models.SecurityGroupInstanceAssociation.__table__
_INSTANCES: sa.Table = models.Instance.__table__

_HAS_ID = _GROUPS.c.id == sa.bindparam("row_id")
_IN_PROJECT = _GROUPS.c.project_id == sa.bindparam("project")
_ALL = sa.select(_GROUPS).where(soft_delete.live(_GROUPS)).order_by(_GROUPS.c.id)
_GET = _ALL.where(_HAS_ID)
_BY_PROJECT = _ALL.where(_IN_PROJECT)
_BY_NAME = _BY_PROJECT.where(_GROUPS.c.name == sa.bindparam("group_name"))
# SELECT ... FROM security_groups JOIN security_group_instance_association ON ... WHERE ...
_BY_SERVER = _ALL.join(_MEMBERS, _MEMBERS.c.security_group_id == _GROUPS.c.id).where(
    _MEMBERS.c.instance_uuid == sa.bindparam("server"), soft_delete.live(_MEMBERS)
)
_SERVER_IN = (
    sa.select(_MEMBERS.c.id)
    .join(_INSTANCES, _INSTANCES.c.uuid == _MEMBERS.c.instance_uuid)
    .where(
        _MEMBERS.c.security_group_id == sa.bindparam("row_id"),
        soft_delete.live(_MEMBERS),
        soft_delete.live(_INSTANCES),
    )
    .limit(1)
)
_COUNT = sa.select(
    sa.func.count(), sa.func.count(sa.case((_GROUPS.c.user_id == sa.bindparam("user"), 1)))
).where(soft_delete.live(_GROUPS), _IN_PROJECT)
_UPDATE = sa.update(_GROUPS).where(_HAS_ID, soft_delete.live(_GROUPS))


@facade.cell_reader
def get_by_id(connection: Connection, id: int, project_id: str | None = None) -> Row:
    """Return a group, of any project or the one that is given.

    :raises SecurityGroupNotFound: if there is none
    """
    row = _get(connection, id)
    if project_id is not None and row["project_id"] != project_id:
        raise exception.SecurityGroupNotFound(security_group_id=id)
    return row


@facade.cell_reader
def get_by_name(connection: Connection, project_id: str, name: str) -> Row:
    """Return the group of a project that is called so.

    :raises SecurityGroupNotFoundForProject: if there is none
    """
    row = rows.find(connection, _BY_NAME, {"project": project_id, "group_name": name})
    if row is None:
        raise exception.SecurityGroupNotFoundForProject(
            project_id=project_id, security_group_id=name
        )
    return row


@facade.cell_reader
def is_in_use(connection: Connection, id: int) -> bool:
    """Say whether a server is in a group."""
    return connection.execute(_SERVER_IN, {"row_id": id}).first() is not None


@facade.cell_reader
def list_all(connection: Connection) -> list[Row]:
    """Return all groups, the oldest first as in every list here."""
    return rows.fetch(connection, _ALL)


@facade.cell_reader
def list_by_project_id(connection: Connection, project_id: str) -> list[Row]:
    """Return the groups of a project."""
    return rows.fetch(connection, _BY_PROJECT, {"project": project_id})


@facade.cell_reader
def list_by_instance_uuid(connection: Connection, instance_uuid: str) -> list[Row]:
    """Return the groups that a server is in."""
    return rows.fetch(connection, _BY_SERVER, {"server": instance_uuid})


@facade.cell_reader
def count(connection: Connection, project_id: str, user_id: str | None) -> tuple[int, int]:
    """Return how many groups a project has, and how many of them are a user's."""
    in_project, of_user = connection.execute(_COUNT, {"project": project_id, "user": user_id}).one()
    return in_project, of_user


@facade.cell_writer
def update(connection: Connection, id: int, values: Row) -> Row:
    """Change columns of a group and return its row.

    :raises SecurityGroupNotFound: if it is gone
    :raises SecurityGroupExists: if its project has another of that name
    """
    try:
        connection.execute(_UPDATE, {"row_id": id, **values})
    except db_exception.DBDuplicateEntry:
        raise exception.SecurityGroupExists(security_group_name=values.get("name")) from None
    return _get(connection, id)


def _get(connection: Connection, id: int) -> Row:
    row = rows.find(connection, _GET, {"row_id": id})
    if row is None:
        raise exception.SecurityGroupNotFound(security_group_id=id)
    return row
