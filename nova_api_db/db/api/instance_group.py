# SPDX-License-Identifier: Apache-2.0
"""Queries on instance_groups, instance_group_policy and instance_group_member (api database).

A group is returned as the columns of its row, the ``policy`` and the text of its ``rules``, and the
uuids of its ``members``. Where a project is given, only its groups are seen; ``None`` sees all.
"""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, parts, rows
from nova_api_db.db.api import models
from nova_api_db.db.rows import Row

_GROUPS: sa.Table = models.InstanceGroup.__table__
_POLICIES: sa.Table = models.InstanceGroupPolicy.__table__
_MEMBERS: sa.Table = models.InstanceGroupMember.__table__

# SELECT instance_groups.*, policy, rules, instance_uuid FROM instance_groups
# LEFT OUTER JOIN instance_group_policy ON ... LEFT OUTER JOIN instance_group_member ON ...
# has a row for each member, so a group and its members are of one moment.
_SELECT = (
    sa.select(*_GROUPS.columns, _POLICIES.c.policy, _POLICIES.c.rules, _MEMBERS.c.instance_uuid)
    .select_from(
        _GROUPS.outerjoin(_POLICIES, _POLICIES.c.group_id == _GROUPS.c.id).outerjoin(
            _MEMBERS, _MEMBERS.c.group_id == _GROUPS.c.id
        )
    )
    .order_by(_GROUPS.c.id, _POLICIES.c.id, _MEMBERS.c.id)
)
_OF_PROJECT = _GROUPS.c.project_id == sa.bindparam("of_project")
_BY_UUID = _SELECT.where(_GROUPS.c.uuid == sa.bindparam("uuid"))
_BY_NAME = _SELECT.where(_GROUPS.c.name == sa.bindparam("name"))
_BY_MEMBER = _SELECT.where(
    _GROUPS.c.id
    == sa.select(_MEMBERS.c.group_id)
    .where(_MEMBERS.c.instance_uuid == sa.bindparam("instance_uuid"))
    .order_by(_MEMBERS.c.id)
    .limit(1)
    .scalar_subquery()
)
_SCOPED = {query: query.where(_OF_PROJECT) for query in (_SELECT, _BY_UUID, _BY_NAME, _BY_MEMBER)}
_COUNT = sa.select(
    sa.func.count().label("of_project"),
    sa.func.count(sa.case((_GROUPS.c.user_id == sa.bindparam("user_id"), 1))).label("of_user"),
).where(_OF_PROJECT)
_DELETE_MEMBERSHIPS = sa.delete(_MEMBERS).where(
    _MEMBERS.c.instance_uuid.in_(sa.bindparam("uuids", expanding=True))
)


@facade.api_reader
def get_by_uuid(connection: Connection, uuid: str, project_id: str | None) -> Row:
    """Return a group.

    :raises InstanceGroupNotFound: if there is none
    """
    return _get_by_uuid(connection, uuid, project_id)


def _get_by_uuid(connection: Connection, uuid: str, project_id: str | None) -> Row:
    for group in _fetch(connection, _BY_UUID, {"uuid": uuid}, project_id):
        return group
    raise exception.InstanceGroupNotFound(group_uuid=uuid)


@facade.api_reader
def get_by_name(connection: Connection, name: str, project_id: str | None) -> Row:
    """Return the oldest group of a name.

    :raises InstanceGroupNotFound: if there is none
    """
    for group in _fetch(connection, _BY_NAME, {"name": name}, project_id):
        return group
    raise exception.InstanceGroupNotFound(group_uuid=name)


@facade.api_reader
def get_by_instance_uuid(connection: Connection, instance_uuid: str, project_id: str | None) -> Row:
    """Return the group that a server is in.

    :raises InstanceGroupNotFound: if it is in none
    """
    for group in _fetch(connection, _BY_MEMBER, {"instance_uuid": instance_uuid}, project_id):
        return group
    raise exception.InstanceGroupNotFound(f"Instance {instance_uuid} is in no instance group.")


@facade.api_reader
def list_by_project_id(
    connection: Connection, project_id: str | None, visible_project_id: str | None
) -> list[Row]:
    """Return the groups of one or of all projects, the oldest first."""
    if project_id is None:
        return _fetch(connection, _SELECT, {}, visible_project_id)
    if visible_project_id not in (None, project_id):
        return []
    return _fetch(connection, _SELECT, {}, project_id)


