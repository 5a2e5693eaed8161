# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell by what they use: hosts, times, security groups; and how many there are."""

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade, paging, rows, soft_delete
from nova_api_db.db.cell import models, replica
from nova_api_db.db.cell.instance import INSTANCES, SELECT
from nova_api_db.db.cell.instance_filters import SOFT_DELETED
from nova_api_db.db.rows import Row

_IN_GROUPS: sa.Table = models.SecurityGroupInstanceAssociation.__table__
_RULES: sa.Table = models.SecurityGroupRule.__table__

_IS_SHOWN = sa.func.coalesce(INSTANCES.c.hidden, sa.false()) == sa.false()


def _fetch(connection: Connection, statement: sa.Select[Any]) -> list[Row]:
    return rows.fetch(connection, statement)


@facade.cell_reader
def list_all(connection: Connection, read_deleted: str = "no") -> list[Row]:
    """Return the rows of all servers."""
    shown = soft_delete.shown(INSTANCES, read_deleted)
    return _fetch(connection, SELECT.where(shown).order_by(INSTANCES.c.id))


@replica.optional
def list_by_host(connection: Connection, host: str, node: str | None = None) -> list[Row]:
    """Return the rows of the servers on a host, or on one of its nodes; hidden ones too."""
    return _fetch(connection, _on_host(SELECT, [host], node).order_by(INSTANCES.c.id))


@facade.cell_reader
def list_by_host_and_not_flavor(
    connection: Connection, host: str, flavor_id: int | None
) -> list[Row]:
    """Return the rows of the servers on a host that have another flavor; None: that have one."""
    column = INSTANCES.c.instance_type_id
    other = column.is_not(None) if flavor_id is None else column != flavor_id
    return _fetch(connection, _on_host(SELECT, [host]).where(other).order_by(INSTANCES.c.id))


@facade.cell_reader
def list_uuids_by_hosts(
    connection: Connection, hosts: Sequence[str], node: str | None = None
) -> list[tuple[str, str]]:
    """Return (host, uuid) of the servers on some hosts."""
    statement = _on_host(sa.select(INSTANCES.c.host, INSTANCES.c.uuid), hosts, node)
    return [(row.host, row.uuid) for row in connection.execute(statement.order_by(INSTANCES.c.id))]


def _on_host(
    statement: sa.Select[Any], hosts: Sequence[str], node: str | None = None
) -> sa.Select[Any]:
    statement = statement.where(INSTANCES.c.host.in_(hosts), soft_delete.live(INSTANCES))
    return statement if node is None else statement.where(INSTANCES.c.node == node)


@replica.optional
def list_active_between(
    connection: Connection,
    begin: datetime.datetime,
    end: datetime.datetime | None = None,
    *,
    project_id: str | None = None,
    host: str | None = None,
    after: tuple[str | None, str] | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return the rows of servers that ran at some time of a period, deleted ones too.

    They are in the order of project and uuid.

    :param begin: they ended after this, if they did
    :param end: they were launched before this; None: launched or not
    :param after: project and uuid of the last server of the page before
    """
    dialect = connection.dialect.name
    order = [
        paging.SortColumn(INSTANCES.c.project_id),
        paging.SortColumn(INSTANCES.c.uuid, nullable=False),
    ]
    ended = INSTANCES.c.terminated_at
    statement = SELECT.where(sa.or_(ended.is_(None), ended > begin))
    if end is not None:
        statement = statement.where(INSTANCES.c.launched_at < end)
    if project_id is not None:
        statement = statement.where(INSTANCES.c.project_id == project_id)
    if host is not None:
        statement = statement.where(INSTANCES.c.host == host)
    if after is not None:
        statement = statement.where(paging.after(order, after, dialect))
    if limit is not None:
        statement = statement.limit(limit)
    return _fetch(connection, statement.order_by(*paging.order_by(order, dialect)))


@facade.cell_reader
def list_rebooting_since_before(connection: Connection, before: datetime.datetime) -> list[Row]:
    """Return the rows of servers that are rebooting and have not changed since some time."""
    return _fetch(
        connection,
        SELECT.where(
            INSTANCES.c.task_state == "rebooting",
            INSTANCES.c.updated_at <= before,
            soft_delete.live(INSTANCES),
        ).order_by(INSTANCES.c.id),
    )


@facade.cell_reader
def list_by_security_groups(connection: Connection, group_ids: Sequence[int]) -> list[Row]:
    """Return the rows of the servers in some security groups."""
    return _fetch(connection, _in_groups(_IN_GROUPS.c.security_group_id.in_(group_ids)))


@facade.cell_reader
def list_by_granting_security_groups(connection: Connection, group_ids: Sequence[int]) -> list[Row]:
    """Return the rows of the servers in groups with a rule that lets in members of some groups."""
    # ... WHERE security_group_id IN (SELECT parent_group_id FROM security_group_rules
    #                                 WHERE group_id IN (...))
    granting = sa.select(_RULES.c.parent_group_id).where(
        _RULES.c.group_id.in_(group_ids), soft_delete.live(_RULES)
    )
    return _fetch(connection, _in_groups(_IN_GROUPS.c.security_group_id.in_(granting)))


def _in_groups(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    members = sa.select(_IN_GROUPS.c.instance_uuid).where(condition, soft_delete.live(_IN_GROUPS))
    return SELECT.where(INSTANCES.c.uuid.in_(members), soft_delete.live(INSTANCES)).order_by(
        INSTANCES.c.id
    )


@facade.cell_reader
def count_by_vm_state(
    connection: Connection, project_id: str, user_id: str, vm_state: str | None
) -> int:
    """Return how many servers of a user in a project are in a state."""
    statement = sa.select(sa.func.count(INSTANCES.c.id)).where(
        INSTANCES.c.project_id == project_id,
        INSTANCES.c.user_id == user_id,
        INSTANCES.c.vm_state.is_(None) if vm_state is None else INSTANCES.c.vm_state == vm_state,
        soft_delete.live(INSTANCES),
    )
    return int(connection.scalar(statement) or 0)


@facade.cell_reader
def count(
    connection: Connection, project_id: str, user_id: str | None = None
) -> tuple[int, int, int]:
    """Return how many servers, vCPUs and MiB of memory a project (and user) has.

    Hidden and soft-deleted ones do not count.
    """
    statement = sa.select(
        sa.func.count(INSTANCES.c.id),
        sa.func.coalesce(sa.func.sum(INSTANCES.c.vcpus), 0),
        sa.func.coalesce(sa.func.sum(INSTANCES.c.memory_mb), 0),
    ).where(
        INSTANCES.c.project_id == project_id,
        soft_delete.live(INSTANCES),
        sa.or_(INSTANCES.c.vm_state.is_(None), INSTANCES.c.vm_state != SOFT_DELETED),
        _IS_SHOWN,
    )
    if user_id is not None:
        statement = statement.where(INSTANCES.c.user_id == user_id)
    servers, cores, memory = connection.execute(statement).one()
    return int(servers), int(cores), int(memory)
