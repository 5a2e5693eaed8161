# SPDX-License-Identifier: Apache-2.0
"""See which statements are sent to databases."""

from typing import Any

import fixtures
from sqlalchemy import event
from sqlalchemy.engine import Engine


class Statements(fixtures.Fixture):
    """The texts of the statements that any engine sends from now on, oldest first."""

    sent: list[str]

    def _setUp(self) -> None:
        self.sent = []
        arguments = (Engine, "before_cursor_execute", self._note)
        event.listen(*arguments)
        self.addCleanup(event.remove, *arguments)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        self.sent.append(statement)
