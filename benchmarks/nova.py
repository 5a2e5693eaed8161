# SPDX-License-Identifier: Apache-2.0
"""Running Nova's own programs, as the peer, on the databases of a benchmark."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator

from benchmarks.comparison import Options

#: Why there is no figure of Nova's.
ABSENT = "Nova: not run, since --nova-python names no environment that has it"

_ROOT = pathlib.Path(__file__).parent.parent

# The quicker of its two ways to run.
_ENVIRONMENT = {"OS_NOVA_DISABLE_EVENTLET_PATCHING": "true"}


class Objects:
    """A process of Nova's that does operations with its objects."""

    def __init__(self, python: str, config_file: str) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.nova_objects", config_file],
            cwd=_ROOT,
            env={**_environment(), "PYTHONPATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def do(self, name: str, count: int) -> float:
        """Return how many seconds an operation took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{name} {count}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._said.seek(0)
            raise RuntimeError(f"Nova's process ended: {self._said.read()}")
        return float(answer)

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()
        self._said.close()


@contextlib.contextmanager
def objects(options: Options, api_url: str, cell_url: str) -> Iterator[Objects | None]:
    """Start a process of Nova's on two databases; yield None where Nova is not installed."""
    if options.nova_python is None:
        yield None
        return
    with configuration(api_url, cell_url) as (_, config_file):
        process = Objects(options.nova_python, config_file)
        try:
            yield process
        finally:
            process.end()


def _environment() -> dict[str, str]:
    """Return the environment of Nova's processes, where a warning is not an error."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    return {**kept, **_ENVIRONMENT}


def program(options: Options, name: str) -> str | None:
    """Return the path of one of Nova's programs, None where Nova is not installed."""
    if options.nova_python is None:
        return None
    path = pathlib.Path(options.nova_python).with_name(name)
    return str(path) if path.exists() else None


@contextlib.contextmanager
def configuration(api_url: str, cell_url: str) -> Iterator[list[str]]:
    """Write a configuration for Nova or for us; yield the words that name it."""
    text = (
        f"[DEFAULT]\ntransport_url = fake:///\n"
        f"[api_database]\nconnection = {api_url}\n[database]\nconnection = {cell_url}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "nova.conf")
        path.write_text(text)
        yield ["--config-file", str(path)]


def execute(*command: str) -> None:
    """Run a program, silently; raise if it fails, with what it said."""
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
