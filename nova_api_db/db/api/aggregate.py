# SPDX-License-Identifier: Apache-2.0
"""Queries on aggregates, aggregate_hosts and aggregate_metadata in the api database.

An aggregate is returned as the columns of its row, its ``hosts`` and its ``metadata``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, rows
from nova_api_db.db.api import models
from nova_api_db.db.rows import Row

_AGGREGATES: sa.Table = models.Aggregate.__table__
_HOSTS: sa.Table = models.AggregateHost.__table__
_METADATA: sa.Table = models.AggregateMetadata.__table__

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_HOSTS_OF = (
    sa.select(_HOSTS.c.aggregate_id, _HOSTS.c.host)
    .where(_HOSTS.c.aggregate_id.in_(_IDS))
    .order_by(_HOSTS.c.id)
)
_METADATA_OF = (
    sa.select(_METADATA.c.aggregate_id, _METADATA.c.key, _METADATA.c.value)
    .where(_METADATA.c.aggregate_id.in_(_IDS))
    .order_by(_METADATA.c.id)
)


@facade.api_reader
def get_by_id(connection: Connection, aggregate_id: int) -> Row:
    """Return an aggregate.

    :raises AggregateNotFound: if there is none
    """
    return _get(connection, _AGGREGATES.c.id, aggregate_id)


@facade.api_reader
def get_by_uuid(connection: Connection, uuid: str) -> Row:
    """Return an aggregate.

    :raises AggregateNotFound: if there is none
    """
    return _get(connection, _AGGREGATES.c.uuid, uuid)


@facade.api_reader
def list_by(
    connection: Connection,
    *,
    hosts: Iterable[str] | None = None,
    key: str | None = None,
    value: str | None = None,
) -> list[Row]:
    """Return the aggregates, the oldest first, that have one of some hosts and some metadata."""
    conditions = []
    if hosts is not None:
        of_host = (_HOSTS.c.aggregate_id == _AGGREGATES.c.id, _HOSTS.c.host.in_(list(hosts)))
        conditions.append(sa.exists().where(*of_host))
    if key is not None or value is not None:
        entry = [_METADATA.c.aggregate_id == _AGGREGATES.c.id]
        if key is not None:
            entry.append(_METADATA.c.key == key)
        if value is not None:
            entry.append(_METADATA.c.value == value)
        conditions.append(sa.exists().where(*entry))
    return _fetch(connection, *conditions)


@facade.api_reader
def list_with_other_keys(
    connection: Connection, ignored_keys: Iterable[str], key_prefix: str, value: str
) -> list[Row]:
    """Return the aggregates with an entry of that value under a key that starts so.

    :param ignored_keys: keys that do not count
    """
    # The prefix is compared here, not by LIKE: the servers differ on case and escapes.
    entries = sa.select(_METADATA.c.aggregate_id, _METADATA.c.key).where(
        _METADATA.c.value == value, _METADATA.c.key.not_in(list(ignored_keys))
    )
    ids = {
        entry.aggregate_id
        for entry in connection.execute(entries)
        if entry.key.startswith(key_prefix)
    }
    return _fetch(connection, _AGGREGATES.c.id.in_(ids)) if ids else []


@facade.api_writer
def create(connection: Connection, values: Row, metadata: Mapping[str, str]) -> Row:
    """Insert an aggregate with its metadata, and return it.

    :raises AggregateNameExists: if there is one of that name
    """
    try:
        aggregate = rows.insert(connection, _AGGREGATES, values)
    except db_exception.DBDuplicateEntry:
        raise exception.AggregateNameExists(aggregate_name=values["name"]) from None
    _put_metadata(connection, aggregate["id"], metadata)
    return {**aggregate, "hosts": [], "metadata": dict(metadata)}


@facade.api_writer
def update(
    connection: Connection,
    aggregate_id: int,
    values: Row,
    metadata: Mapping[str, str | None],
    *,
    replaces_metadata: bool = False,
) -> Row:
    """Change columns and metadata of an aggregate, and return it.

    :param metadata: what to set; None deletes a key
    :param replaces_metadata: all other keys go
    :raises AggregateNotFound: if there is none
    :raises AggregateNameExists: if another one has that name
    """
    _lock(connection, aggregate_id)
    if values:
        try:
            connection.execute(
                sa.update(_AGGREGATES).where(_AGGREGATES.c.id == aggregate_id), values
            )
        except db_exception.DBDuplicateEntry:
            raise exception.AggregateNameExists(aggregate_name=values["name"]) from None
    _delete_metadata(connection, aggregate_id, metadata, others=replaces_metadata)
    kept = {key: value for key, value in metadata.items() if value is not None}
    _put_metadata(connection, aggregate_id, kept)
    return _get(connection, _AGGREGATES.c.id, aggregate_id)


@facade.api_writer
def add_host(connection: Connection, aggregate_id: int, host: str) -> Row:
    """Put a host into an aggregate, and return the aggregate.

    :raises AggregateNotFound: if there is none
    :raises AggregateHostExists: if the host is in it
    """
    _lock(connection, aggregate_id)
    try:
        rows.insert(connection, _HOSTS, {"aggregate_id": aggregate_id, "host": host})
    except db_exception.DBDuplicateEntry:
        raise exception.AggregateHostExists(aggregate_id=aggregate_id, host=host) from None
    return _get(connection, _AGGREGATES.c.id, aggregate_id)


@facade.api_writer
def delete_host(connection: Connection, aggregate_id: int, host: str) -> Row:
    """Take a host out of an aggregate, and return the aggregate.

    :raises AggregateNotFound: if there is none
    :raises AggregateHostNotFound: if the host is not in it
    """
    _lock(connection, aggregate_id)
    statement = sa.delete(_HOSTS).where(
        _HOSTS.c.aggregate_id == aggregate_id, _HOSTS.c.host == host
    )
    if not connection.execute(statement).rowcount:
        raise exception.AggregateHostNotFound(aggregate_id=aggregate_id, host=host)
    return _get(connection, _AGGREGATES.c.id, aggregate_id)


@facade.api_writer
def delete(connection: Connection, aggregate_id: int) -> None:
    """Delete an aggregate.

    :raises AggregateNotFound: if there is none
    :raises oslo_db.exception.DBReferenceError: if it has hosts
    """
    _lock(connection, aggregate_id)
    connection.execute(sa.delete(_METADATA).where(_METADATA.c.aggregate_id == aggregate_id))
    connection.execute(sa.delete(_AGGREGATES).where(_AGGREGATES.c.id == aggregate_id))


def _get(connection: Connection, column: sa.ColumnElement[Any], value: Any) -> Row:
    for aggregate in _fetch(connection, column == value):
        return aggregate
    raise exception.AggregateNotFound(aggregate_id=value)


def _fetch(connection: Connection, *conditions: sa.ColumnElement[bool]) -> list[Row]:
    query = sa.select(_AGGREGATES).where(*conditions).order_by(_AGGREGATES.c.id)
    found: dict[int, dict[str, Any]] = {
        row["id"]: {**row, "hosts": [], "metadata": {}} for row in rows.fetch(connection, query)
    }
    ids = {"ids": list(found)}
    for host in rows.fetch(connection, _HOSTS_OF, ids) if found else ():
        found[host["aggregate_id"]]["hosts"].append(host["host"])
    for entry in rows.fetch(connection, _METADATA_OF, ids) if found else ():
        found[entry["aggregate_id"]]["metadata"][entry["key"]] = entry["value"]
    return list(found.values())


def _lock(connection: Connection, aggregate_id: int) -> None:
    """Let the aggregate stay until the transaction ends."""
    query = sa.select(_AGGREGATES.c.id).where(_AGGREGATES.c.id == aggregate_id).with_for_update()
    if connection.execute(query).first() is None:
        raise exception.AggregateNotFound(aggregate_id=aggregate_id)


def _put_metadata(connection: Connection, aggregate_id: int, metadata: Mapping[str, str]) -> None:
    missing = []
    for key, value in metadata.items():
        of_key = (_METADATA.c.aggregate_id == aggregate_id, _METADATA.c.key == key)
        statement = sa.update(_METADATA).where(*of_key)
        if not connection.execute(statement, {"value": value}).rowcount:
            missing.append({"aggregate_id": aggregate_id, "key": key, "value": value})
    if missing:
        connection.execute(sa.insert(_METADATA), missing)


def _delete_metadata(
    connection: Connection, aggregate_id: int, metadata: Mapping[str, str | None], *, others: bool
) -> None:
    statement = sa.delete(_METADATA).where(_METADATA.c.aggregate_id == aggregate_id)
    gone = [key for key, value in metadata.items() if value is None]
    if others:
        kept = [key for key, value in metadata.items() if value is not None]
        connection.execute(statement.where(_METADATA.c.key.not_in(kept)))
    elif gone:
        connection.execute(statement.where(_METADATA.c.key.in_(gone)))
