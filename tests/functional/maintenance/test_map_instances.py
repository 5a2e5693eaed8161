# SPDX-License-Identifier: Apache-2.0
"""Mapping the instances of a cell."""

import subprocess
import threading

import sqlalchemy as sa

from nova_api_db import exception
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.db.cell.models import Instance
from nova_api_db.maintenance import map_instances
from nova_api_db.maintenance.map_instances import Totals
from nova_api_db.objects.cell_mapping import CellMapping
from tests import cloud
from tests.functional.maintenance import base

MARKER = "INSTANCE_MIGRATION_MARKER"


class MapInstancesTest(base.MaintenanceTestCase):
    def map(self, cell=None, **options):
        return map_instances.map_instances(self.context, cell or self.cell, **options)

    # What is mapped, and how

    def test_maps_all_from_the_oldest_to_the_newest(self):
        uuids = self.add_instances(7, created_at=lambda number: base.OLDEST.replace(day=9 - number))
        self.assertEqual(Totals(mapped=7, complete=True), self.map(batch_size=3))
        self.assertEqual(uuids[::-1], self.mapped())

    def test_a_mapping_has_project_and_user_of_the_instance(self):
        (uuid,) = self.add_instances(1, project_id="demo", user_id="alice")
        self.map()
        (row,) = self.rows()
        self.assertEqual(
            (uuid, self.cell.id, "demo", "alice", False),
            (row.instance_uuid, row.cell_id, row.project_id, row.user_id, row.queued_for_delete),
        )
        self.assertIsNotNone(row.created_at)

    def test_a_deleted_instance_is_queued_for_delete(self):
        self.add_instances(3, deleted=lambda number: number if number == 2 else 0)
        self.map()
        self.assertEqual([False, False, True], [row.queued_for_delete for row in self.rows()])

    def test_a_hidden_instance_is_never_mapped(self):
        uuids = self.add_instances(3, hidden=lambda number: [True, False, None][number])
        self.assertEqual(Totals(mapped=2, hidden=1, complete=True), self.map())
        self.assertEqual(uuids[1:], self.mapped())

    def test_an_instance_without_a_date_is_the_oldest(self):
        dates = [base.OLDEST, None, base.OLDEST.replace(microsecond=5), None]
        uuids = self.add_instances(4, created_at=lambda number: dates[number])
        for _ in uuids:
            self.map(max_count=1, batch_size=1)
        self.assertEqual([uuids[1], uuids[3], uuids[0], uuids[2]], self.mapped())

    def test_an_instance_without_a_project_is_mapped(self):
        self.add_instances(1, project_id=None, user_id=None)
        self.map()
        self.assertEqual([("", None)], [(row.project_id, row.user_id) for row in self.rows()])

    def test_an_empty_cell_is_complete(self):
        self.assertEqual(Totals(complete=True), self.map())

    # Mappings that are there

    def test_what_is_mapped_is_left(self):
        uuid, _ = self.add_instances(2, deleted=1)
        self.add_mapping(uuid, cell_id=self.cell.id)
        before = self.rows()
        self.assertEqual(Totals(mapped=1, already=1, complete=True), self.map())
        self.assertEqual(before, self.rows()[:1])

    def test_every_further_run_finds_all_mapped(self):
        self.add_instances(3)
        self.map()
        self.assertEqual(Totals(already=3, complete=True), self.map())
        self.assertEqual(Totals(already=3, complete=True), self.map(max_count=1))

    def test_a_mapping_without_a_cell_gets_this_one(self):
        alive, deleted = self.add_instances(2, deleted=lambda number: number)
        for uuid in (alive, deleted):
            self.add_mapping(uuid, cell_id=None)
        self.assertEqual(Totals(adopted=2, complete=True), self.map())
        self.assertEqual([alive, deleted], self.mapped())
        self.assertEqual([False, True], [row.queued_for_delete for row in self.rows()])

    def test_a_mapping_without_a_cell_stays_so_while_the_server_is_built(self):
        uuid, _ = self.add_instances(2)
        self.add_mapping(uuid, cell_id=None)
        self.add_build_request(uuid)
        self.assertEqual(Totals(mapped=1, waiting=1, complete=True), self.map())
        self.assertIsNone(self.rows()[0].cell_id)

    def test_a_mapping_to_another_cell_is_left_and_reported(self):
        other = self.add_cell("other")
        uuids = self.add_instances(map_instances.NAMED + 2)
        for uuid in uuids[1:]:
            self.add_mapping(uuid, cell_id=other.id)
        totals = self.map(batch_size=4)
        self.assertEqual((1, len(uuids) - 1), (totals.mapped, totals.elsewhere))
        self.assertEqual(tuple(uuids[1 : map_instances.NAMED + 1]), totals.elsewhere_uuids)
        self.assertEqual(uuids[1:], self.mapped(other))

    def test_a_mapping_made_meanwhile_is_found(self):
        first, _ = self.add_instances(2)
        with facade.api_writer.using(self.context) as connection:
            thread = threading.Thread(target=lambda: found.append(self.map_apart()))
            found = []
            values = {"instance_uuid": first, "cell_id": self.cell.id, "project_id": "conductor"}
            connection.execute(sa.insert(models.InstanceMapping).values(values))
            thread.start()
            thread.join(1)
            self.assertEqual([], found)
        thread.join()
        self.assertEqual([Totals(mapped=1, already=1, complete=True)], found)
        self.assertEqual(["conductor", "project1"], [row.project_id for row in self.rows()])

    def map_apart(self):
        return map_instances.map_instances(self.aim(None), self.cell)

    # Pieces

    def test_max_count_counts_mappings(self):
        uuids = self.add_instances(5)
        self.add_mapping(uuids[0], cell_id=self.cell.id)
        self.assertEqual(Totals(mapped=2, already=1), self.map(max_count=2))
        self.assertEqual(uuids[:3], self.mapped())
        self.assertEqual(Totals(mapped=2, already=3, complete=True), self.map(max_count=2))

    def test_a_further_run_goes_on_where_the_last_one_stopped(self):
        uuids = self.add_instances(10)
        self.assertFalse(self.map(max_count=6, batch_size=2).complete)
        self.assertEqual(Totals(mapped=4, complete=True), self.map(batch_size=2))
        self.assertEqual(uuids, self.mapped())
        self.assertEqual([], self.rows(models.MapInstancesProgress))

    def test_reset_begins_with_the_oldest(self):
        self.add_instances(10)
        self.map(max_count=6, batch_size=2)
        self.assertEqual(Totals(mapped=4, already=6, complete=True), self.map(reset=True))

    def test_cells_have_progress_of_their_own(self):
        other = self.add_cell("other")
        self.add_instances(4)
        self.add_instances(6, other)
        for cell in (self.cell, other):
            self.map(cell, max_count=2, batch_size=2)
        self.assertEqual(
            {self.cell.uuid, other.uuid},
            {row.cell_uuid for row in self.rows(models.MapInstancesProgress)},
        )
        self.assertEqual(Totals(mapped=2, complete=True), self.map())
        self.assertEqual(Totals(mapped=4, complete=True), self.map(other))

    def test_progress_does_not_pass_over_fractions_of_a_second(self):
        dates = [base.OLDEST.replace(microsecond=number * 200_000) for number in range(5)]
        self.add_instances(5, created_at=lambda number: dates[number])
        while not self.map(max_count=1, batch_size=1).complete:
            pass
        self.assertEqual(5, len(self.mapped()))

    def test_an_instance_purged_between_two_runs_is_not_missed(self):
        uuids = self.add_instances(4)
        self.map(max_count=2, batch_size=1)
        with facade.cell_writer.using(self.aim(self.cell)) as connection:
            connection.execute(sa.delete(Instance).where(Instance.uuid == uuids[1]))
        self.assertEqual(2, self.map().mapped)

    def test_dry_run_changes_nothing(self):
        uuids = self.add_instances(4)
        self.add_mapping(uuids[0], cell_id=None)
        before = self.rows()
        self.assertEqual(
            Totals(mapped=3, adopted=1, complete=True), self.map(dry_run=True, batch_size=2)
        )
        self.assertEqual(before, self.rows())
        self.assertEqual([], self.rows(models.MapInstancesProgress))

    def test_progress_is_told_after_each_batch(self):
        self.add_instances(5)
        told = []
        self.map(batch_size=2, on_progress=lambda totals, of: told.append((totals.seen, of)))
        self.assertEqual([(2, 5), (4, 5), (5, 5)], told)

    # Databases of a Nova

    def use_nova_database(self):
        """Use an api database as Nova makes it: without what is this project's own."""
        url = self.databases.empty_database("nova_api")
        engine = facade.create_engine(url)
        tables = [
            table
            for table in models.Base.metadata.sorted_tables
            if table.name != models.MapInstancesProgress.__tablename__
        ]
        models.Base.metadata.create_all(engine, tables)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            row = {name: getattr(self.cell, name) for name in self.cell.fields}
            row = {name: row[name] for name in ("id", "uuid", "name", "transport_url")}
            row["database_connection"] = self.cell.database_connection
            connection.execute(sa.insert(models.CellMapping).values(row))
        engine.dispose()
        facade.configure_urls(url)
        self.api_url = url

    def test_works_on_a_database_of_nova(self):
        uuids = self.add_instances(6)
        self.use_nova_database()
        self.assertFalse(self.map(max_count=4, batch_size=2).complete)
        self.assertEqual(Totals(mapped=2, already=4, complete=True), self.map(max_count=4))
        self.assertEqual(uuids, self.mapped())

    def add_marker(self, uuid):
        self.add_mapping(uuid.replace("-", " "), project_id=MARKER, user_id=MARKER)

    def markers(self):
        return [row for row in self.rows() if row.project_id == MARKER]

    def test_a_marker_is_honoured_and_cleaned_up(self):
        uuids = self.add_instances(6)
        self.add_marker(uuids[2])
        self.assertFalse(self.map(max_count=1, batch_size=2).complete)
        self.assertEqual([uuids[3]], self.mapped())
        self.assertTrue(self.map(batch_size=2).complete)
        self.assertEqual(uuids[3:] + uuids[:3], self.mapped())
        self.assertEqual([], self.markers())
        self.assertEqual(Totals(already=6, complete=True), self.map())

    def test_nothing_is_left_out_when_a_marker_is_behind_our_own_progress(self):
        uuids = self.add_instances(8)
        self.add_marker(uuids[2])
        self.map(max_count=2, batch_size=1)
        (progress,) = self.rows(models.MapInstancesProgress)
        self.assertEqual(base.OLDEST.replace(hour=4), progress.instance_created_at)
        totals = self.map(batch_size=2)
        self.assertEqual((6, True), (totals.mapped, totals.complete))

    def test_a_marker_of_another_cell_is_left_to_it(self):
        other = self.add_cell("other")
        self.add_instances(2)
        self.add_marker(self.add_instances(2, other)[0])
        self.assertEqual(Totals(mapped=2, complete=True), self.map())
        self.assertEqual(1, len(self.markers()))
        self.map(other)
        self.assertEqual([], self.markers())

    def test_a_marker_of_a_purged_instance_is_cleaned_up(self):
        self.add_instances(2)
        self.add_marker("7a1f3d0e-0000-4000-8000-000000000000")
        self.assertEqual(Totals(mapped=2, complete=True), self.map())
        self.assertEqual([], self.markers())

    def test_a_marker_that_a_cell_that_is_down_may_have_is_left(self):
        self.add_cell("down", database_connection="mysql+pymysql://root@127.0.0.1:1/down")
        self.add_instances(2)
        self.add_marker("7a1f3d0e-0000-4000-8000-000000000000")
        self.assertEqual(Totals(mapped=2, complete=True), self.map())
        self.assertEqual(1, len(self.markers()))

    def test_a_database_without_tables_is_named(self):
        cell = self.add_cell("empty", database_connection=self.databases.empty_database())
        error = self.assertRaises(exception.TableMissing, self.map, cell)
        self.assertIn("instances", str(error))


