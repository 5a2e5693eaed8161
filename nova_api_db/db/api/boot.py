# SPDX-License-Identifier: Apache-2.0
"""The rows of a boot in the api database, written and taken away together.

A server that is in no cell yet stands in three tables: ``request_specs``, ``build_requests`` and
``instance_mappings`` (with no cell). Whoever deletes its build request decides what becomes of it:
that DELETE is the claim on the boot, and what follows from it is in the same transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade
from nova_api_db.db.api import models

Row = Mapping[str, Any]

_REQUEST_SPECS = models.RequestSpec.__table__
_BUILD_REQUESTS = models.BuildRequest.__table__
_INSTANCE_MAPPINGS = models.InstanceMapping.__table__
_GROUP_MEMBERS = models.InstanceGroupMember.__table__

# Made once: making a statement takes about as long as finding it compiled.
_INSERT_REQUEST_SPEC = sa.insert(_REQUEST_SPECS)
_INSERT_BUILD_REQUEST = sa.insert(_BUILD_REQUESTS)
_INSERT_INSTANCE_MAPPING = sa.insert(_INSTANCE_MAPPINGS)
_INSERT_GROUP_MEMBER = sa.insert(_GROUP_MEMBERS)


@facade.api_writer
def create(
    connection: Connection,
    *,
    request_specs: Sequence[Row],
    build_requests: Sequence[Row],
    instance_mappings: Sequence[Row],
    group_members: Sequence[Row] = (),
) -> dict[str, dict[str, int]]:
    """Insert the rows of any number of boots, all or nothing.

    :returns: table name -> instance uuid -> id, for the first three tables
    :raises oslo_db.exception.DBDuplicateEntry: if a server of that uuid is there already
    """
    ids = {
        "request_specs": _insert(connection, _INSERT_REQUEST_SPEC, request_specs),
        "build_requests": _insert(connection, _INSERT_BUILD_REQUEST, build_requests),
        "instance_mappings": _insert(connection, _INSERT_INSTANCE_MAPPING, instance_mappings),
    }
    if group_members:
        connection.execute(_INSERT_GROUP_MEMBER, list(group_members))
    return ids


def _insert(connection: Connection, insert: sa.Insert, rows: Sequence[Row]) -> dict[str, int]:
    """Insert rows with one statement and return their ids by instance uuid."""
    if not rows:
        return {}
    uuids = [row["instance_uuid"] for row in rows]
    if len(rows) == 1:
        key = connection.execute(insert, rows[0]).inserted_primary_key
        assert key is not None  # noqa: S101 - an INSERT of one row always has one
        return {uuids[0]: key[0]}
    connection.execute(insert, list(rows))
    table = insert.table
    # SELECT instance_uuid, id FROM ... WHERE instance_uuid IN (...): a multi-row INSERT does not
    # tell its ids on every server, and under Galera they are not consecutive.
    found = connection.execute(
        sa.select(table.c.instance_uuid, table.c.id).where(table.c.instance_uuid.in_(uuids))
    )
    return {row.instance_uuid: row.id for row in found}


@facade.api_writer
def claim(connection: Connection, instance_uuid: str, cell_id: int) -> bool:
    """Take a boot over for a cell: the build request goes and the mapping names the cell.

    :returns: False if the build request is gone. If that was because the user deleted the server,
        what was left of it goes too.
    """
    mapping = _INSTANCE_MAPPINGS.c
    if _delete_build_request(connection, instance_uuid):
        connection.execute(
            sa.update(_INSTANCE_MAPPINGS)
            .where(mapping.instance_uuid == instance_uuid)
            .values(cell_id=cell_id)
        )
        return True
    withdrawn = connection.execute(
        sa.delete(_INSTANCE_MAPPINGS).where(
            mapping.instance_uuid == instance_uuid,
            mapping.cell_id.is_(None),
            mapping.queued_for_delete.is_(sa.true()),
        )
    )
    if withdrawn.rowcount:
        _delete_spec_and_membership(connection, instance_uuid)
    return False


@facade.api_writer
def withdraw(connection: Connection, instance_uuid: str) -> bool:
    """Delete a server that is in no cell yet.

    The mapping stays, marked as queued for delete, to tell the conductor that it lost.

    :returns: False if the build request is gone: the server is in a cell, or deleted
    """
    if not _delete_build_request(connection, instance_uuid):
        return False
    connection.execute(
        sa.update(_INSTANCE_MAPPINGS)
        .where(_INSTANCE_MAPPINGS.c.instance_uuid == instance_uuid)
        .values(queued_for_delete=True)
    )
    _delete_spec_and_membership(connection, instance_uuid)
    return True


def _delete_build_request(connection: Connection, instance_uuid: str) -> bool:
    """Delete the row; two that try at once are told apart by the row lock."""
    result = connection.execute(
        sa.delete(_BUILD_REQUESTS).where(_BUILD_REQUESTS.c.instance_uuid == instance_uuid)
    )
    return bool(result.rowcount)


def _delete_spec_and_membership(connection: Connection, instance_uuid: str) -> None:
    for table in (_REQUEST_SPECS, _GROUP_MEMBERS):
        connection.execute(sa.delete(table).where(table.c.instance_uuid == instance_uuid))
