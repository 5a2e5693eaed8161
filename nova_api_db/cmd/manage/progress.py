# SPDX-License-Identifier: Apache-2.0
"""Lines that say how far a long command is; a short one stays silent."""

import threading
from types import TracebackType
from typing import Self, TextIO

#: Seconds that a command may take without a word.
SILENCE = 2.0


class Progress:
    """Holds lines back until the command has taken a while; then writes them as they come."""

    def __init__(self, stream: TextIO, silence: float = SILENCE) -> None:
        self._stream = stream
        self._held: list[str] | None = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(silence, self._release)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def __call__(self, line: str) -> None:
        """Take a line."""
        with self._lock:
            if self._held is None:
                self._write(line)
            else:
                self._held.append(line)

    def _release(self) -> None:
        with self._lock:
            held, self._held = self._held or [], None
            # What came before the last line is over by now.
            for line in held[-1:]:
                self._write(line)

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
