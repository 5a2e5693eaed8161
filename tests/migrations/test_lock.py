# SPDX-License-Identifier: Apache-2.0
"""Two runs at the same moment: one migrates, the others wait and find nothing to do."""

import json
import pathlib
import subprocess
import sys

import fixtures

from nova_api_db import exception
from nova_api_db.migrations import lock, runner, state, trees
from nova_api_db.migrations.database import Database
from tests.migrations import base

MANAGE = [sys.executable, "-m", "nova_api_db.cmd.manage.main"]


class LockTest(base.MigrationTestCase):
    def start(self, count):
        """Start processes that all sync the same database."""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        option = "api_database" if self.database is Database.API else "database"
        file = folder / "nova.conf"
        file.write_text(f"[{option}]\nconnection = {self.url}\n")
        words = (
            ["api_db", "sync"] if self.database is Database.API else ["db", "sync", "--local_cell"]
        )
        return [
            subprocess.Popen(
                [*MANAGE, "--config-file", str(file), *words, "-f", "json"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]

    def assert_migrated_once(self, count):
        applied = []
        for process in self.start(count):
            stdout, stderr = process.communicate()
            # A run that takes long tells of its progress there.
            self.assertEqual(0, process.returncode, stderr)
            applied += [row["Applied"] for row in json.loads(stdout)]
        self.assertEqual([one.id for one in trees.revisions(self.database)], applied)
        self.assertEqual([], runner.check(self.database, self.url))

    def test_two_runs_at_once_migrate_once(self):
        self.assert_migrated_once(2)

    def test_eight_runs_at_once_migrate_once(self):
        self.assert_migrated_once(8)

    def test_a_run_that_waits_too_long_says_so_and_changes_nothing(self):
        lines: list[str] = []
        with (
            state.connected(self.url, create=True) as connection,
            lock.held(connection, 0, lines.append),
        ):
            error = self.assertRaises(
                exception.MigrationLocked,
                runner.upgrade,
                self.database,
                self.url,
                lock_timeout=0.2,
                report=lines.append,
            )
            self.assertIn("0.2 seconds", str(error))
            self.assertEqual(1, len(lines))
            self.assertIsNone(runner.current(self.database, self.url))
        runner.upgrade(self.database, self.url)

    def test_the_lock_ends_with_its_holder(self):
        program = (
            "import os, sys\n"
            "from nova_api_db.migrations import lock, state\n"
            "with state.connected(sys.argv[1], create=True) as connection:\n"
            "    with lock.held(connection, 0, print):\n"
            "        os._exit(9)\n"
        )
        killed = subprocess.run([sys.executable, "-c", program, self.url], check=False)
        self.assertEqual(9, killed.returncode)
        runner.upgrade(self.database, self.url, lock_timeout=5)

    def test_nothing_is_left_of_the_lock(self):
        runner.upgrade(self.database, self.url)
        if self.engine == "sqlite":
            path = pathlib.Path(self.url.removeprefix("sqlite:///"))
            self.assertEqual([], list(path.parent.glob(f"{path.name}.migrating")))

    def test_databases_of_one_server_have_locks_of_their_own(self):
        other = self.databases.empty_database("other")
        with (
            state.connected(other, create=True) as connection,
            lock.held(connection, 0, print),
        ):
            self.assertNotEqual((), runner.upgrade(self.database, self.url, lock_timeout=0).applied)
