# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell: their own rows, and the rows that are written together with them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import bulk, facade, parts, rows, soft_delete, types
from nova_api_db.db.cell import models, replica
from nova_api_db.db.rows import Row

INSTANCES: sa.Table = models.Instance.__table__
EXTRA: sa.Table = models.InstanceExtra.__table__
INFO_CACHES: sa.Table = models.InstanceInfoCache.__table__
METADATA: sa.Table = models.InstanceMetadata.__table__
SYSTEM_METADATA: sa.Table = models.InstanceSystemMetadata.__table__
ID_MAPPINGS: sa.Table = models.InstanceIdMapping.__table__
SECURITY_GROUPS: sa.Table = models.SecurityGroup.__table__
TAGS: sa.Table = models.Tag.__table__

#: Columns that say yes or no: some may be NULL, some hold a number; that is no, and yes.
FLAGS = frozenset({
    "auto_disk_config", "cleaned", "deleted", "disable_terminate", "hidden", "locked",
    "shutdown_terminate",
})  # fmt: skip

#: The security group that every project has.
DEFAULT_GROUP = "default"

#: The task of a server that is being deleted.
DELETING = "deleting"

Pairs = Mapping[str, str | None]
#: Column -> its text.
Documents = Mapping[str, str | None]
Expected = Mapping[str, Sequence[str | None]]

_READ_DELETED = ("no", "yes", "only")
SELECT = sa.select(*(column for column in INSTANCES.c if column.name != "internal_id"))
_HAS_UUID = INSTANCES.c.uuid == sa.bindparam("key")
_GET_BY_UUID = {
    seen: SELECT.where(_HAS_UUID, soft_delete.shown(INSTANCES, seen)) for seen in _READ_DELETED
}
_GET_BY_ID = {
    seen: SELECT.where(INSTANCES.c.id == sa.bindparam("key"), soft_delete.shown(INSTANCES, seen))
    for seen in _READ_DELETED
}
_LOCK = {seen: statement.with_for_update() for seen, statement in _GET_BY_UUID.items()}
_UPDATE = sa.update(INSTANCES).where(_HAS_UUID)
_IS_DEFAULT_GROUP = sa.and_(
    SECURITY_GROUPS.c.name == DEFAULT_GROUP, soft_delete.live(SECURITY_GROUPS)
)


@replica.optional
def get_by_uuid(
    connection: Connection, uuid: str, read_deleted: str = "no", project_id: str | None = None
) -> Row:
    """Return the row of a server.

    :param read_deleted: ``no``, ``yes`` or ``only``
    :param project_id: the project that it must belong to; None: any
    :raises InstanceNotFound: if there is none
    """
    return _get(connection, _GET_BY_UUID[read_deleted], uuid, project_id)


@facade.cell_reader
def get_by_id(
    connection: Connection, id: int, read_deleted: str = "no", project_id: str | None = None
) -> Row:
    """Return the row of a server by its number in the cell.

    :param project_id: the project that it must belong to; None: any
    :raises InstanceNotFound: if there is none
    """
    return _get(connection, _GET_BY_ID[read_deleted], id, project_id)


def _get(
    connection: Connection,
    statement: sa.Select[Any],
    key: str | int,
    project_id: str | None = None,
) -> Row:
    row = rows.find(connection, statement, {"key": key})
    if row is None or project_id not in (None, row["project_id"]):
        raise exception.InstanceNotFound(instance_id=key)
    return row


@facade.cell_reader
def list_by_uuids(
    connection: Connection, uuids: Iterable[str], read_deleted: str = "no"
) -> list[Row]:
    """Return the rows of those servers that there are, in any order."""
    statement = SELECT.where(soft_delete.shown(INSTANCES, read_deleted))
    return [
        row
        for part in parts.of(uuids)
        for row in rows.fetch(connection, statement.where(INSTANCES.c.uuid.in_(part)))
    ]


# Creating


@facade.cell_writer
def create(
    connection: Connection,
    values: Row,
    *,
    extra: Documents,
    network_info: str | None,
    metadata: Pairs,
    system_metadata: Pairs,
    tags: Sequence[str] = (),
    group_owner: tuple[str | None, str | None],
) -> dict[str, Any]:
    """Insert a server and all that belongs to it alone, in one transaction.

    :param values: columns of instances; a uuid among them
    :param extra: columns of instance_extra
    :param group_owner: project and user to make the default security group for, if the project
        has none
    :returns: the row of the server
    :raises InstanceExists: if the cell has a server of that uuid, be it deleted
    """
    uuid = values["uuid"]
    _ensure_default_group(connection, *group_owner)
    try:
        row = rows.insert(connection, INSTANCES, values)
    except db_exception.DBDuplicateEntry:
        raise exception.InstanceExists(name=uuid) from None
    connection.execute(sa.insert(EXTRA), {**extra, "instance_uuid": uuid})
    connection.execute(
        sa.insert(INFO_CACHES), {"instance_uuid": uuid, "network_info": network_info}
    )
    connection.execute(sa.insert(ID_MAPPINGS), {"uuid": uuid})
    _insert_pairs(connection, METADATA, uuid, metadata)
    _insert_pairs(connection, SYSTEM_METADATA, uuid, system_metadata)
    bulk.insert(connection, TAGS, ("resource_id", "tag"), [(uuid, tag) for tag in tags])
    return row


