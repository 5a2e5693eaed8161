# SPDX-License-Identifier: Apache-2.0
"""Bringing a schema forward: what is done, what is refused, and what an interruption leaves."""

import pathlib
import subprocess
import sys

import sqlalchemy

from nova_api_db import exception
from nova_api_db.migrations import comparison, runner, state, trees
from nova_api_db.migrations.database import Database
from tests import base as tests_base
from tests.migrations import base

UUID = "5d7a1f0e-0b5e-4f56-9a53-5a0bd2a4f6c1"

# A row that a database may hold once it is at a revision, to be found again at the end.
ROWS: dict[str, tuple[str, dict[str, object]]] = {
    "3a91c07d5e24": ("cell_mappings", {"uuid": UUID, "name": "cell1", "disabled": False}),
    "a7c41e90b63d": ("map_instances_progress", {"cell_uuid": UUID, "instance_id": 7}),
    "1c5e8a4b7d02": ("services", {"host": "host1", "uuid": UUID, "report_count": 3, "deleted": 0}),
    "2f60b9d3c81e": ("instances", {"uuid": UUID, "locked_by": "owner", "deleted": 0}),
    "58d2e7f1a4c9": ("block_device_mapping", {"instance_uuid": UUID, "volume_id": UUID}),
    "6e03a9c5f7b4": ("migrations", {"instance_uuid": UUID, "migration_type": "live-migration"}),
    "94b7d0e2c6f3": ("request_specs", {"instance_uuid": UUID, "spec": "x" * 100_000}),
    "b18f5c3e9d27": ("s3_images", {"uuid": UUID, "deleted": 0}),
}

# Runs an upgrade that ends without a word at the given statement that changes the schema.
KILLED = """
import os, sys
import sqlalchemy
from nova_api_db.migrations import runner

count = 0

@sqlalchemy.event.listens_for(sqlalchemy.Engine, "after_cursor_execute")
def executed(connection, cursor, statement, *more):
    global count
    count += statement.lstrip().startswith(("CREATE TABLE", "CREATE INDEX"))
    if count == int(sys.argv[3]):
        os._exit(9)

runner.upgrade(runner.Database(sys.argv[1]), sys.argv[2])
"""


def _kill_at(statement, database, url):
    command = [sys.executable, "-c", KILLED, database.value, url, str(statement)]
    return subprocess.run(command, check=False).returncode