class RecordedTest(base.MaintenanceTestCase):
    def setUp(self):
        super().setUp()
        with facade.api_writer.using(self.context) as connection:
            connection.execute(sa.delete(models.CellMapping))
        self.cloud = cloud.load(self.databases, "bulk")
        self.cell = CellMapping.get_by_uuid(self.context, self.cloud.cells["cell1"].uuid)

    def test_maps_what_nova_maps(self):
        labels, recorded = self.cloud.labels, self.cloud.extra["nova_manage"]["no_max_count"]
        totals = map_instances.map_instances(self.context, self.cell, batch_size=700)
        self.assertEqual(
            (len(recorded["instance_mappings"]) - 1000, len(labels["hidden"]), True),
            (totals.mapped, totals.hidden, totals.complete),
        )
        self.assertEqual(len(labels["mapped_without_cell"]), totals.adopted)
        self.assertEqual(set(labels["mapped_to_cell0"]), set(totals.elsewhere_uuids))
        deleted = {
            row["uuid"] for row in self.cloud.databases["cell1"]["instances"] if row["deleted"]
        }
        before = {row["instance_uuid"] for row in self.cloud.databases["api"]["instance_mappings"]}
        adopted = set(labels["mapped_without_cell"])
        # Two things Nova does not do: a deleted instance that it maps is queued for delete, and a
        # mapping without a cell gets one.
        touched = deleted - (before - adopted)
        wanted = {
            row["instance_uuid"]: (
                self.cell.id if row["instance_uuid"] in adopted else row["cell_id"],
                row["project_id"],
                row["user_id"],
                row["queued_for_delete"] or row["instance_uuid"] in touched,
            )
            for row in recorded["instance_mappings"]
        }
        self.assertEqual(
            wanted,
            {
                row.instance_uuid: (row.cell_id, row.project_id, row.user_id, row.queued_for_delete)
                for row in self.rows()
            },
        )

    def test_maps_in_the_order_in_which_nova_does(self):
        before = len(self.rows())
        recorded = self.cloud.extra["nova_manage"]["no_max_count"]["instance_mappings"]
        map_instances.map_instances(self.context, self.cell, max_count=500)
        self.assertEqual(
            [row["instance_uuid"] for row in recorded[before:]][:490],
            [row.instance_uuid for row in self.rows()[before:]][:490],
        )


