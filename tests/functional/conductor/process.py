# SPDX-License-Identifier: Apache-2.0
"""A conductor in a process of its own."""

import contextlib
import fcntl
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import fixtures

CONFIG = """\
[DEFAULT]
transport_url = {bus}
[api_database]
connection = {api}
[database]
connection = {cell}
"""

OURS = (sys.executable, "-m", "nova_api_db.cmd.conductor")

#: What all workers of a test run see: a test's own temporary folder is only its own.
LOCK = pathlib.Path(tempfile.gettempdir(), "nova_api_db_conductor.lock")

#: Seconds that the conductor may take to start, and to end.
PATIENCE = 60


class Conductor(fixtures.Fixture):
    """A conductor in a process of its own; one at a time on a machine, as they share the queue."""

    def __init__(self, config: str, *program: str) -> None:
        super().__init__()
        self._config = config
        self._program = program or OURS
        self.process: subprocess.Popen[bytes]

    def _setUp(self) -> None:
        lock = LOCK.open("a")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        config = folder / "nova.conf"
        config.write_text(self._config)
        self.log = folder / "log"
        command = (*self._program, f"--config-file={config}")
        environment = {**os.environ, "PYTHONWARNINGS": "default"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environment)
        self.addCleanup(self.stop)
        deadline = time.monotonic() + PATIENCE
        while "Serving" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The conductor did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> int:
        """End it as a service manager would; return its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
