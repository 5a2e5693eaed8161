# SPDX-License-Identifier: Apache-2.0
"""Queries on request_specs: of the api database, or of the cell that the context is aimed at."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, parts, types
from nova_api_db.db.api import models

# The table of the cell databases is the same, so are the statements.
_SPECS: sa.Table = models.RequestSpec.__table__


class SpecRow(NamedTuple):
    """A row."""

    id: int
    instance_uuid: str
    spec: str


_SELECT = sa.select(_SPECS.c.id, _SPECS.c.instance_uuid, _SPECS.c.spec)
_GET = _SELECT.where(_SPECS.c.instance_uuid == sa.bindparam("instance_uuid"))
_LIST = _SELECT.where(_SPECS.c.instance_uuid.in_(sa.bindparam("uuids", expanding=True)))
_INSERT = sa.insert(_SPECS)
_UPDATE = (
    sa.update(_SPECS)
    .where(_SPECS.c.instance_uuid == sa.bindparam("uuid"))
    .values(spec=sa.bindparam("text"), updated_at=sa.bindparam("now"))
)


@facade.spec_reader
def get_by_instance_uuid(connection: Connection, instance_uuid: str) -> SpecRow:
    """Return the row of a server.

    :raises RequestSpecNotFound: if there is none
    """
    row = connection.execute(_GET, {"instance_uuid": instance_uuid}).first()
    if row is None:
        raise exception.RequestSpecNotFound(instance_uuid=instance_uuid)
    return SpecRow._make(row)


@facade.spec_reader
def list_by_instance_uuids(
    connection: Connection, instance_uuids: Collection[str]
) -> list[SpecRow]:
    """Return the rows of those servers that have one."""
    return [
        SpecRow._make(row)
        for uuids in parts.of(instance_uuids)
        for row in connection.execute(_LIST, {"uuids": uuids})
    ]


@facade.spec_writer.alone
def create(connection: Connection, values: dict[str, Any]) -> int:
    """Insert a row and return its id.

    :raises oslo_db.exception.DBDuplicateEntry: if the server has one
    """
    key = connection.execute(_INSERT, values).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row always has one
    return int(key[0])


@facade.spec_writer.alone
def update(connection: Connection, instance_uuid: str, spec: str) -> None:
    """Replace the text of a server's row.

    :raises RequestSpecNotFound: if there is none
    """
    result = connection.execute(
        _UPDATE, {"uuid": instance_uuid, "text": spec, "now": types.utcnow()}
    )
    if not result.rowcount:
        raise exception.RequestSpecNotFound(instance_uuid=instance_uuid)


@facade.spec_writer
def delete(connection: Connection, instance_uuid: str) -> None:
    """Delete the row of a server.

    :raises RequestSpecNotFound: if there is none
    """
    if not _delete(connection, [instance_uuid]):
        raise exception.RequestSpecNotFound(instance_uuid=instance_uuid)


@facade.spec_writer
def delete_many(connection: Connection, instance_uuids: Collection[str]) -> int:
    """Delete the rows of servers in one transaction and return how many there were."""
    return sum(_delete(connection, uuids) for uuids in parts.of(instance_uuids))


def _delete(connection: Connection, instance_uuids: Sequence[str]) -> int:
    where = _SPECS.c.instance_uuid.in_(instance_uuids)
    return connection.execute(sa.delete(_SPECS).where(where)).rowcount
