# SPDX-License-Identifier: Apache-2.0
"""How far a long command is."""

import io
import time

from nova_api_db.cmd.manage import progress, running
from tests import base


class Terminal(io.StringIO):
    def isatty(self):
        return True


class RunningTotalsTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.patch(time, "monotonic", lambda: self.now)

    def show(self, stream, *steps):
        """Show (seconds since the last one, done); there are ten to do."""
        with running.RunningTotals(stream, "instances") as show:
            for seconds, done in steps:
                self.now += seconds
                show(done, 10, f"{done} mapped")
        return stream.getvalue()

    def test_a_short_command_stays_silent(self):
        self.assertEqual("", self.show(io.StringIO(), (progress.SILENCE / 2, 10)))

    def test_a_long_command_says_a_line_now_and_then(self):
        seconds = running.INTERVAL
        shown = self.show(io.StringIO(), (4, 2), (1, 3), (seconds, 7), (0, 10))
        self.assertEqual(
            [
                "2 of 10 instances, 0 per second: 2 mapped",
                "7 of 10 instances, 0 per second: 7 mapped",
            ],
            shown.splitlines(),
        )

    def test_a_terminal_is_shown_a_bar(self):
        shown = self.show(Terminal(), (1, 5), (0.01, 6), (1, 10))
        first, second = shown.split("\r")[1:]
        self.assertIn("#.", first)
        self.assertIn("]  50% 5 of 10 instances, 5 per second", first)
        self.assertIn("#] 100% 10 of 10 instances", second)
        self.assertEqual("\n", shown[-1])

    def test_more_than_expected_is_no_more_than_all(self):
        self.assertIn("] 100% 12 of 12", self.show(Terminal(), (1, 12)))
