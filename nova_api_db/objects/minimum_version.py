# SPDX-License-Identifier: Apache-2.0
"""How old the oldest service is: what may be asked of all of them.

Versions can be kept, for processes that ask before each call. They are kept for each cell by
itself, and a binary without services is asked for again: its first service may be about to start.
"""

import logging
from collections.abc import Collection

from nova_api_db import cells, exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import service as query
from nova_api_db.objects.cell_mapping import CellMappingList

LOG = logging.getLogger(__name__)

#: What every binary is called: others have no versions.
BINARY_PREFIX = "nova-"


class _Kept:
    """The versions that are kept, of each cell."""

    def __init__(self) -> None:
        self.keeping = False
        self.cells: dict[str | None, dict[str, int]] = {}


_kept = _Kept()


def keep() -> None:
    """Keep what is read from now on."""
    _kept.keeping = True


def forget() -> None:
    """Read again what was kept, and go on keeping if that was so."""
    _kept.cells = {}


def stop_keeping() -> None:
    """Read versions each time they are asked for."""
    _kept.keeping = False
    forget()


def of(
    context: RequestContext, binaries: Collection[str], use_slave: bool = False
) -> dict[str, int]:
    """Return the lowest version of each binary that has services in the cell.

    :raises ObjectActionError: if a binary is not one of ours
    """
    _check(binaries)
    cell = context.cell_target.uuid if context.cell_target else None
    kept = _kept.cells.get(cell, {})
    missing = [binary for binary in binaries if binary not in kept]
    if not missing:
        return {binary: kept[binary] for binary in binaries}
    found = query.list_minimum_versions(context, use_slave, missing)
    if _kept.keeping:
        _kept.cells[cell] = {**kept, **found}
    return {binary: kept[binary] for binary in binaries if binary in kept} | found


def now(context: RequestContext, binary: str) -> int:
    """Return the lowest version of a binary in the cell, whatever is kept; 0 without services.

    :raises ObjectActionError: if the binary is not one of ours
    """
    _check([binary])
    return query.list_minimum_versions(context, False, [binary]).get(binary, 0)


def _check(binaries: Collection[str]) -> None:
    for binary in binaries:
        if not binary.startswith(BINARY_PREFIX):
            raise exception.ObjectActionError(
                action="get_minimum_version",
                reason=f"{binary} is not the name of a service: they start with {BINARY_PREFIX}",
            )


def get_minimum_version_all_cells(
    context: RequestContext, binaries: Collection[str], require_all: bool = False
) -> int:
    """Return the lowest version of several binaries' services over all cells.

    :param require_all: whether a cell that does not answer is an error; else it says nothing
    :returns: 0 if there is none
    :raises CellTimeout: if a cell does not answer and all have to
    :raises ObjectActionError: if a binary is not one of ours
    """
    _check(binaries)
    versions: list[int] = []
    answers = cells.scatter(context, CellMappingList.get_all(context), of, binaries)
    for uuid, answer in answers.items():
        if isinstance(answer, cells.Answered):
            versions += answer.value.values()
        elif require_all:
            raise exception.CellTimeout(uuid=uuid)
        else:
            LOG.warning("Cell %s does not say how old its services are", uuid)
    return min(versions, default=0)
