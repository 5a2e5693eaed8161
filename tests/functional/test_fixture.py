# SPDX-License-Identifier: Apache-2.0
"""The databases that tests get: with all tables, without rows, each its own."""

import os
import unittest

import sqlalchemy
import testtools

from nova_api_db import context, exception, fixture, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models
from tests import base, builders


def _tables(url):
    engine = facade.create_engine(url)
    try:
        return set(sqlalchemy.inspect(engine).get_table_names())
    finally:
        engine.dispose()


class DatabasesTest(base.DatabaseTestCase):
    def test_each_kind_has_its_tables(self):
        self.assertEqual(set(api_models.Base.metadata.tables), _tables(self.api_url))
        cell = self.make_cell()
        self.assertEqual(set(cell_models.Base.metadata.tables), _tables(cell.database_connection))

    def test_an_empty_database_has_none(self):
        self.assertEqual(set(), _tables(self.databases.empty_database()))

    def test_a_cell_is_mapped(self):
        cell = self.make_cell("nova", disabled=True)
        with facade.api_reader.using(self.context) as connection:
            row = connection.execute(sqlalchemy.select(api_models.CellMapping.__table__)).one()
        self.assertEqual((cell.uuid, "nova", True), (row.uuid, row.name, row.disabled))

    def test_cells_do_not_share_a_database(self):
        first, second = self.make_cell("cell1"), self.make_cell("cell2")
        self.assertNotEqual(first.database_connection, second.database_connection)

    def test_what_is_used_again_has_no_rows(self):
        for _ in range(2):
            databases = fixture.Databases(base.SERVERS[self.engine])
            with databases:
                with facade.api_reader.using(self.context) as connection:
                    count = sqlalchemy.select(sqlalchemy.func.count(api_models.CellMapping.id))
                    self.assertEqual(0, connection.execute(count).scalar())
                mapping = builders.make_cell_mapping(self.context)
                with facade.api_writer.using(self.context) as connection:
                    connection.execute(
                        sqlalchemy.insert(api_models.InstanceMapping).values(
                            instance_uuid=mapping["uuid"], cell_id=mapping["id"], project_id="p"
                        )
                    )

    def test_the_names_on_a_server_tell_the_process(self):
        if self.engine != "sqlite":
            self.assertIn(f"_{os.getpid()}_", self.api_url)


class TestCaseTest(base.TestCase):
    """The test case class, by test cases that are run here."""

    scenarios = base.ENGINES
    engine: str

    def run_one(self, *bases, uses_db, body):
        """Run a test of a class with these bases; return how it went."""
        case = type("Case", bases, {"USES_DB": uses_db, "test": body})("test")
        case.DB_SERVER = base.SERVERS[self.engine]
        result = unittest.TestResult()
        case.run(result)
        self.assertEqual(1, result.testsRun)
        return result

    def check(self, *bases, uses_db, body):
        result = self.run_one(*bases, uses_db=uses_db, body=body)
        self.assertEqual([], result.errors + result.failures)

    def test_a_class_that_uses_databases_has_them(self):
        def body(case):
            case.databases.add_cell("cell1")
            cells = objects.CellMappingList.get_all(case.context)
            case.assertEqual(["cell1"], [cell.name for cell in cells])
            with context.target_cell(case.context, cells[0]) as cell_context:
                case.assertEqual(0, len(objects.InstanceList.get_all(cell_context)))

        # Twice: what the first leaves is gone.
        self.check(fixture.TestCase, uses_db=True, body=body)
        self.check(fixture.TestCase, testtools.TestCase, uses_db=True, body=body)

    def test_a_class_that_uses_none_has_none(self):
        def body(case):
            case.assertTrue(case.context.is_admin)
            case.assertFalse(hasattr(case, "databases"))
            with case.assertRaises(exception.ConfigurationError):
                objects.CellMappingList.get_all(case.context)

        self.check(fixture.TestCase, uses_db=False, body=body)

    def test_none_are_used_unless_a_class_says_so(self):
        self.assertFalse(fixture.TestCase.USES_DB)

    def test_a_failure_is_one(self):
        def body(case):
            case.fail("as it should")

        result = self.run_one(fixture.TestCase, uses_db=True, body=body)
        self.assertEqual((1, 0), (len(result.failures), len(result.errors)))
        # The databases went all the same.
        self.assertRaises(
            exception.ConfigurationError,
            objects.CellMappingList.get_all,
            context.get_admin_context(),
        )
