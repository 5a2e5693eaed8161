# SPDX-License-Identifier: Apache-2.0
"""Lists of a cell's servers: filtered, sorted and paged in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from nova_api_db.db import facade, paging, soft_delete
from nova_api_db.db.cell import instance_filters
from nova_api_db.db.cell.instance import INSTANCES, SELECT

#: Columns that say yes or no: some may be NULL, some hold a number; that is no, and yes.
FLAGS = frozenset({
    "auto_disk_config", "cleaned", "deleted", "disable_terminate", "hidden", "locked",
    "shutdown_terminate",
})  # fmt: skip


def _sort_column(key: str, direction: str) -> paging.SortColumn:
    column: sa.ColumnElement[Any] = INSTANCES.c[key]
    nullable = INSTANCES.c[key].nullable or False
    if key in FLAGS:
        is_number = not isinstance(column.type, sa.Boolean)
        column = sa.func.coalesce(column != 0 if is_number else column, sa.false())
        nullable = False
    return paging.SortColumn(column, direction == "desc", nullable)


@facade.cell_reader
def list_after(
    connection: Connection,
    filters: Mapping[str, Any],
    keys: Sequence[str],
    directions: Sequence[str],
    *,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
    read_deleted: str = "no",
) -> list[RowMapping]:
    """Return the rows that match all filters, in order.

    :param filters: names and values as :mod:`nova_api_db.db.cell.instance_filters` has them
    :param keys: columns to sort by; the last one tells any two servers apart
    :param directions: ``asc`` or ``desc``, one per key
    :param after: the values of the keys of the last row of the page before
    :raises Invalid: if a filter's value makes no sense
    """
    dialect = connection.dialect.name
    order = [_sort_column(key, direction) for key, direction in zip(keys, directions, strict=True)]
    statement = SELECT.where(
        *instance_filters.conditions(filters, dialect=dialect, read_deleted=read_deleted)
    ).order_by(*paging.order_by(order, dialect))
    if after is not None:
        statement = statement.where(paging.after(order, after, dialect))
    if limit is not None:
        statement = statement.limit(limit)
    return list(connection.execute(statement).mappings())


@facade.cell_reader
def list_by_host(
    connection: Connection, host: str, node: str | None = None, not_type: int | None = None
) -> list[RowMapping]:
    """Return the rows of the servers on a host, hidden ones left out."""
    statement = SELECT.where(
        INSTANCES.c.host == host,
        soft_delete.live(INSTANCES),
        sa.or_(INSTANCES.c.hidden.is_(None), INSTANCES.c.hidden == sa.false()),
    ).order_by(INSTANCES.c.id)
    if node is not None:
        statement = statement.where(INSTANCES.c.node == node)
    if not_type is not None:
        statement = statement.where(INSTANCES.c.instance_type_id != not_type)
    return list(connection.execute(statement).mappings())


@facade.cell_reader
def list_uuids_by_hosts(
    connection: Connection, hosts: Sequence[str], node: str | None = None
) -> list[tuple[str, str]]:
    """Return (host, uuid) of the servers on some hosts."""
    statement = sa.select(INSTANCES.c.host, INSTANCES.c.uuid).where(
        INSTANCES.c.host.in_(hosts),
        soft_delete.live(INSTANCES),
        sa.or_(INSTANCES.c.hidden.is_(None), INSTANCES.c.hidden == sa.false()),
    )
    if node is not None:
        statement = statement.where(INSTANCES.c.node == node)
    return [(row.host, row.uuid) for row in connection.execute(statement)]


@facade.cell_reader
def list_all(connection: Connection, read_deleted: str = "no") -> list[RowMapping]:
    """Return the rows of all servers."""
    statement = SELECT.where(soft_delete.shown(INSTANCES, read_deleted)).order_by(INSTANCES.c.id)
    return list(connection.execute(statement).mappings())


@facade.cell_reader
def count(
    connection: Connection, project_id: str, user_id: str | None = None
) -> tuple[int, int, int]:
    """Return how many servers, vCPUs and MiB of memory a project (and user) has."""
    statement = sa.select(
        sa.func.count(INSTANCES.c.id),
        sa.func.coalesce(sa.func.sum(INSTANCES.c.vcpus), 0),
        sa.func.coalesce(sa.func.sum(INSTANCES.c.memory_mb), 0),
    ).where(
        INSTANCES.c.project_id == project_id,
        soft_delete.live(INSTANCES),
        sa.or_(INSTANCES.c.vm_state.is_(None), INSTANCES.c.vm_state != "soft-delete"),
        sa.or_(INSTANCES.c.hidden.is_(None), INSTANCES.c.hidden == sa.false()),
    )
    if user_id is not None:
        statement = statement.where(INSTANCES.c.user_id == user_id)
    servers, cores, memory = connection.execute(statement).one()
    return int(servers), int(cores), int(memory)
