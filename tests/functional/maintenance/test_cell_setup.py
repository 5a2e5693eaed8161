# SPDX-License-Identifier: Apache-2.0
"""Recording cells."""

import threading

from nova_api_db import context, exception, urls
from nova_api_db.db.api import exclusive
from nova_api_db.maintenance import cell_setup
from nova_api_db.objects.cell_mapping import CellMapping, CellMappingList
from tests import base

DATABASE = "mysql+pymysql://nova:secret@db/nova_cell1?charset=utf8"
BUS = "rabbit://nova:secret@bus:5672/"


class CellSetupTest(base.DatabaseTestCase):
    def create(self, **changes):
        values = {"name": "cell1", "database_connection": DATABASE, "transport_url": BUS}
        return cell_setup.create_cell(self.context, **{**values, **changes})

    def test_cell0_is_recorded_once(self):
        for is_new in (True, False):
            cell, was_new = cell_setup.map_cell0(self.context, "mysql://nova:p%40ss@db/nova_cell0")
            self.assertEqual(is_new, was_new)
            self.assertEqual(
                (CellMapping.CELL0_UUID, "cell0", "none:///", "mysql://nova:p%40ss@db/nova_cell0"),
                (cell.uuid, cell.name, cell.transport_url, cell.database_connection),
            )
        self.assertEqual(1, len(CellMappingList.get_all(self.context)))

    def test_cell0_with_another_database_is_an_error(self):
        cell_setup.map_cell0(self.context, "mysql://nova:secret@db/nova_cell0")
        error = self.assertRaises(
            exception.Cell0Elsewhere,
            cell_setup.map_cell0,
            self.context,
            "mysql://nova:secret@db/elsewhere",
        )
        self.assertIn("mysql://nova:****@db/nova_cell0", str(error))

    def test_a_template_is_stored_as_it_is(self):
        urls.set_bases(database=DATABASE, transport=BUS)
        self.addCleanup(urls.set_bases)
        template = "{scheme}://{username}:{password}@{hostname}/nova_cell1?{query}"
        cell = self.create(database_connection=template)
        self.assertEqual(DATABASE, cell.database_connection)
        urls.set_bases(database="mysql://new:er@db2/x", transport=BUS)
        cell = CellMapping.get_by_uuid(self.context, cell.uuid)
        self.assertEqual("mysql://new:er@db2/nova_cell1?", cell.database_connection)

    def test_a_template_of_what_another_cell_has_is_in_use(self):
        urls.set_bases(database=DATABASE, transport=BUS)
        self.addCleanup(urls.set_bases)
        self.create()
        template = "{scheme}://{username}:{password}@{hostname}/nova_cell1?{query}"
        error = self.assertRaises(
            exception.CellMappingExists,
            self.create,
            database_connection=template,
            transport_url="rabbit://other",
        )
        self.assertIn("database URL", str(error))

    def test_a_url_of_another_cell_is_in_use(self):
        cell = self.create()
        for name, url in (("database_connection", "mysql://other"), ("transport_url", "other://")):
            error = self.assertRaises(exception.CellMappingExists, self.create, **{name: url})
            self.assertIn(cell.uuid, str(error))

    def test_cells_without_a_bus_share_none(self):
        for name in ("cell1", "cell2"):
            self.create(name=name, database_connection=f"sqlite:///{name}", transport_url="none://")
        self.assertEqual(2, len(CellMappingList.get_all(self.context)))

    def test_what_is_no_url_is_not_recorded(self):
        self.assertRaises(exception.DatabaseURLInvalid, self.create, database_connection="nova")
        self.assertRaises(exception.TransportURLInvalid, self.create, transport_url="bus")
        self.assertRaises(exception.DatabaseURLInvalid, cell_setup.map_cell0, self.context, "nova")
        self.assertEqual(0, len(CellMappingList.get_all(self.context)))

    def test_one_of_several_at_once_records_the_cell(self):
        ends = []

        def create():
            try:
                cell_setup.create_cell(
                    context.get_admin_context(),
                    name="cell1",
                    database_connection=DATABASE,
                    transport_url=BUS,
                )
                ends.append("created")
            except exception.CellMappingExists:
                ends.append("exists")

        threads = [threading.Thread(target=create) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(["created"] + ["exists"] * 5, sorted(ends))
        self.assertEqual(1, len(CellMappingList.get_all(self.context)))

    def test_cells_are_listed_by_name(self):
        for name in ("b", None, "a"):
            self.make_cell(name, database_connection=f"sqlite:///{name}")
        self.assertEqual(
            [None, "a", "b"], [cell.name for cell in cell_setup.list_cells(self.context)]
        )


class ExclusiveTest(base.DatabaseTestCase):
    @base.only_on("mysql", "postgresql")
    def test_gives_up_when_another_run_does_not_end(self):
        held, done = threading.Event(), threading.Event()

        def hold():
            with exclusive.held(context.get_admin_context(), "test"):
                held.set()
                done.wait()

        thread = threading.Thread(target=hold)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(done.set)
        held.wait()
        error = self.assertRaises(exception.ExclusiveTimeout, self.hold)
        self.assertIn("after 1 seconds", str(error))
        done.set()
        thread.join()
        self.hold()

    def hold(self):
        with exclusive.held(self.context, "test", timeout=1):
            pass
