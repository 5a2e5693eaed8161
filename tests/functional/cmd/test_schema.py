# SPDX-License-Identifier: Apache-2.0
"""`api_db` and `db`: what they print, and which databases they touch."""

import json
import subprocess
import sys

import sqlalchemy

from nova_api_db.cmd.manage.exit_code import ExitCode
from nova_api_db.db import facade
from nova_api_db.db.api.models import CellMapping
from nova_api_db.migrations import deployment, runner, trees
from nova_api_db.migrations.database import Database
from tests.functional.cmd import base

VERSION_IMPORTS = """
import sys
from nova_api_db.cmd.manage import main
main.main(sys.argv[1:])
print(*(name for name in ("alembic", "oslo_messaging") if name in sys.modules), file=sys.stderr)
"""

NEWEST = trees.newest(Database.API)
NEWEST_CELL = trees.newest(Database.CELL)


class ApiDbTest(base.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.url = self.databases.empty_database()
        self.words = self.configure(api=self.url)

    def manage(self, *words):
        return base.run(*self.words, "api_db", *words)

    def test_sync_lists_what_it_applied(self):
        ended = self.manage("sync")
        # On a slow machine progress stands on stderr too.
        self.assertEqual(ExitCode.DONE, ended.code, ended.stderr)
        for revision in trees.revisions(Database.API):
            self.assertIn(revision.id, ended.stdout)
        self.assertEqual(NEWEST, runner.current(Database.API, self.url))

    def test_sync_says_that_there_was_nothing_to_do(self):
        self.manage("sync")
        ended = self.manage("sync")
        self.assertEqual(ExitCode.DONE, ended.code)
        self.assertIn("Nothing to do", ended.stdout)
        self.assertEqual([], json.loads(self.manage("sync", "-f", "json").stdout))

    def test_sync_stops_at_a_version(self):
        first = trees.revisions(Database.API)[0].id
        self.manage("sync", first)
        self.assertEqual(f"{first}\n", self.manage("version").stdout)

    def test_version_is_one_line(self):
        runner.upgrade(Database.API, self.url)
        self.assertEqual(f"{NEWEST}\n", self.manage("version").stdout)
        self.assertEqual(
            {"revision": NEWEST}, json.loads(self.manage("version", "-f", "json").stdout)
        )

    def test_version_imports_little(self):
        runner.upgrade(Database.API, self.url)
        command = [sys.executable, "-c", VERSION_IMPORTS, *self.words, "api_db", "version"]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        self.assertEqual((f"{NEWEST}\n", "\n"), (done.stdout, done.stderr))

    def test_dry_run_and_sql_change_nothing(self):
        rows = json.loads(self.manage("sync", "--dry-run", "-f", "json").stdout)
        self.assertEqual(
            [one.id for one in trees.revisions(Database.API)], [row["To apply"] for row in rows]
        )
        self.assertIn("CREATE TABLE cell_mappings", self.manage("sync", "--sql").stdout)
        self.assertEqual(len(rows), len(runner.pending(Database.API, self.url)))

    def test_check_ends_with_1_while_something_differs(self):
        first = trees.revisions(Database.API)[0].id
        self.manage("sync", first)
        ended = self.manage("check", "-f", "json")
        self.assertEqual(ExitCode.NOT_DONE, ended.code)
        self.assertIn("map_instances_progress", {row["Table"] for row in json.loads(ended.stdout)})
        self.manage("sync")
        self.assertEqual(ExitCode.DONE, self.manage("check").code)

    def test_a_version_that_cannot_be_is_refused(self):
        self.manage("sync")
        first = trees.revisions(Database.API)[0].id
        for version, text in (("22", "no revision 22"), (first, "only goes forward")):
            self.assert_fails(ExitCode.REFUSED, text, self.manage("sync", version))

    def test_tables_of_another_program_are_refused(self):
        engine = facade.create_engine(self.url)
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        for verb in ("sync", "version", "check"):
            self.assert_fails(ExitCode.REFUSED, "alembic_version", self.manage(verb))


class DbTest(base.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.databases.empty_database("cell")
        self.words = self.configure(api=self.api_url, cell=self.cell)

    def manage(self, *words):
        return base.run(*self.words, "db", *words)

    def record_cell0(self, url):
        values = {"uuid": deployment.CELL0_UUID, "name": "cell0", "database_connection": url}
        with facade.api_writer.using(self.context) as connection:
            connection.execute(sqlalchemy.insert(CellMapping).values(values))

    def test_sync_migrates_cell0_and_the_configured_cell(self):
        cell0 = self.databases.empty_database("cell0")
        self.record_cell0(cell0)
        ended = self.manage("sync", "-f", "json")
        # On a slow machine progress stands on stderr too.
        self.assertEqual(ExitCode.DONE, ended.code, ended.stderr)
        ids = [one.id for one in trees.revisions(Database.CELL)]
        self.assertEqual(
            [("cell0", id_) for id_ in ids] + [("cell", id_) for id_ in ids],
            [(row["Database"], row["Applied"]) for row in json.loads(ended.stdout)],
        )
        for url in (cell0, self.cell):
            self.assertEqual(NEWEST_CELL, runner.current(Database.CELL, url))

    def test_sync_fills_the_template_of_cell0(self):
        cell0 = self.databases.empty_database("cell0")
        self.record_cell0("{scheme}://" + cell0.partition("://")[2])
        self.assertEqual(ExitCode.DONE, self.manage("sync").code)
        self.assertEqual(NEWEST_CELL, runner.current(Database.CELL, cell0))

    def test_sync_touches_neither_while_cell0_cannot_be_reached(self):
        self.record_cell0("mysql+pymysql://root:secret@127.0.0.1:1/nova_cell0")
        self.assert_fails(ExitCode.NOT_DONE, "Cell0 could not be reached", self.manage("sync"))
        pending = runner.pending(Database.CELL, self.cell)
        self.assertEqual(len(trees.revisions(Database.CELL)), len(pending))

    def test_sync_needs_the_tables_of_the_api_database_to_find_cell0(self):
        self.words = self.configure(api=self.databases.empty_database("api"), cell=self.cell)
        self.assert_fails(ExitCode.NOT_DONE, "Cell0 could not be reached", self.manage("sync"))

    def test_local_cell_leaves_cell0_out(self):
        self.record_cell0("mysql+pymysql://root:secret@127.0.0.1:1/nova_cell0")
        self.words = self.configure(cell=self.cell)
        ended = self.manage("sync", "--local_cell")
        # On a slow machine progress stands on stderr too.
        self.assertEqual(ExitCode.DONE, ended.code, ended.stderr)
        self.assertEqual(f"{NEWEST_CELL}\n", self.manage("version").stdout)
        self.assertEqual(ExitCode.DONE, self.manage("check").code)

    def test_sync_says_that_no_cell0_is_recorded(self):
        ended = self.manage("sync")
        self.assertEqual(ExitCode.DONE, ended.code)
        self.assertIn("No cell0 is recorded", ended.stderr)
        self.assertEqual(NEWEST_CELL, runner.current(Database.CELL, self.cell))

    def test_the_api_database_is_no_cell(self):
        runner.upgrade(Database.API, url := self.databases.empty_database("api"))
        self.words = self.configure(cell=url)
        self.assert_fails(ExitCode.REFUSED, "of the api kind", self.manage("sync", "--local_cell"))
