# SPDX-License-Identifier: Apache-2.0
"""Map the instances of a cell that existed before: each gets its row in instance_mappings.

The walk goes from the oldest instance to the newest. Each batch is one transaction, in which the
progress is noted too, so a run may be killed at any moment and simply be run again. What was done
is never undone: a mapping that is there is left, so two runs at once end as one would.
"""

import concurrent.futures
import contextlib
import dataclasses
import gc
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from oslo_db import exception as db_exception

from nova_api_db import exception
from nova_api_db.context import RequestContext, aimed
from nova_api_db.db.api import map_instances as query
from nova_api_db.db.cell import instance_walk
from nova_api_db.db.cell.instance_walk import Position, Walked
from nova_api_db.maintenance import cell as cells
from nova_api_db.maintenance import tables
from nova_api_db.maintenance.cell import Recorded

#: Instances in one transaction: large enough that round trips and commits do not count, small
#: enough for the write sets of a Galera cluster, and for whoever waits for a lock.
BATCH_SIZE = 5000

#: Instances in the first one, with which the writing begins while the ids of all others are read,
#: and which tells whether it is worth looking for mappings before the next ones are written.
FIRST_BATCH_SIZE = 500

#: How many ids are fetched at once, in the end.
IDS_AT_ONCE = 1_000_000

#: How many instances mapped elsewhere are named.
NAMED = 20

