# SPDX-License-Identifier: Apache-2.0
"""Running `nova-manage` as a process, on databases of the test's own."""

import dataclasses
import os
import pathlib
import subprocess
import sys

import fixtures

from tests import base

MANAGE = [sys.executable, "-m", "nova_api_db.cmd.manage.main"]


@dataclasses.dataclass
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def run(*words, **environment):
    """Run a command line to its end."""
    done = subprocess.run(
        [*MANAGE, *words],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class CommandTestCase(base.DatabaseTestCase):
    """A test that runs commands; `configure` says on which databases."""

    def configure(self, api=None, cell=None):
        """Write a configuration file and return the words that name it."""
        groups = {"api_database": api, "database": cell}
        lines = [f"[{name}]\nconnection = {url}\n" for name, url in groups.items() if url]
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = folder / "nova.conf"
        file.write_text("".join(lines))
        return ["--config-file", str(file)]

    def assert_fails(self, code, line, ended):
        """Check that a command ended with one line on stderr that holds a text, and a code."""
        self.assertEqual((code, ""), (ended.code, ended.stdout), ended.stderr)
        self.assertEqual(1, len(ended.stderr.splitlines()), ended.stderr)
        self.assertIn(line, ended.stderr)
