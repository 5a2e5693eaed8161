# SPDX-License-Identifier: Apache-2.0
"""What a benchmark is told and what it returns: rates of one operation, ours and others'."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    #: Run everything once on little data: it shows that it works, not how fast it is.
    is_smoke: bool
    #: How often a fast way is repeated; the fastest counts.
    repeat: int
    #: A MariaDB or MySQL server whose user may create databases.
    mysql_url: str
    #: The interpreter of an environment that has Nova, None where there is none.
    nova_python: str | None
    #: How many rows the operations on many rows work on.
    rows: int
    #: How often an operation on one record is done each time.
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """How long a way of doing the operation took."""

    way: str
    count: int
    seconds: float

    @property
    def rate(self) -> float:
        """How many of its units the way does per second."""
        return self.count / self.seconds


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """Another way of doing the operation, and how much faster than that ours is to be."""

    goal: float
    #: None if it could not be run.
    timing: Timing | None
    #: Why it was not run.
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """One operation, done in our way and in others."""

    operation: str
    #: What is counted.
    unit: str
    ours: Timing
    peers: Sequence[Peer]

    def ratio(self, peer: Peer) -> float | None:
        """Return our rate in terms of a peer's."""
        return None if peer.timing is None else self.ours.rate / peer.timing.rate


def fastest(
    repeat: int, prepare: Callable[[], object], ways: Mapping[str, Callable[[], int]]
) -> dict[str, Timing]:
    """Time work that returns how many units it did; prepare it before each time.

    The ways take turns, so that whatever else the machine does at times meets all of them.
    """
    timings: dict[str, Timing] = {}
    for _ in range(repeat):
        for way, work in ways.items():
            prepare()
            began = time.perf_counter()
            count = work()
            timing = Timing(way, count, time.perf_counter() - began)
            timings[way] = max(timing, timings.get(way, timing), key=lambda one: one.rate)
    return timings
