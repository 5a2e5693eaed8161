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

# The quicker of its two ways to run.
_ENVIRONMENT = {"OS_NOVA_DISABLE_EVENTLET_PATCHING": "true"}


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
        env={**os.environ, **_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
