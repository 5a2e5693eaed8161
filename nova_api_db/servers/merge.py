# SPDX-License-Identifier: Apache-2.0
"""Merge the sorted servers of several cells into one sorted list, a batch at a time."""

import collections
import dataclasses
import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from nova_api_db.objects.instance import Instance

C = TypeVar("C")

#: Returns what to compare a server by, so that it compares as the databases sort.
SortKey = Callable[[Instance], Any]

#: Asks some sources for the servers that follow one each (None: from the start); a source that
#: does not answer is not in the answer. Arguments: source -> last server, most servers wanted.
Ask = Callable[[Mapping[C, Instance | None], int | None], Mapping[C, list[Instance]]]


@dataclasses.dataclass(slots=True)
class _Source:
    """What came from one source and was not merged yet."""

    waiting: collections.deque[Instance] = dataclasses.field(default_factory=collections.deque)
    last: Instance | None = None
    has_more: bool = True


class Merge(Generic[C]):
    """A merge of sources that are asked again when what they gave is used up.

    Each is asked for its share of the page first rather than for a whole page, so that many cells
    do not send many pages to have one shown.
    """

    def __init__(
        self, sources: Iterable[C], ask: Ask[C], sort_key: SortKey, after: Instance | None = None
    ) -> None:
        self._sources = {source: _Source(last=after) for source in sources}
        self._ask = ask
        self._sort_key = sort_key
        #: sources that did not answer
        self.silent: list[C] = []

    def take(self, limit: int | None) -> list[Instance]:
        """Return the first servers of all sources, at most so many (None: all)."""
        taken: list[Instance] = []
        while limit is None or len(taken) < limit:
            self._fill(None if limit is None else limit - len(taken))
            if not any(source.waiting for source in self._sources.values()):
                break
            self._merge_into(taken, limit)
        return taken

    def _fill(self, wanted: int | None) -> None:
        """Ask the sources that have more and nothing waiting."""
        empty = {
            key: source.last
            for key, source in self._sources.items()
            if source.has_more and not source.waiting
        }
        if not empty:
            return
        share = None if wanted is None else min(wanted, -(-wanted // len(self._sources)) + 10)
        answers = self._ask(empty, share)
        for key in empty:
            servers = answers.get(key)
            if servers is None:
                self.silent.append(key)
                del self._sources[key]
                continue
            source = self._sources[key]
            source.waiting.extend(servers)
            source.has_more = share is not None and len(servers) == share
            if servers:
                source.last = servers[-1]

    def _merge_into(self, taken: list[Instance], limit: int | None) -> None:
        """Take the smallest each time, until the page is full or a source has to be asked."""
        key = self._sort_key
        heads = [
            (key(source.waiting[0]), number, source)
            for number, source in enumerate(self._sources.values())
            if source.waiting
        ]
        heapq.heapify(heads)
        while heads and (limit is None or len(taken) < limit):
            _, number, source = heads[0]
            taken.append(source.waiting.popleft())
            if source.waiting:
                heapq.heapreplace(heads, (key(source.waiting[0]), number, source))
            elif source.has_more:
                return
            else:
                heapq.heappop(heads)
