# SPDX-License-Identifier: Apache-2.0
"""Base classes of the tests. A class's `scenarios` run each of its tests once per scenario.

`TEST_ENGINES` names the engines that database tests run on (`sqlite mysql postgresql`, by default
`sqlite`), `TEST_MYSQL_URL` and `TEST_POSTGRESQL_URL` their servers. An engine that is not there
makes its tests fail, never skip.
"""

import logging
import os
from typing import Any, ClassVar

import fixtures
import testscenarios
from oslotest import base

from nova_api_db import context, fixture

SERVERS = {
    "sqlite": None,
    "mysql": os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306"),
    "postgresql": os.environ.get(
        "TEST_POSTGRESQL_URL", "postgresql+psycopg2://postgres@127.0.0.1:5432"
    ),
}
ENGINES = [
    (engine, {"engine": engine}) for engine in os.environ.get("TEST_ENGINES", "sqlite").split()
]


class TestCase(testscenarios.WithScenarios, base.BaseTestCase):  # type: ignore[misc]
    """A test without a database."""

    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def setUp(self) -> None:
        super().setUp()
        # What is logged belongs to the test: to look at, and shown when it fails.
        self.logs = self.useFixture(fixtures.FakeLogger(level=logging.WARNING))
        logging.getLogger("nova_api_db").setLevel(logging.DEBUG)


class DatabaseTestCase(TestCase):
    """A test on a real api database, and on real cells as it makes them, on every engine.

    A class with scenarios of its own multiplies them:
    `testscenarios.multiply_scenarios(base.ENGINES, [...])`.
    """

    scenarios = ENGINES
    engine: str = "sqlite"

    def setUp(self) -> None:
        super().setUp()
        self.databases = self.useFixture(fixture.Databases(SERVERS[self.engine]))
        self.api_url = self.databases.api_url
        self.context = context.get_admin_context()

    def make_cell(self, name: str | None = "cell1", **changes: Any) -> context.CellTarget:
        """Map a cell with a database of its own; changes are arguments of add_cell."""
        return self.databases.add_cell(name, **changes)

    def aim(self, cell: context.Cell | None) -> context.RequestContext:
        """Return a copy of the test's context that is aimed at a cell."""
        return context.aimed(self.context, cell)
