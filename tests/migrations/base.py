# SPDX-License-Identifier: Apache-2.0
"""Base of the tests of migrations: both kinds of databases, on every engine, empty at first."""

import contextlib

import testscenarios

from nova_api_db.db import facade
from nova_api_db.migrations.database import Database
from tests import base

DATABASES = [(database.value, {"database": database}) for database in Database]


class MigrationTestCase(base.DatabaseTestCase):
    """A test on a database without tables, of either kind, on every engine."""

    scenarios = testscenarios.multiply_scenarios(base.ENGINES, DATABASES)
    database = Database.API

    def setUp(self):
        super().setUp()
        self.url = self.databases.empty_database()

    @contextlib.contextmanager
    def connect(self, url=None):
        """Yield a connection that commits in the end."""
        engine = facade.create_engine(url or self.url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()
