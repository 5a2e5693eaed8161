# SPDX-License-Identifier: Apache-2.0
"""The rows of the api database that mapping the instances of a cell reads and writes.

A batch (``instance_mappings``) and how far the walk has come (``map_instances_progress``) are
written in one transaction. A database of a Nova deployment has no such table: there the walk always
begins at the oldest instance.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import bulk, facade, types
from nova_api_db.db.api import models
from nova_api_db.db.cell.instance_walk import DELETED, HIDDEN, Position, Walked

_MAPPINGS: sa.Table = models.InstanceMapping.__table__
_BUILD_REQUESTS: sa.Table = models.BuildRequest.__table__
_PROGRESS: sa.Table = models.MapInstancesProgress.__table__

#: What Nova's command writes as project and user of the mapping that marks how far it has come.
MARKER = "INSTANCE_MIGRATION_MARKER"

#: How many servers one statement names: from 1000 on MariaDB makes a temporary table of them.
AT_ONCE = 999

_COLUMNS = (
    "created_at",
    "instance_uuid",
    "cell_id",
    "project_id",
    "user_id",
    "queued_for_delete",
)
# In the place of the id of a cell: there is no mapping at all.
_MISSING = -1

_UUIDS: sa.BindParameter[Any] = sa.bindparam("uuids", expanding=True)
_EXISTING = sa.select(_MAPPINGS.c.instance_uuid, _MAPPINGS.c.cell_id).where(
    _MAPPINGS.c.instance_uuid.in_(_UUIDS)
)
_BEING_BUILT = sa.select(_BUILD_REQUESTS.c.instance_uuid).where(
    _BUILD_REQUESTS.c.instance_uuid.in_(_UUIDS)
)
_ADOPT = sa.update(_MAPPINGS).where(
    _MAPPINGS.c.instance_uuid.in_(_UUIDS), _MAPPINGS.c.cell_id.is_(None)
)
_FIND_PROGRESS = sa.select(_PROGRESS.c.instance_created_at, _PROGRESS.c.instance_id).where(
    _PROGRESS.c.cell_uuid == sa.bindparam("cell_uuid")
)
_SAVE_PROGRESS = sa.update(_PROGRESS).where(_PROGRESS.c.cell_uuid == sa.bindparam("of_cell"))
_DELETE_PROGRESS = sa.delete(_PROGRESS).where(_PROGRESS.c.cell_uuid == sa.bindparam("cell_uuid"))
_MARKERS = _MAPPINGS.c.project_id == MARKER


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far the walk through a cell has come."""

    cell_uuid: str
    position: Position


@dataclasses.dataclass(slots=True)
class Batch:
    """What is to do for some instances, and what was found about the others."""

    missing: list[Walked] = dataclasses.field(default_factory=list)
    without_cell: list[Walked] = dataclasses.field(default_factory=list)
    elsewhere: list[str] = dataclasses.field(default_factory=list)
    already: int = 0
    waiting: int = 0
    hidden: int = 0
    #: How many of the instances were looked at; fewer than there are once enough is to do.
    seen: int = 0

    @property
    def changes(self) -> int:
        """How many mappings are made or given their cell."""
        return len(self.missing) + len(self.without_cell)


@facade.api_reader
def has_progress(connection: Connection) -> bool:
    """Tell whether the database has the table of what has come how far."""
    return sa.inspect(connection).has_table(_PROGRESS.name)


@facade.api_reader
def find_progress(connection: Connection, cell_uuid: str) -> Position | None:
    """Return where the walk through a cell was left, None if it was not begun."""
    row = connection.execute(_FIND_PROGRESS, {"cell_uuid": cell_uuid}).first()
    return None if row is None or None in tuple(row) else (row[0], row[1])


@facade.api_reader
def list_markers(connection: Connection) -> list[tuple[int, str]]:
    """Return the markers that Nova's command left: the id, and the uuid of the instance."""
    found = connection.execute(sa.select(_MAPPINGS.c.id, _MAPPINGS.c.instance_uuid).where(_MARKERS))
    return [(row.id, row.instance_uuid.replace(" ", "-")) for row in found]


@facade.api_reader
def look_at(
    connection: Connection, cell_id: int, instances: Sequence[Walked], at_most: int | None
) -> Batch:
    """Return what is to do for instances of a cell."""
    return _sort(connection, _find_cells(connection, instances), cell_id, instances, at_most)