@facade.api_reader
def count_by_project_and_user(
    connection: Connection, project_id: str, user_id: str | None
) -> tuple[int, int]:
    """Return how many groups a project has, and how many of them are the user's."""
    row = connection.execute(_COUNT, {"of_project": project_id, "user_id": user_id}).one()
    return row.of_project, row.of_user


@facade.api_writer
def create(
    connection: Connection,
    values: Row,
    *,
    policy: str | None,
    rules: str | None,
    members: Iterable[str],
) -> Row:
    """Insert a group with its policy and its members, and return it.

    :raises InstanceGroupIdExists: if there is one of that uuid
    """
    try:
        group = rows.insert(connection, _GROUPS, values)
    except db_exception.DBDuplicateEntry:
        raise exception.InstanceGroupIdExists(group_uuid=values["uuid"]) from None
    if policy:
        rows.insert(
            connection, _POLICIES, {"group_id": group["id"], "policy": policy, "rules": rules}
        )
    members = list(dict.fromkeys(members))
    _insert_members(connection, group["id"], members)
    return {**group, "policy": policy, "rules": rules, "members": members}


@facade.api_writer
def update(
    connection: Connection,
    uuid: str,
    values: Row,
    *,
    members: Iterable[str],
    project_id: str | None,
) -> Row:
    """Change columns of a group, add those members that are missing, and return it.

    :raises InstanceGroupNotFound: if there is none
    """
    group_id = _lock(connection, uuid, project_id)
    if values:
        connection.execute(sa.update(_GROUPS).where(_GROUPS.c.id == group_id), values)
    _add_missing(connection, group_id, members)
    return _get_by_uuid(connection, values.get("uuid", uuid), None)


@facade.api_writer
def add_members(connection: Connection, uuid: str, members: Iterable[str]) -> None:
    """Add those members to a group that are missing.

    :raises InstanceGroupNotFound: if there is no such group
    """
    _add_missing(connection, _lock(connection, uuid), members)


@facade.api_writer
def delete(connection: Connection, uuid: str, project_id: str | None) -> None:
    """Delete a group with its policy and members.

    :raises InstanceGroupNotFound: if there is none
    """
    group_id = _lock(connection, uuid, project_id)
    for table in (_MEMBERS, _POLICIES):
        connection.execute(sa.delete(table).where(table.c.group_id == group_id))
    connection.execute(sa.delete(_GROUPS).where(_GROUPS.c.id == group_id))


@facade.api_writer
def delete_memberships(connection: Connection, instance_uuids: Collection[str]) -> int:
    """Take servers out of their groups and return how many rows went."""
    return sum(
        connection.execute(_DELETE_MEMBERSHIPS, {"uuids": uuids}).rowcount
        for uuids in parts.of(instance_uuids)
    )


def _fetch(
    connection: Connection, query: sa.Select[Any], parameters: Row, project_id: str | None
) -> list[Row]:
    if project_id is not None:
        query, parameters = _SCOPED[query], {**parameters, "of_project": project_id}
    groups: dict[int, dict[str, Any]] = {}
    for row in rows.fetch(connection, query, parameters):
        group = groups.setdefault(row["id"], {**row, "members": {}})
        if row["instance_uuid"] is not None:
            group["members"][row["instance_uuid"]] = None
    for group in groups.values():
        group["members"] = list(group["members"])
    return list(groups.values())


def _lock(connection: Connection, uuid: str, project_id: str | None = None) -> int:
    """Return the id of a group, which stays until the transaction ends.

    Whoever adds members at the same time waits, and so does not add the same ones.
    """
    query = sa.select(_GROUPS.c.id).where(_GROUPS.c.uuid == uuid).with_for_update()
    if project_id is not None:
        query = query.where(_GROUPS.c.project_id == project_id)
    group_id: int | None = connection.execute(query).scalar_one_or_none()
    if group_id is None:
        raise exception.InstanceGroupNotFound(group_uuid=uuid)
    return group_id


def _add_missing(connection: Connection, group_id: int, members: Iterable[str]) -> None:
    query = sa.select(_MEMBERS.c.instance_uuid).where(_MEMBERS.c.group_id == group_id)
    # Read as they are now, not as they were when this transaction began.
    present = set(connection.execute(query.with_for_update(read=True)).scalars())
    _insert_members(
        connection, group_id, [uuid for uuid in dict.fromkeys(members) if uuid not in present]
    )


def _insert_members(connection: Connection, group_id: int, members: Iterable[str]) -> None:
    values = [{"group_id": group_id, "instance_uuid": uuid} for uuid in members]
    if values:
        connection.execute(sa.insert(_MEMBERS), values)
