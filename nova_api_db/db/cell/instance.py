# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell: their own rows, and the rows that are written together with them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from nova_api_db import exception
from nova_api_db.db import facade, soft_delete, types
from nova_api_db.db.cell import models

INSTANCES: sa.Table = models.Instance.__table__  # type: ignore[assignment]
EXTRA: sa.Table = models.InstanceExtra.__table__  # type: ignore[assignment]
INFO_CACHES: sa.Table = models.InstanceInfoCache.__table__  # type: ignore[assignment]
METADATA: sa.Table = models.InstanceMetadata.__table__  # type: ignore[assignment]
SYSTEM_METADATA: sa.Table = models.InstanceSystemMetadata.__table__  # type: ignore[assignment]
ID_MAPPINGS: sa.Table = models.InstanceIdMapping.__table__  # type: ignore[assignment]
TAGS: sa.Table = models.Tag.__table__  # type: ignore[assignment]

_READ_DELETED = ("no", "yes", "only")
SELECT = sa.select(*(column for column in INSTANCES.c if column.name != "internal_id"))
_GET_BY_UUID = {
    seen: SELECT.where(INSTANCES.c.uuid == sa.bindparam("key"), soft_delete.shown(INSTANCES, seen))
    for seen in _READ_DELETED
}
_GET_BY_ID = {
    seen: SELECT.where(INSTANCES.c.id == sa.bindparam("key"), soft_delete.shown(INSTANCES, seen))
    for seen in _READ_DELETED
}


@facade.cell_reader
def get_by_uuid(connection: Connection, uuid: str, read_deleted: str = "no") -> RowMapping:
    """Return the row of a server.

    :param read_deleted: ``no``, ``yes`` or ``only``
    :raises InstanceNotFound: if there is none
    """
    return _get(connection, _GET_BY_UUID[read_deleted], uuid)


@facade.cell_reader
def get_by_id(connection: Connection, id: int, read_deleted: str = "no") -> RowMapping:
    """Return the row of a server by its number in the cell.

    :raises InstanceNotFound: if there is none
    """
    return _get(connection, _GET_BY_ID[read_deleted], id)


def _get(connection: Connection, statement: sa.Select[Any], key: str | int) -> RowMapping:
    row = connection.execute(statement, {"key": key}).mappings().first()
    if row is None:
        raise exception.InstanceNotFound(instance_id=key)
    return row


@facade.cell_writer
def create(
    connection: Connection,
    values: Mapping[str, Any],
    *,
    extra: Mapping[str, str | None],
    network_info: str | None,
    metadata: Mapping[str, str],
    system_metadata: Mapping[str, str | None],
    tags: Sequence[str] = (),
) -> RowMapping:
    """Insert a server and all that belongs to it alone, in one transaction.

    :param values: columns of instances; a uuid among them
    :param extra: columns of instance_extra
    :raises InstanceExists: if the cell has a server of that uuid, be it deleted
    """
    uuid = values["uuid"]
    if connection.scalar(sa.select(INSTANCES.c.id).where(INSTANCES.c.uuid == uuid)) is not None:
        raise exception.InstanceExists(name=uuid)
    connection.execute(sa.insert(INSTANCES), values)
    connection.execute(sa.insert(EXTRA), {**extra, "instance_uuid": uuid})
    connection.execute(
        sa.insert(INFO_CACHES), {"instance_uuid": uuid, "network_info": network_info}
    )
    connection.execute(sa.insert(ID_MAPPINGS), {"uuid": uuid})
    _insert_pairs(connection, METADATA, uuid, metadata)
    _insert_pairs(connection, SYSTEM_METADATA, uuid, system_metadata)
    if tags:
        connection.execute(sa.insert(TAGS), [{"resource_id": uuid, "tag": tag} for tag in tags])
    return _get(connection, _GET_BY_UUID["yes"], uuid)