@facade.api_writer
def store(
    connection: Connection,
    cell_id: int,
    instances: Sequence[Walked],
    at_most: int | None,
    *,
    progress: Progress | None = None,
    assume_missing: bool = False,
    skip_duplicates: bool = False,
) -> Batch:
    """Do what is to do for instances of a cell and return it.

    :param at_most: stop after so many changes
    :param progress: note that the walk has come this far, unless it stopped before
    :param assume_missing: take it that no instance has a mapping, without looking
    :param skip_duplicates: pass over a mapping that somebody else makes meanwhile
    :raises oslo_db.exception.DBDuplicateEntry: if somebody else makes one meanwhile, or one that
        was assumed to be missing is there; nothing is stored
    """
    cells = {} if assume_missing else _find_cells(connection, instances)
    batch = _sort(connection, cells, cell_id, instances, at_most)
    now = types.utcnow().replace(microsecond=0)
    insert = bulk.insert_missing if skip_duplicates else bulk.insert
    insert(
        connection,
        _MAPPINGS,
        _COLUMNS,
        [
            # An instance without a project can still be found by its uuid.
            (now, uuid, cell_id, project_id or "", user_id, state == DELETED)
            for uuid, project_id, user_id, state in batch.missing
        ],
    )
    _adopt(connection, cell_id, batch.without_cell)
    if progress is not None and batch.seen == len(instances):
        _save_progress(connection, progress)
    return batch


def _find_cells(connection: Connection, instances: Sequence[Walked]) -> dict[str, int | None]:
    """Return the cells that the mappings there are name, by the uuid of the instance."""
    cells: dict[str, int | None] = {}
    for uuids in _parts([one.uuid for one in instances if one.state != HIDDEN]):
        cells.update(tuple(row) for row in connection.execute(_EXISTING, {"uuids": uuids}))
    return cells


def _sort(
    connection: Connection,
    cells: Mapping[str, int | None],
    cell_id: int,
    instances: Sequence[Walked],
    at_most: int | None,
) -> Batch:
    if not cells and (at_most is None or at_most >= len(instances)):
        missing = [one for one in instances if one.state != HIDDEN]
        return Batch(missing, hidden=len(instances) - len(missing), seen=len(instances))
    being_built: set[str] = set()
    for uuids in _parts([uuid for uuid, cell in cells.items() if cell is None]):
        being_built.update(connection.execute(_BEING_BUILT, {"uuids": uuids}).scalars())
    batch = Batch()
    for one in instances:
        if one.state == HIDDEN:
            batch.hidden += 1
        elif (mapped_to := cells.get(one.uuid, _MISSING)) == cell_id:
            batch.already += 1
        elif mapped_to is None and one.uuid in being_built:
            batch.waiting += 1
        elif mapped_to is not None and mapped_to != _MISSING:
            batch.elsewhere.append(one.uuid)
        elif at_most is not None and batch.changes == at_most:
            return batch
        else:
            (batch.missing if mapped_to == _MISSING else batch.without_cell).append(one)
        batch.seen += 1
    return batch


def _adopt(connection: Connection, cell_id: int, instances: Collection[Walked]) -> None:
    # A deleted one is queued for delete; what is queued already stays so.
    for is_deleted, values in ((False, {}), (True, {"queued_for_delete": True})):
        adopted = [one.uuid for one in instances if (one.state == DELETED) == is_deleted]
        statement = _ADOPT.values(cell_id=cell_id, **values)
        for uuids in _parts(adopted):
            connection.execute(statement, {"uuids": uuids})


def _save_progress(connection: Connection, progress: Progress) -> None:
    # MySQL rounds fractions of a second, and up would pass over instances; down does no harm.
    values = {
        "instance_created_at": progress.position[0].replace(microsecond=0),
        "instance_id": progress.position[1],
    }
    if not connection.execute(_SAVE_PROGRESS, {"of_cell": progress.cell_uuid, **values}).rowcount:
        connection.execute(sa.insert(_PROGRESS), {"cell_uuid": progress.cell_uuid, **values})


def _parts(uuids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(uuids), AT_ONCE):
        yield uuids[start : start + AT_ONCE]


@facade.api_writer
def delete_progress(connection: Connection, cell_uuid: str) -> None:
    """Forget how far the walk through a cell has come."""
    connection.execute(_DELETE_PROGRESS, {"cell_uuid": cell_uuid})


@facade.api_writer
def delete_markers(connection: Connection, ids: Collection[int]) -> None:
    """Delete markers of Nova's command."""
    if ids:
        connection.execute(sa.delete(_MAPPINGS).where(_MARKERS, _MAPPINGS.c.id.in_(ids)))
