# SPDX-License-Identifier: Apache-2.0
"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import shutil
import time
from types import TracebackType
from typing import Self, TextIO

from nova_api_db.cmd.manage import progress

#: Seconds between two lines.
INTERVAL = 10.0

#: Seconds between two states of the bar.
REDRAWN = 0.1


class RunningTotals:
    """Takes how much is done of how much; shows it, once the command has taken a while."""

    def __init__(self, stream: TextIO, what: str) -> None:
        self._stream = stream
        self._what = what
        self._is_terminal = stream.isatty()
        self._began = time.monotonic()
        self._next = self._began + (0.0 if self._is_terminal else progress.SILENCE)
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._drawn:
            self._stream.write("\n")
            self._stream.flush()

    def __call__(self, done: int, of: int, totals: str = "") -> None:
        """Show that so much is done.

        :param totals: what it consists of, in words
        """
        now = time.monotonic()
        if now < self._next and done < of:
            return
        if not self._is_terminal and now < self._next:
            return
        rate = done / max(now - self._began, 0.001)
        state = f"{done:,} of {max(done, of):,} {self._what}, {rate:,.0f} per second"
        if self._is_terminal:
            self._next = now + REDRAWN
            self._draw(done / max(done, of, 1), state)
        else:
            self._next = now + INTERVAL
            self._stream.write(f"{state}{totals and ': '}{totals}\n")
        self._stream.flush()

    def _draw(self, part: float, state: str) -> None:
        columns = shutil.get_terminal_size().columns
        width = max(10, min(40, columns - len(state) - 10))
        bar = ("#" * round(part * width)).ljust(width, ".")
        line = f"[{bar}] {part:4.0%} {state}"
        # The rest of a longer line before is wiped.
        self._stream.write(f"\r{line[: columns - 1]}\x1b[K")
        self._drawn = True