def _insert_pairs(
    connection: Connection, table: sa.Table, uuid: str, pairs: Mapping[str, str | None]
) -> None:
    if pairs:
        connection.execute(
            sa.insert(table),
            [{"instance_uuid": uuid, "key": key, "value": value} for key, value in pairs.items()],
        )


@facade.cell_writer
def update(
    connection: Connection,
    uuid: str,
    values: Mapping[str, Any],
    *,
    extra: Mapping[str, str | None] | None = None,
    network_info: str | None = None,
    metadata: Mapping[str, str] | None = None,
    system_metadata: Mapping[str, str | None] | None = None,
    expected: Mapping[str, Sequence[str | None]] | None = None,
) -> RowMapping:
    """Change a server and what belongs to it, in one transaction, and return its row.

    :param metadata: all there is afterwards; None leaves it alone
    :param expected: column -> the values it must have one of
    :raises InstanceNotFound: if there is none
    :raises UnexpectedTaskStateError: if task_state is not as expected
    :raises UnexpectedVMStateError: if vm_state is not as expected
    """
    if expected:
        _check(connection, uuid, expected)
    result = connection.execute(
        sa.update(INSTANCES)
        .where(INSTANCES.c.uuid == uuid, INSTANCES.c.deleted == 0)
        .values(**values, updated_at=types.utcnow())
    )
    if not result.rowcount:
        raise exception.InstanceNotFound(instance_id=uuid)
    if extra:
        _update_extra(connection, uuid, extra)
    if network_info is not None:
        connection.execute(
            sa.update(INFO_CACHES)
            .where(INFO_CACHES.c.instance_uuid == uuid)
            .values(network_info=network_info)
        )
    if metadata is not None:
        _replace_pairs(connection, METADATA, uuid, metadata)
    if system_metadata is not None:
        _replace_pairs(connection, SYSTEM_METADATA, uuid, system_metadata)
    return _get(connection, _GET_BY_UUID["no"], uuid)


def _check(connection: Connection, uuid: str, expected: Mapping[str, Sequence[str | None]]) -> None:
    """Lock the row and compare; another who changes it meanwhile waits."""
    row = (
        connection.execute(
            sa.select(INSTANCES.c.vm_state, INSTANCES.c.task_state)
            .where(INSTANCES.c.uuid == uuid, INSTANCES.c.deleted == 0)
            .with_for_update()
        )
        .mappings()
        .first()
    )
    if row is None:
        raise exception.InstanceNotFound(instance_id=uuid)
    errors = {
        "vm_state": exception.UnexpectedVMStateError,
        "task_state": exception.UnexpectedTaskStateError,
    }
    for column, values in expected.items():
        if row[column] not in values:
            raise errors[column](
                instance_uuid=uuid, expected={column: list(values)}, actual={column: row[column]}
            )


def _update_extra(connection: Connection, uuid: str, extra: Mapping[str, str | None]) -> None:
    changed = connection.execute(
        sa.update(EXTRA).where(EXTRA.c.instance_uuid == uuid).values(**extra)
    )
    if not changed.rowcount:
        connection.execute(sa.insert(EXTRA), {**extra, "instance_uuid": uuid})


def _replace_pairs(
    connection: Connection, table: sa.Table, uuid: str, pairs: Mapping[str, str | None]
) -> None:
    """Make the stored pairs those given: change, add, and mark the others as deleted."""
    mine = sa.and_(table.c.instance_uuid == uuid, soft_delete.live(table))
    stored = {
        row.key: row.value
        for row in connection.execute(sa.select(table.c.key, table.c.value).where(mine))
    }
    gone = stored.keys() - pairs.keys()
    if gone:
        connection.execute(
            soft_delete.delete(table).where(table.c.instance_uuid == uuid, table.c.key.in_(gone))
        )
    for key in stored.keys() & pairs.keys():
        if stored[key] != pairs[key]:
            connection.execute(
                sa.update(table).where(mine, table.c.key == key).values(value=pairs[key])
            )
    _insert_pairs(
        connection, table, uuid, {key: pairs[key] for key in pairs.keys() - stored.keys()}
    )
