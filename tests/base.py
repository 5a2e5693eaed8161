# SPDX-License-Identifier: Apache-2.0
"""Base classes of the tests. A class's `scenarios` run each of its tests once per scenario.

`TEST_ENGINES` names the engines that database tests run on (`sqlite mysql postgresql`, by default
`sqlite`), `TEST_MYSQL_URL` and `TEST_POSTGRESQL_URL` their servers. An engine that is not there
makes its tests fail, never skip.
"""

import logging
import os
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

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

F = TypeVar("F", bound=Callable[..., None])


def only_on(*engines: str) -> Callable[[F], F]:
    """Mark a test of what other engines do not have; it is not run on those, nor counted."""

    def mark(test: F) -> F:
        vars(test)["engines"] = engines
        return test

    return mark


class TestCase(testscenarios.WithScenarios, base.BaseTestCase):
    """A test without a database."""

    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    #: The engines that the tests of a class are for; `only_on` says it of one test.
    engines: ClassVar[tuple[str, ...]] = tuple(SERVERS)

    def run(self, result: Any = None) -> Any:
        """Run the test in each scenario whose engine it is for."""
        if self.scenarios:
            engines = getattr(getattr(self, self._testMethodName), "engines", self.engines)
            scenarios = [
                (name, values)
                for name, values in self.scenarios
                if values.get("engine", engines[0]) in engines
            ]
            if not scenarios:
                return result
            vars(self)["scenarios"] = scenarios
        return super().run(result)

    def setUp(self) -> None:
        super().setUp()
        # What is logged belongs to the test: to look at, and shown when it fails.
        self.logs = self.useFixture(fixtures.FakeLogger(level=logging.WARNING))
        logging.getLogger("nova_api_db").setLevel(logging.DEBUG)


class DatabaseTestCase(fixture.TestCase, TestCase):
    """A test on a real api database, and on real cells as it makes them, on every engine.

    A class with scenarios of its own multiplies them:
    `testscenarios.multiply_scenarios(base.ENGINES, [...])`.
    """

    USES_DB = True
    scenarios = ENGINES
    engine: str = "sqlite"

    def setUp(self) -> None:
        self.DB_SERVER = SERVERS[self.engine]
        super().setUp()
        self.api_url = self.databases.api_url

    def make_cell(self, name: str | None = "cell1", **changes: Any) -> context.CellTarget:
        """Map a cell with a database of its own; changes are arguments of add_cell."""
        return self.databases.add_cell(name, **changes)

    def aim(self, cell: context.Cell | None) -> context.RequestContext:
        """Return a copy of the test's context that is aimed at a cell."""
        return context.aimed(self.context, cell)