class UpgradeTest(base.MigrationTestCase):
    def test_upgrade_reaches_the_newest_revision(self):
        done = runner.upgrade(self.database, self.url)
        self.assertEqual(trees.revisions(self.database), done.applied)
        self.assertEqual(trees.newest(self.database), runner.current(self.database, self.url))
        self.assertEqual([], runner.check(self.database, self.url))

    def test_upgrade_does_nothing_the_second_time(self):
        runner.upgrade(self.database, self.url)
        self.assertEqual((), runner.upgrade(self.database, self.url).applied)

    def test_upgrade_reports_each_revision(self):
        lines: list[str] = []
        runner.upgrade(self.database, self.url, report=lines.append)
        for line, revision in zip(lines, trees.revisions(self.database), strict=True):
            self.assertIn(str(revision), line)

    def test_each_revision_keeps_the_rows_of_those_before(self):
        for revision in trees.revisions(self.database):
            runner.upgrade(self.database, self.url, revision.id)
            self.assertEqual(revision.id, runner.current(self.database, self.url))
            table, values = ROWS[revision.id]
            with self.connect() as connection:
                connection.execute(
                    comparison.METADATA[self.database].tables[table].insert(), values
                )
        with self.connect() as connection:
            for revision in trees.revisions(self.database):
                table, values = ROWS[revision.id]
                model = comparison.METADATA[self.database].tables[table]
                row = connection.execute(sqlalchemy.select(model)).mappings().one()
                self.assertEqual(values, {name: row[name] for name in values})

    def test_a_killed_run_is_completed_by_the_next(self):
        # Early in the first revision, between a table and its indexes, and in a later one.
        for statement in (2, 3, 8, 21):
            self.assertEqual(9, _kill_at(statement, self.database, self.url))
        runner.upgrade(self.database, self.url)
        self.assertEqual([], runner.check(self.database, self.url))

    def test_pending_names_what_an_upgrade_applies(self):
        first, *rest = trees.revisions(self.database)
        self.assertEqual((first, *rest), runner.pending(self.database, self.url))
        self.assertEqual((first,), runner.pending(self.database, self.url, first.id))
        runner.upgrade(self.database, self.url, first.id)
        self.assertEqual(tuple(rest), runner.pending(self.database, self.url))

    def test_sql_is_what_an_upgrade_runs(self):
        first = trees.revisions(self.database)[0]
        whole = runner.sql(self.database, self.url)
        self.assertIn(f"CREATE TABLE {state.VERSION_TABLE}", whole)
        runner.upgrade(self.database, self.url, first.id)
        rest = runner.sql(self.database, self.url)
        self.assertNotIn(f"CREATE TABLE {state.VERSION_TABLE}", rest)
        with self.connect() as connection:
            _execute_script(connection, rest)
        self.assertEqual([], runner.check(self.database, self.url))

    def test_looking_changes_nothing(self):
        runner.pending(self.database, self.url)
        runner.sql(self.database, self.url)
        if self.engine == "sqlite":
            self.assertFalse(pathlib.Path(self.url.removeprefix("sqlite:///")).exists())
        else:
            self.assertIsNone(runner.current(self.database, self.url))
            with self.connect() as connection:
                self.assertEqual([], sqlalchemy.inspect(connection).get_table_names())

    def test_stamp_records_a_revision_without_touching_tables(self):
        with self.connect() as connection:
            comparison.METADATA[self.database].create_all(connection)
        newest = runner.stamp(self.database, self.url)
        self.assertEqual(newest, runner.current(self.database, self.url))
        self.assertEqual([], runner.check(self.database, self.url))

    def test_check_names_what_differs(self):
        runner.upgrade(self.database, self.url)
        table = "cell_mappings" if self.database is Database.API else "tags"
        with self.connect() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN extra INTEGER")
            connection.exec_driver_sql("CREATE TABLE strange (id INTEGER)")
        self.assertEqual(
            [
                comparison.Difference("strange", "table is not in the models"),
                comparison.Difference(table, "column extra is not in the models"),
            ],
            sorted(
                runner.check(self.database, self.url), key=lambda found: found.table != "strange"
            ),
        )

    def test_check_tells_a_schema_that_is_behind(self):
        first = trees.revisions(self.database)[0]
        runner.upgrade(self.database, self.url, first.id)
        behind, *_missing = runner.check(self.database, self.url)
        self.assertEqual(state.VERSION_TABLE, behind.table)
        self.assertIn(first.id, behind.what)


def _execute_script(connection, script):
    for part in script.split(";\n"):
        lines = [line for line in part.splitlines() if line and not line.startswith("--")]
        statement = "\n".join(lines)
        if statement and statement not in ("BEGIN", "COMMIT"):
            connection.exec_driver_sql(statement)


