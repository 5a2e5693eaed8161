# SPDX-License-Identifier: Apache-2.0
"""Models and migrations agree, as oslo.db compares them."""

import sqlalchemy
from oslo_db.sqlalchemy import test_migrations

from nova_api_db.migrations import comparison, runner, state
from tests.migrations import base


class ModelsMigrationsTest(
    test_migrations.ModelsMigrationsSync,  # type: ignore[misc]
    base.MigrationTestCase,
):
    def get_engine(self):
        # The helper opens several connections at once to clean up.
        engine = sqlalchemy.create_engine(self.url)
        self.addCleanup(engine.dispose)
        return engine

    def db_sync(self, engine):
        runner.upgrade(self.database, self.url)

    def get_metadata(self):
        return comparison.METADATA[self.database]

    def include_object(self, object_, name, type_, reflected, compare_to):
        dialects = object_.info.get("dialects", (self.engine,))
        return name != state.VERSION_TABLE and self.engine in dialects

    def test_every_constraint_has_a_name(self):
        runner.upgrade(self.database, self.url)
        for name, table in self.get_metadata().tables.items():
            for constraint in table.constraints:
                self.assertIsNotNone(constraint.name, f"{constraint} of {name}")
