# SPDX-License-Identifier: Apache-2.0
"""Ask several cells at once, and go on without those that do not answer in time.

Each cell is asked on a native thread of its own, with its own aimed copy of the context. Nothing
can stop a thread that waits for a dead server, so the deadline ends the waiting, not the thread:

* No more than ``pool_size`` calls run at once in a process, and one cell has no more than half of
  them. Other calls wait their turn; waiting counts against their deadline.
* A call that has let its deadline pass is given up: its place is free for others, its answer is
  thrown away. Its thread does not keep the process from ending.
* A cell with :data:`HUNG_LIMIT` such calls that are still not back is not asked: it is silent at
  once. One call after a pause finds out whether it is there again; the pause is one deadline and
  doubles each time, up to :data:`LONGEST_PAUSE`. Any answer ends this.

A function that is asked of a cell must not itself ask cells: it would wait for places that it
keeps taken.
"""

import collections
import dataclasses
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, TypeVarTuple, Unpack

from oslo_db import exception as db_exception

from nova_api_db import exception
from nova_api_db.context import Cell, RequestContext, aimed

LOG = logging.getLogger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: So many calls to one cell may hang before it is left alone.
HUNG_LIMIT = 4

#: A silent cell is asked again after this many seconds at the latest.
LONGEST_PAUSE = 3600.0

#: What can go wrong with a database or its data; the line says enough, a traceback adds nothing.
_EXPECTED_ERRORS = (exception.NovaApiDbError, db_exception.DBError)


@dataclasses.dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """The cell answered."""

    value: T


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """The cell answered with an error."""

    error: BaseException


@dataclasses.dataclass(frozen=True, slots=True)
class Silent:
    """The cell did not answer in time."""


Answer: TypeAlias = Answered[T] | Failed | Silent


def scatter(
    context: RequestContext,
    cells: Iterable[Cell],
    function: Callable[[RequestContext, Unpack[Ts]], T],
    *args: *Ts,
    deadline: float | None = None,
) -> dict[str, Answer[T]]:
    """Call a function once for each cell and return the answers by cell uuid, in their order.

    :param function: called with a context aimed at the cell and the arguments; what it raises
        becomes the cell's answer
    :param deadline: seconds that all of it may take; as configured by default
    """
    seconds = _pool.deadline if deadline is None else deadline
    ends_at = time.monotonic() + seconds
    done = threading.Semaphore(0)
    targets = {cell.uuid: aimed(context, cell) for cell in cells}
    calls = [
        _Call(uuid, cell_context, function, args, seconds, done)
        for uuid, cell_context in targets.items()
    ]
    _pool.submit(calls)
    try:
        for _ in calls:
            left = max(0.0, ends_at - time.monotonic())
            if not done.acquire(timeout=min(left, threading.TIMEOUT_MAX)):
                break
    finally:
        _pool.give_up(calls)
    return {call.cell_uuid: call.answer or Silent() for call in calls}


def configure(*, deadline: float | None = None, pool_size: int | None = None) -> None:
    """Set how many seconds a cell has by default, and how many calls run at once."""
    if deadline is not None:
        _pool.deadline = deadline
    if pool_size is not None:
        _pool.size = pool_size


@dataclasses.dataclass(slots=True)
class _Silence:
    """Calls of one cell that were given up and are not back."""

    hung: int = 0
    pauses: int = 0
    ask_again_at: float = 0.0

    def begin_pause(self, deadline: float) -> None:
        """Leave the cell alone, each time for twice as long."""
        pause = deadline * 2 ** min(self.pauses, 20)
        self.ask_again_at = time.monotonic() + min(LONGEST_PAUSE, pause)
        self.pauses += 1