class ProcessTest(base.MaintenanceTestCase):
    """Runs in processes of their own."""

    def start(self, cell=None, batch_size=40):
        process = subprocess.Popen(
            base.command(self.api_url, cell or self.cell, batch_size),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def test_a_killed_run_is_simply_run_again(self):
        uuids = self.add_instances(1000)
        for lines in (1, 4, 9):
            process = self.start()
            for _ in range(lines):
                self.assertNotEqual("", process.stdout.readline())
            process.kill()
            process.wait()
            done = self.mapped()
            self.assertEqual(uuids[: len(done)], done)
            self.assertEqual(0, len(done) % 40)
            self.assertLess(len(done), len(uuids))
        self.assertEqual("True", self.start().communicate()[0].split()[-1])
        self.assertEqual(uuids, self.mapped())

    def test_two_runs_of_one_cell_map_each_instance_once(self):
        uuids = self.add_instances(1500)
        runs = [self.start(), self.start()]
        ends = [run.communicate() for run in runs]
        self.assertEqual(["True"] * 2, [out.split()[-1] for out, _ in ends], str(ends))
        self.assertEqual(uuids, sorted(self.mapped(), key=uuids.index))
        self.assertEqual(1500, sum(int(out.split()[-2]) for out, _ in ends))

    def test_runs_of_two_cells_do_not_disturb_each_other(self):
        other = self.add_cell("other")
        cells = {self.cell: self.add_instances(800), other: self.add_instances(800, other)}
        runs = [self.start(cell) for cell in cells]
        for run in runs:
            out, error = run.communicate()
            self.assertEqual("True", out.split()[-1], error)
        for cell, uuids in cells.items():
            self.assertEqual(uuids, self.mapped(cell))