class RefusalTest(base.MigrationTestCase):
    """Each is one line; the database is as before."""

    def refusal(self, error, *arguments):
        refused = self.assertRaises(error, runner.upgrade, self.database, self.url, *arguments)
        self.assertNotIn("\n", str(refused))
        return str(refused)

    def test_a_database_of_another_program(self):
        with self.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE guests (id INTEGER)")
        self.assertIn("1 tables", self.refusal(exception.ForeignSchema))
        with self.connect() as connection:
            self.assertEqual(["guests"], sqlalchemy.inspect(connection).get_table_names())

    def test_a_database_of_nova_is_named_by_its_version(self):
        with self.connect() as connection:
            comparison.METADATA[self.database].create_all(connection)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('cdeec0c85668')")
        for function in (runner.upgrade, runner.pending, runner.sql, runner.current, runner.check):
            refused = self.assertRaises(exception.ForeignSchema, function, self.database, self.url)
            self.assertIn("alembic_version at cdeec0c85668", str(refused))

    def test_a_database_of_the_other_kind(self):
        other = next(kind for kind in Database if kind is not self.database)
        runner.upgrade(other, self.url)
        self.assertIn(f"of the {other.value} kind", self.refusal(exception.WrongSchema))

    def test_what_the_other_kind_left_half_done(self):
        other = next(kind for kind in Database if kind is not self.database)
        runner.upgrade(other, self.url)
        with self.connect() as connection:
            connection.exec_driver_sql(f"DELETE FROM {state.VERSION_TABLE}")
        self.refusal(exception.ForeignSchema)

    def test_a_database_of_a_newer_release(self):
        runner.upgrade(self.database, self.url)
        with self.connect() as connection:
            connection.exec_driver_sql(f"UPDATE {state.VERSION_TABLE} SET version_num = 'f00'")
        self.assertIn("f00", self.refusal(exception.NewerSchema))

    def test_a_downgrade(self):
        runner.upgrade(self.database, self.url)
        first = trees.revisions(self.database)[0]
        self.assertIn(first.id, self.refusal(exception.DowngradeRefused, first.id))

    def test_an_unknown_revision(self):
        self.assertIn("nonsense", self.refusal(exception.UnknownRevision, "nonsense"))
        self.assertIn("former migration tool", self.refusal(exception.UnknownRevision, "402"))

    def test_a_revision_of_the_other_kind(self):
        other = next(kind for kind in Database if kind is not self.database)
        self.refusal(exception.UnknownRevision, trees.newest(other))

    def test_a_database_that_is_not_there(self):
        self.url = {
            "sqlite": "sqlite:////nonexistent/folder/file.sqlite",
            "mysql": f"{self.url}_absent",
            "postgresql": f"{self.url}_absent",
        }[self.engine]
        self.refusal(exception.DatabaseUnavailable)
        for function in (runner.current, runner.check):
            self.assertRaises(exception.DatabaseUnavailable, function, self.database, self.url)


class UnreachableTest(base.MigrationTestCase):
    def test_a_wrong_password_or_a_server_that_is_off_is_told_without_the_password(self):
        for url in (
            "mysql+pymysql://nobody:se%40cret@127.0.0.1/nova_api?charset=utf8",
            "mysql+pymysql://root:se%40cret@127.0.0.1:1/nova_api",
            "postgresql+psycopg2://nobody:se%40cret@127.0.0.1:1/nova_api",
        ):
            error = self.assertRaises(
                exception.DatabaseUnavailable, runner.upgrade, self.database, url
            )
            self.assertNotIn("cret", str(error))
            self.assertNotIn("\n", str(error))

    def test_a_percent_sign_in_a_url_is_a_percent_sign(self):
        parsed = sqlalchemy.make_url(self.url)
        if self.engine == "sqlite":
            folder = pathlib.Path(str(parsed.database)).parent / "100%"
            folder.mkdir()
            url = f"sqlite:///{folder}/%d.sqlite"
        else:
            url = (
                f"{self.url}?application_name=a%2540b"
                if self.engine == "postgresql"
                else (f"{self.url}?charset=utf8&program_name=a%2540b")
            )
        self.assertNotEqual((), runner.upgrade(self.database, url).applied)


class TreesTest(tests_base.TestCase):
    def test_every_revision_has_a_row_to_keep(self):
        known = {one.id for database in Database for one in trees.revisions(database)}
        self.assertEqual(known, ROWS.keys())

    def test_every_revision_says_whether_it_expands_or_contracts(self):
        for database in Database:
            for revision in trees.revisions(database):
                text = trees.script(database).get_revision(revision.id).longdoc
                self.assertRegex(text, r"\b(Expands|Contracts)\b", revision)