@dataclasses.dataclass(slots=True, eq=False)
class _Call:
    """One question to one cell."""

    cell_uuid: str
    context: RequestContext
    function: Callable[..., Any]
    args: Sequence[Any]
    deadline: float
    done: threading.Semaphore
    answer: Answer[Any] | None = None
    running: bool = False
    finds_out: bool = False
    #: Set when it was given up while it ran.
    silence: _Silence | None = None

    def run(self) -> Answer[Any]:
        """Ask, and turn whatever happens into an answer."""
        # Log lines of this thread name this request.
        self.context.update_store()
        try:
            return Answered(self.function(self.context, *self.args))
        except _EXPECTED_ERRORS as error:
            line = " ".join(str(error).split("\n", maxsplit=1)[0].split())
            LOG.warning("Cell %s failed: %s: %s", self.cell_uuid, type(error).__name__, line)
            return Failed(error)
        # The answer is all that the caller gets to see of this thread, whatever ends it.
        except BaseException as error:
            LOG.exception("Asking cell %s failed", self.cell_uuid)
            return Failed(error)


class _Pool:
    """Which calls run, which wait, and which cells are left alone."""

    def __init__(self) -> None:
        self.deadline = 60.0
        self.size = 32
        self.forget()

    def forget(self) -> None:
        """Start anew, as a forked process does: the parent's threads are not in it."""
        self._lock = threading.Lock()
        self._waiting: collections.deque[_Call] = collections.deque()
        self._running: collections.Counter[str] = collections.Counter()
        self._silences: dict[str, _Silence] = {}

    def submit(self, calls: Iterable[_Call]) -> None:
        """Start the calls or let them wait, but for those to cells that are left alone."""
        with self._lock:
            for call in calls:
                if self._is_left_alone(call):
                    LOG.warning("Cell %s is not asked: it is silent", call.cell_uuid)
                    self._finish(call, Silent())
                else:
                    self._waiting.append(call)
            self._start_waiting()

    def give_up(self, calls: Iterable[_Call]) -> None:
        """End the calls that have no answer."""
        with self._lock:
            for call in calls:
                if call.answer is None:
                    self._give_up(call)
            self._start_waiting()

    def _is_left_alone(self, call: _Call) -> bool:
        silence = self._silences.get(call.cell_uuid)
        if silence is None or silence.hung < HUNG_LIMIT:
            return False
        now = time.monotonic()
        if now < silence.ask_again_at:
            return True
        # This one finds out for all; the others go without the cell meanwhile.
        silence.ask_again_at = now + call.deadline
        call.finds_out = True
        return False

    def _give_up(self, call: _Call) -> None:
        LOG.warning("Cell %s has not answered in %s seconds", call.cell_uuid, call.deadline)
        call.answer = Silent()
        if not call.running:
            self._waiting.remove(call)
            return
        self._leave(call)
        call.silence = silence = self._silences.setdefault(call.cell_uuid, _Silence())
        silence.hung += 1
        if call.finds_out or silence.hung == HUNG_LIMIT:
            silence.begin_pause(call.deadline)

    def _start_waiting(self) -> None:
        share = max(1, self.size // 2)
        waiting, self._waiting = self._waiting, collections.deque()
        for call in waiting:
            full = self._running.total() >= self.size
            if full or self._running[call.cell_uuid] >= share:
                self._waiting.append(call)
            else:
                self._start(call)

    def _start(self, call: _Call) -> None:
        thread = threading.Thread(
            target=self._work, args=(call,), name=f"cell {call.cell_uuid}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            # No more threads: the system's limit, below ours.
            LOG.warning("Cell %s cannot be asked: %s", call.cell_uuid, error)
            self._finish(call, Failed(error))
        else:
            call.running = True
            self._running[call.cell_uuid] += 1

    def _work(self, call: _Call) -> None:
        answer = call.run()
        with self._lock:
            if call.silence is not None:
                self._come_back(call, call.silence)
            else:
                self._leave(call)
                self._silences.pop(call.cell_uuid, None)
                self._finish(call, answer)
            self._start_waiting()

    def _come_back(self, call: _Call, silence: _Silence) -> None:
        silence.hung -= 1
        if silence.hung == 0 and self._silences.get(call.cell_uuid) is silence:
            del self._silences[call.cell_uuid]

    def _leave(self, call: _Call) -> None:
        self._running[call.cell_uuid] -= 1
        if not self._running[call.cell_uuid]:
            del self._running[call.cell_uuid]

    def _finish(self, call: _Call, answer: Answer[Any]) -> None:
        call.answer = answer
        call.done.release()


_pool = _Pool()
os.register_at_fork(after_in_child=_pool.forget)
