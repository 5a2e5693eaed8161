# SPDX-License-Identifier: Apache-2.0
"""Deleting a server of a cell and what belongs to it: marked as deleted, or gone for good."""

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, soft_delete, types
from nova_api_db.db.cell import models

_INSTANCES: sa.Table = models.Instance.__table__
_ACTIONS: sa.Table = models.InstanceAction.__table__
_EVENTS: sa.Table = models.InstanceActionEvent.__table__


def _column(model: Any, name: str = "instance_uuid") -> sa.Column[Any]:
    column: sa.Column[Any] = model.__table__.c[name]
    return column


#: Rows that are marked as deleted together with their server: the columns that name it.
SOFT_DELETED: Sequence[sa.Column[Any]] = (
    _column(models.InstanceInfoCache),
    _column(models.InstanceMetadata),
    _column(models.InstanceFault),
    _column(models.InstanceExtra),
    _column(models.InstanceSystemMetadata),
    _column(models.SecurityGroupInstanceAssociation),
    _column(models.BlockDeviceMapping),
    _column(models.Migration),
    _column(models.VirtualInterface),
    _column(models.InstanceIdMapping, "uuid"),
)

#: Rows that are gone at once in any case.
DELETED: Sequence[sa.Column[Any]] = (_column(models.Tag, "resource_id"),)

#: Rows that outlive a server that is marked as deleted, as they tell what became of it.
KEPT: Sequence[sa.Column[Any]] = (_column(models.InstanceAction),)


@facade.cell_writer
def delete(
    connection: Connection, uuid: str, *, unscheduled: bool = False, read_deleted: str = "no"
) -> datetime.datetime:
    """Mark a server and what belongs to it as deleted and return when; one transaction.

    :param unscheduled: it must not have a host
    :raises InstanceNotFound: if there is none
    :raises ObjectActionError: if it has a host and must not
    """
    _lock(connection, uuid, unscheduled, read_deleted)
    now = types.utcnow()
    gone = (_INSTANCES.c.uuid, *SOFT_DELETED)
    for column in gone:
        statement = soft_delete.delete(column.table).where(column == uuid)
        connection.execute(statement.values(deleted_at=now))
    for column in DELETED:
        connection.execute(sa.delete(column.table).where(column == uuid))
    return now


@facade.cell_writer
def delete_for_good(
    connection: Connection, uuid: str, *, unscheduled: bool = False, read_deleted: str = "no"
) -> None:
    """Delete the rows of a server and all that belongs to it; one transaction.

    :param unscheduled: it must not have a host
    :raises InstanceNotFound: if there is none
    :raises ObjectActionError: if it has a host and must not
    """
    _lock(connection, uuid, unscheduled, read_deleted)
    actions = sa.select(_ACTIONS.c.id).where(_ACTIONS.c.instance_uuid == uuid)
    connection.execute(sa.delete(_EVENTS).where(_EVENTS.c.action_id.in_(actions)))
    for column in (*SOFT_DELETED, *DELETED, *KEPT, _INSTANCES.c.uuid):
        connection.execute(sa.delete(column.table).where(column == uuid))


def _lock(connection: Connection, uuid: str, unscheduled: bool, read_deleted: str) -> None:
    row = connection.execute(
        sa.select(_INSTANCES.c.host)
        .where(_INSTANCES.c.uuid == uuid, soft_delete.shown(_INSTANCES, read_deleted))
        .with_for_update()
    ).first()
    if row is None:
        raise exception.InstanceNotFound(instance_id=uuid)
    if unscheduled and row.host is not None:
        raise exception.ObjectActionError(action="destroy", reason="host changed")
