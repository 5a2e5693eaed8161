# SPDX-License-Identifier: Apache-2.0
"""`cell_v2`: what it prints, how it ends, and what it may be told."""

import json
import os
import pty
import signal
import subprocess

import sqlalchemy as sa

from nova_api_db.cmd.manage.exit_code import ExitCode
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.migrations import deployment
from nova_api_db.objects.cell_mapping import CellMappingList
from tests.functional.cmd import base
from tests.functional.maintenance import base as maintenance

BUS = "rabbit://nova:s3cret@bus:5672/"


class CellV2TestCase(base.CommandTestCase, maintenance.MaintenanceTestCase):
    def setUp(self):
        super().setUp()
        self.cell_url = self.databases.use_local_cell()
        self.words = self.configure(api=self.api_url, cell=self.cell_url)

    def manage(self, *words):
        return base.run(*self.words, "cell_v2", *words)


class CellsTest(CellV2TestCase):
    def add_cell(self, name, **changes):
        """Start without one."""

    def cells(self):
        return list(CellMappingList.get_all(self.context))

    def test_cell0_stands_beside_the_configured_cell(self):
        ended = self.manage("map_cell0")
        self.assertEqual((ExitCode.DONE, ""), (ended.code, ended.stderr))
        (cell,) = self.cells()
        self.assertEqual(deployment.CELL0_UUID, cell.uuid)
        self.assertIn("_cell0", cell.database_connection)
        again = self.manage("map_cell0")
        self.assertEqual(ExitCode.DONE, again.code)
        self.assertIn("Nothing to do", again.stdout)

    def test_cell0_recorded_with_another_database_ends_with_1(self):
        self.manage("map_cell0", "--database_connection", "mysql://nova:s3cret@db/cell0")
        ended = self.manage("map_cell0", "--database_connection", "mysql://nova:s3cret@db/other")
        self.assert_fails(ExitCode.NOT_DONE, "mysql://nova:****@db/cell0", ended)
        ended = self.manage("map_cell0")
        self.assertEqual(ExitCode.DONE, ended.code)
        self.assertIn("recorded already: mysql://nova:****@db/cell0", ended.stdout)

    def test_create_cell_takes_the_configured_urls(self):
        ended = self.manage("create_cell", "--name", "cell1", "--verbose")
        (cell,) = self.cells()
        self.assertEqual((ExitCode.DONE, f"{cell.uuid}\n"), (ended.code, ended.stdout))
        self.assertEqual(
            ("cell1", self.cell_url, "rabbit://", False),
            (cell.name, cell.database_connection, cell.transport_url, cell.disabled),
        )

    def test_create_cell_takes_what_it_is_told(self):
        urls = ("--database_connection", "mysql://db/x", "--transport-url", BUS)
        ended = self.manage("create_cell", *urls, "--disabled")
        self.assertEqual((ExitCode.DONE, "", ""), (ended.code, ended.stdout, ended.stderr))
        (cell,) = self.cells()
        self.assertEqual(
            (None, "mysql://db/x", BUS, True),
            (cell.name, cell.database_connection, cell.transport_url, cell.disabled),
        )

    def test_create_cell_ends_with_2_when_another_cell_uses_a_url(self):
        self.manage("create_cell", "--name", "cell1")
        ended = self.manage("create_cell", "--name", "cell2")
        self.assert_fails(2, "(cell1) already uses this database URL", ended)
        ended = self.manage("create_cell", "--database_connection", "mysql://db/other")
        self.assert_fails(2, "(cell1) already uses this transport URL", ended)

    def test_create_cell_ends_with_1_without_a_usable_url(self):
        ended = self.manage("create_cell", "--database_connection", "s3cret")
        self.assert_fails(ExitCode.NOT_DONE, "Not a usable database URL: ****", ended)
        self.words = self.configure(api=self.api_url)
        self.assert_fails(ExitCode.NOT_DONE, "[database] connection", self.manage("create_cell"))
        self.assertEqual([], self.cells())

    def test_two_at_once_record_one_cell(self):
        command = [*base.MANAGE, *self.words, "cell_v2", "create_cell", "--name", "cell1"]
        runs = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
        self.assertEqual([0, 2], sorted(run.wait() for run in runs))
        self.assertEqual(1, len(self.cells()))

    def test_list_cells_masks_passwords(self):
        super().add_cell("b", database_connection="mysql://u:s3cret@db/b", transport_url=BUS)
        super().add_cell(None, database_connection="mysql://db/a", disabled=True)
        ended = self.manage("list_cells")
        self.assertNotIn("s3cret", ended.stdout)
        self.assertIn("s3cret", self.manage("list_cells", "--verbose").stdout)
        first, second = json.loads(self.manage("list_cells", "-f", "json").stdout)
        self.assertEqual(
            ["Name", "UUID", "Transport URL", "Database Connection", "Disabled"], list(first)
        )
        self.assertEqual(
            ("", "mysql://db/a", True),
            (first["Name"], first["Database Connection"], first["Disabled"]),
        )
        self.assertEqual("rabbit://nova:****@bus:5672/", second["Transport URL"])

    def test_a_database_without_tables_is_named(self):
        self.words = self.configure(api=self.databases.empty_database("api"))
        for words in (["list_cells"], ["map_instances", "--cell_uuid", "cell1"]):
            self.assert_fails(ExitCode.FAILED, "no table cell_mappings", self.manage(*words))