def _ensure_default_group(
    connection: Connection, project_id: str | None, user_id: str | None
) -> None:
    """Make the default security group of a project; two that try at once make one."""
    mine = SECURITY_GROUPS.c.project_id == project_id
    query = sa.select(SECURITY_GROUPS.c.id).where(_IS_DEFAULT_GROUP, mine).limit(1)
    if connection.scalar(query) is not None:
        return
    group = {
        "name": DEFAULT_GROUP,
        "description": DEFAULT_GROUP,
        "project_id": project_id,
        "user_id": user_id,
        "created_at": types.utcnow(),
        "deleted": 0,
    }
    bulk.insert_missing(connection, SECURITY_GROUPS, tuple(group), [tuple(group.values())])


def _insert_pairs(connection: Connection, table: sa.Table, uuid: str, pairs: Pairs) -> None:
    now = types.utcnow()
    columns = ("instance_uuid", "key", "value", "created_at", "deleted")
    added = [(uuid, key, value, now, 0) for key, value in pairs.items()]
    bulk.insert(connection, table, columns, added)


# Changing


@facade.cell_writer
def update(
    connection: Connection,
    uuid: str,
    values: Row,
    *,
    extra: Documents,
    info_cache: Documents,
    metadata: Pairs | None = None,
    system_metadata: Pairs | None = None,
    expected: Expected | None = None,
    read_deleted: str = "no",
) -> dict[str, Any]:
    """Change a server and what belongs to it, in one transaction, and return its row.

    When it was last changed is noted unless only its documents were.

    :param extra: columns of instance_extra to change
    :param info_cache: columns of instance_info_caches to change
    :param metadata: all there is afterwards; None leaves it alone
    :param expected: column -> the values it must have one of
    :raises InstanceNotFound: if there is none
    :raises InstanceUpdateConflict: if a column is not as expected; nothing was changed
    """
    row = _get(connection, _LOCK[read_deleted], uuid)
    _check(row, expected or {})
    changed: dict[str, Any] = {}
    if values or metadata is not None or system_metadata is not None:
        changed = {**values, "updated_at": types.utcnow()}
        connection.execute(_UPDATE.values(changed), {"key": uuid})
    if extra:
        _update_or_insert(connection, EXTRA, uuid, extra)
    if info_cache:
        _update_or_insert(connection, INFO_CACHES, uuid, info_cache)
    if metadata is not None:
        gone = _replace_pairs(connection, METADATA, uuid, metadata)
        _delete_pairs(connection, soft_delete.delete(METADATA), METADATA, uuid, gone)
    if system_metadata is not None:
        gone = _replace_pairs(connection, SYSTEM_METADATA, uuid, system_metadata)
        _delete_pairs(connection, sa.delete(SYSTEM_METADATA), SYSTEM_METADATA, uuid, gone)
    return {**row, **changed}


def _check(row: Row, expected: Expected) -> None:
    """Compare; the row is locked, so another who changes it meanwhile waits."""
    wrong = {name: row[name] for name, values in expected.items() if row[name] not in values}
    if not wrong:
        return
    if "task_state" not in wrong:
        conflict = exception.InstanceUpdateConflict
    elif wrong["task_state"] == DELETING:
        conflict = exception.UnexpectedDeletingTaskStateError
    else:
        conflict = exception.UnexpectedTaskStateError
    raise conflict(
        instance_uuid=row["uuid"],
        expected={name: list(expected[name]) for name in wrong},
        actual=wrong,
    )


def _update_or_insert(
    connection: Connection, table: sa.Table, uuid: str, documents: Documents
) -> None:
    """Change the one row of a server in a table, which an old server may not have."""
    changed = connection.execute(
        sa.update(table).where(table.c.instance_uuid == uuid).values(**documents)
    )
    if not changed.rowcount:
        connection.execute(sa.insert(table), {**documents, "instance_uuid": uuid})


def _replace_pairs(connection: Connection, table: sa.Table, uuid: str, pairs: Pairs) -> set[str]:
    """Change and add pairs so that those given are stored; return the keys that are too many."""
    mine = sa.and_(table.c.instance_uuid == uuid, soft_delete.live(table))
    stored = {
        row.key: row.value
        for row in connection.execute(sa.select(table.c.key, table.c.value).where(mine))
    }
    for key in stored.keys() & pairs.keys():
        if stored[key] != pairs[key]:
            connection.execute(
                sa.update(table).where(mine, table.c.key == key).values(value=pairs[key])
            )
    added = {key: value for key, value in pairs.items() if key not in stored}
    _insert_pairs(connection, table, uuid, added)
    return stored.keys() - pairs.keys()


def _delete_pairs(
    connection: Connection,
    statement: sa.Update | sa.Delete,
    table: sa.Table,
    uuid: str,
    keys: Iterable[str],
) -> None:
    keys = list(keys)
    if keys:
        connection.execute(
            statement.where(
                table.c.instance_uuid == uuid, soft_delete.live(table), table.c.key.in_(keys)
            )
        )


@facade.cell_writer
def delete_metadata_key(connection: Connection, uuid: str, key: str) -> None:
    """Delete a pair of the user's, if the server has it."""
    _delete_pairs(connection, soft_delete.delete(METADATA), METADATA, uuid, [key])


@facade.cell_writer
def update_extra(connection: Connection, uuid: str, extra: Documents) -> None:
    """Change documents of a server."""
    _update_or_insert(connection, EXTRA, uuid, extra)
