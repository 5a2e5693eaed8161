# SPDX-License-Identifier: Apache-2.0
"""The databases that tests get: with all tables, without rows, each its own."""

import os

import sqlalchemy

from nova_api_db import fixture
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