#: How often a batch is tried as a whole before what others map meanwhile is passed over.
TRIES = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Totals:
    """What became of the instances that a run looked at."""

    #: Got a mapping.
    mapped: int = 0
    #: Were mapped to this cell.
    already: int = 0
    #: Had a mapping without a cell and no build request; it names this cell now.
    adopted: int = 0
    #: Have a mapping without a cell, and a build request: they are being built.
    waiting: int = 0
    #: Are mapped to another cell, and stay so.
    elsewhere: int = 0
    #: The first of those.
    elsewhere_uuids: tuple[str, ...] = ()
    #: Are the losing copy of a move between cells, and never mapped.
    hidden: int = 0
    #: Whether the walk came to the end, so that every instance is mapped.
    complete: bool = False

    @property
    def changes(self) -> int:
        """How many mappings were made or given their cell."""
        return self.mapped + self.adopted

    @property
    def seen(self) -> int:
        """How many instances were looked at."""
        return self.changes + self.already + self.waiting + self.elsewhere + self.hidden

    def plus(self, batch: query.Batch) -> "Totals":
        """Return the totals with those of a batch."""
        uuids = itertools.islice(itertools.chain(self.elsewhere_uuids, batch.elsewhere), NAMED)
        return Totals(
            mapped=self.mapped + len(batch.missing),
            already=self.already + batch.already,
            adopted=self.adopted + len(batch.without_cell),
            waiting=self.waiting + batch.waiting,
            elsewhere=self.elsewhere + len(batch.elsewhere),
            elsewhere_uuids=tuple(uuids),
            hidden=self.hidden + batch.hidden,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    instances: list[Walked]
    #: The place of the last one; None if it is gone already.
    end: Position | None


#: What comes after a place, up to another; None is the end of the walk on that side.
_Part: TypeAlias = tuple[Position | None, Position | None]


@dataclasses.dataclass(frozen=True, slots=True)
class _Plan:
    """Which parts of the walk to go, and what to tidy up at its end."""

    parts: Sequence[_Part]
    keeps_progress: bool
    markers: Sequence[int]


@tables.needed
def map_instances(
    context: RequestContext,
    cell: Recorded,
    *,
    max_count: int | None = None,
    reset: bool = False,
    dry_run: bool = False,
    batch_size: int = BATCH_SIZE,
    on_progress: Callable[[Totals, int], None] | None = None,
) -> Totals:
    """Map the instances of a cell.

    Deleted instances are mapped too, as queued for delete.

    :param max_count: stop where more mappings than these would have to be made
    :param reset: begin with the oldest instance, wherever an earlier run was stopped
    :param dry_run: only count
    :param on_progress: called after each batch with the totals so far, and of how many instances
    """
    cell_context = aimed(context, cell)
    plan = _plan(context, cell, reset=reset)
    totals, expected, were_missing = Totals(), 0, False
    if on_progress is not None:
        expected = sum(instance_walk.count(cell_context, *part) for part in plan.parts)
    with _at_rest(), concurrent.futures.ThreadPoolExecutor(1) as thread:
        # The next page is read while a batch is written. One thread at a time uses the context.
        for page in _ahead(thread, _pages(cell_context, plan.parts, batch_size)):
            left = None if max_count is None else max_count - totals.changes
            if dry_run:
                batch = query.look_at(context, cell.id, page.instances, left)
            else:
                # Where none of the last ones had a mapping, the next ones have none either.
                batch = _store(context, cell, page, left, plan, assume_missing=were_missing)
                were_missing = batch.seen == len(batch.missing) + batch.hidden
            totals = totals.plus(batch)
            if on_progress is not None:
                on_progress(totals, expected)
            if batch.seen < len(page.instances):
                return totals
    if not dry_run:
        if plan.keeps_progress:
            query.delete_progress(context, cell.uuid)
        query.delete_markers(context, plan.markers)
    return dataclasses.replace(totals, complete=True)


@contextlib.contextmanager
def _at_rest() -> Iterator[None]:
    """Keep the garbage collector from looking through all that is loaded again and again.

    Rows are many and hold no cycles; going through everything else meanwhile would take up to a
    sixth of the time.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _store(
    context: RequestContext,
    cell: Recorded,
    page: _Page,
    at_most: int | None,
    plan: _Plan,
    *,
    assume_missing: bool,
) -> query.Batch:
    progress = None
    if plan.keeps_progress and page.end is not None:
        progress = query.Progress(cell.uuid, page.end)
    for attempt in itertools.count(1):
        try:
            return query.store(
                context,
                cell.id,
                page.instances,
                at_most,
                progress=progress,
                assume_missing=assume_missing and attempt == 1,
                # A key may be taken by what does not look like it, where the collation of a
                # database is an unusual one.
                skip_duplicates=attempt > TRIES,
            )
        except db_exception.DBDuplicateEntry:
            # One of them has a mapping, or another run or a service made one in between: look.
            if attempt > TRIES:
                raise
    raise AssertionError


def _plan(context: RequestContext, cell: Recorded, *, reset: bool) -> _Plan:
    keeps_progress = query.has_progress(context)
    progress = query.find_progress(context, cell.uuid) if keeps_progress else None
    markers, marked = _markers(context, cell)
    parts: list[_Part]
    if reset:
        parts = [(None, None)]
    elif progress is None or (marked is not None and marked <= progress):
        # What Nova's command did is looked at last: it leaves mappings without a cell.
        begin = progress or marked
        parts = [(begin, None)] if marked is None else [(begin, None), (None, marked)]
    else:
        parts = [(progress, None)]
    return _Plan(parts, keeps_progress, markers)


def _markers(context: RequestContext, cell: Recorded) -> tuple[list[int], Position | None]:
    """Return the markers to delete, and the place of the one that is in this cell.

    Nova's command keeps one for all cells. One whose instance is in another cell is that cell's;
    one whose instance is nowhere any more is of no use to anybody.
    """
    markers = query.list_markers(context)
    if not markers:
        return [], None
    obsolete, marked = [], None
    others = [one for one in cells.list_all(context) if one.uuid != cell.uuid]
    for id_, uuid in markers:
        position = instance_walk.find_position(aimed(context, cell), uuid)
        if position is not None:
            marked = position if marked is None else min(marked, position)
        elif any(_may_have(context, other, uuid) for other in others):
            continue
        obsolete.append(id_)
    return obsolete, marked


def _may_have(context: RequestContext, cell: Recorded, uuid: str) -> bool:
    try:
        return instance_walk.find_position(aimed(context, cell), uuid) is not None
    except (exception.NovaApiDbError, db_exception.DBError):
        # It cannot be asked, so it may.
        return True


def _pages(
    context: RequestContext,
    parts: Sequence[_Part],
    size: int,
) -> Iterator[_Page]:
    limit = min(size, FIRST_BATCH_SIZE)
    for begin, until in parts:
        after: Position | None = begin
        while True:
            ids = instance_walk.list_ids(context, after=after, until=until, limit=limit)
            for start in range(0, len(ids), size):
                page = ids[start : start + size]
                end = instance_walk.find_position_by_id(context, page[-1])
                after = end or after
                yield _Page(instance_walk.list_by_ids(context, page), end)
            if len(ids) < limit:
                break
            limit = min(20 * limit, IDS_AT_ONCE)


def _ahead(
    thread: concurrent.futures.ThreadPoolExecutor, pages: Iterator[_Page]
) -> Iterator[_Page]:
    """Yield pages; the next one is read meanwhile."""
    following = thread.submit(next, pages, None)
    while (page := following.result()) is not None:
        following = thread.submit(next, pages, None)
        yield page
