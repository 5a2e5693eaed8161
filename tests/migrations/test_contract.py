# SPDX-License-Identifier: Apache-2.0
"""Tables are those of nova 34.0.0, name by name."""

import sqlalchemy
from sqlalchemy.dialects import mysql

from nova_api_db.migrations import additions, comparison, runner
from nova_api_db.migrations.database import Database
from tests import base as tests_base
from tests.migrations import base, contract

# How the server describes what the dialect writes.
SERVER_TYPES = {"INTEGER": "int(11)", "BIGINT": "bigint(20)", "BOOL": "tinyint(1)"}


class ContractTest(base.MigrationTestCase):
    """What is on the server, and nothing that stands between it and the test."""

    engines = ("mysql",)

    def setUp(self):
        super().setUp()
        with self.connect() as connection:
            # Nothing may depend on the defaults of the server.
            connection.exec_driver_sql("ALTER DATABASE CHARACTER SET utf8mb4")
        runner.upgrade(self.database, self.url)
        with self.connect() as connection:
            self.found = contract.read(connection)
        self.expected = contract.tables(self.database)

    def test_every_table_is_that_of_the_contract(self):
        for name, table in self.expected.items():
            for part, expected in table.items():
                self.assertEqual(expected, self.found[name][part], f"{part} of {name}")

    def test_what_else_there_is_stands_in_the_list_of_additions(self):
        self.assertEqual(
            additions.TABLES[self.database].keys(), self.found.keys() - self.expected.keys()
        )

    def test_request_specs_of_a_cell_are_those_of_the_api_database(self):
        api = contract.tables(Database.API)["request_specs"]
        self.assertEqual(api, self.found["request_specs"])


class ModelsTest(tests_base.TestCase):
    """The same without a server: what the models say about MySQL."""

    scenarios = base.DATABASES
    database = Database.API

    def setUp(self):
        super().setUp()
        self.tables = comparison.METADATA[self.database].tables

    def test_columns_are_those_of_the_contract(self):
        dialect = mysql.dialect()
        for name, table in contract.tables(self.database).items():
            expected = {
                column: (facts["type"], facts["nullable"])
                for column, facts in table["columns"].items()
            }
            found = {
                column.name: (_server_type(column.type.compile(dialect)), column.nullable)
                for column in self.tables[name].columns
            }
            self.assertEqual(expected, found, name)

    def test_keys_are_those_of_the_contract(self):
        for name, table in contract.tables(self.database).items():
            model = self.tables[name]
            uniques = [
                constraint
                for constraint in model.constraints
                if isinstance(constraint, sqlalchemy.UniqueConstraint)
            ]
            names = {unique.name for unique in uniques} | {index.name for index in model.indexes}
            self.assertEqual(table["unique_keys"].keys() | table["indexes"].keys(), names, name)
            self.assertEqual(
                table["foreign_keys"].keys(),
                {constraint.name for constraint in model.foreign_key_constraints},
                name,
            )
            self.assertEqual(table["primary_key"], [column.name for column in model.primary_key])


def _server_type(text):
    if text.startswith("ENUM"):
        return text.replace("ENUM", "enum")
    return SERVER_TYPES.get(text) or text.lower()