class MapInstancesTest(CellV2TestCase):
    def map(self, *words, cell="cell1"):
        return self.manage("map_instances", "--cell_uuid", cell, *words)

    def test_maps_by_name_and_by_uuid(self):
        uuids = self.add_instances(5, hidden=lambda number: number == 4)
        ended = self.map("-f", "json", cell=self.cell.uuid)
        self.assertEqual(ExitCode.DONE, ended.code, ended.stderr)
        self.assertEqual(
            {
                "cell": self.cell.uuid,
                "mapped": 4,
                "adopted": 0,
                "already": 0,
                "waiting": 0,
                "elsewhere": 0,
                "elsewhere_uuids": [],
                "hidden": 1,
                "complete": True,
            },
            json.loads(ended.stdout),
        )
        self.assertEqual(uuids[:4], self.mapped())
        for _ in range(2):
            self.assertEqual(ExitCode.DONE, self.map("--max-count", "1").code)

    def test_options_may_be_shortened_and_the_cell_may_stand_alone(self):
        self.add_instances(3)
        ways = (["cell1"], ["--cell", "cell1"], ["--cell_u", "cell1"])
        codes = [self.manage("map_instances", *words, "--max", "1").code for words in ways]
        self.assertEqual([1, 1, 0], codes)

    def test_one_cell_is_to_be_named(self):
        for words in ([], ["cell1", "--cell_uuid", "cell1"]):
            self.assertEqual(ExitCode.USAGE, self.manage("map_instances", *words).code)

    def test_ends_with_1_until_all_is_mapped(self):
        self.add_instances(5)
        codes = [self.map("--max-count", "2").code for _ in range(4)]
        self.assertEqual([1, 1, 0, 0], codes)
        self.assertEqual(5, len(self.mapped()))

    def test_dry_run_ends_with_1_while_something_is_to_be_mapped(self):
        self.add_instances(2)
        ended = self.map("--dry-run", "-f", "value", "-c", "mapped")
        self.assertEqual((ExitCode.NOT_DONE, "2\n"), (ended.code, ended.stdout))
        self.assertEqual([], self.mapped())
        self.map()
        self.assertEqual(ExitCode.DONE, self.map("--dry-run").code)

    def test_what_is_no_number_of_mappings_ends_with_127(self):
        for text in ("0", "-5", "many", "1.5", ""):
            for words in ([f"--max-count={text}"], ["--max-count", text]):
                ended = self.map(*words)
                self.assert_fails(127, "--max-count must be a whole number", ended)

    def test_an_unknown_cell_ends_with_66(self):
        for name in ("nowhere", "00000000-0000-0000-0000-000000000005"):
            self.assert_fails(ExitCode.NOT_FOUND, name, self.map(cell=name))

    def test_two_cells_of_one_name_are_told_apart_by_uuid(self):
        other = self.add_cell("cell1")
        self.assert_fails(ExitCode.NOT_FOUND, other.uuid, self.map())
        self.assertEqual(ExitCode.DONE, self.map(cell=other.uuid).code)

    def test_a_cell_that_is_down_is_one_line(self):
        self.add_cell("down", database_connection="mysql+pymysql://root:s3cret@127.0.0.1:1/down")
        ended = self.map(cell="down")
        self.assert_fails(ExitCode.UNAVAILABLE, "mysql+pymysql://root:****@127.0.0.1:1", ended)

    def test_a_terminal_is_shown_a_bar(self):
        self.add_instances(3)
        terminal, end = pty.openpty()
        command = [*base.MANAGE, *self.words, "cell_v2", "map_instances", "--cell_uuid", "cell1"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, check=True)
        os.close(end)
        shown = os.read(terminal, 10_000).decode()
        os.close(terminal)
        self.assertIn("] 100% 3 of 3 instances", shown)
        self.assertIn(b"complete", done.stdout)

    def test_an_interrupt_is_one_line(self):
        (uuid,) = self.add_instances(1)
        with facade.api_writer.using(self.context) as connection:
            # What it waits for until it is interrupted.
            values = {"instance_uuid": uuid, "project_id": "demo"}
            connection.execute(sa.insert(models.InstanceMapping).values(values))
            process = subprocess.Popen(
                [*base.MANAGE, *self.words, "cell_v2", "map_instances", "--cell_uuid", "cell1"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertRaises(subprocess.TimeoutExpired, process.wait, 4)
            process.send_signal(signal.SIGINT)
        out, error = process.communicate()
        self.assertEqual(
            (ExitCode.INTERRUPTED, "", 1), (process.returncode, out, error.count("\n"))
        )
