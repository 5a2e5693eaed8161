# SPDX-License-Identifier: Apache-2.0
"""Sets of CPUs from text."""

from typing import Any, ClassVar

from nova_api_db import exception
from nova_api_db.objects import cpu_spec
from tests import base


class TestParse(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (repr(text), {"text": text, "cpus": cpus})
        for text, cpus in [
            ("", set()),
            ("3", {3}),
            ("0-3,^2,8", {0, 1, 3, 8}),
            (" 0 - 1 , 3", {0, 1, 3}),
            ("^1", set()),
            ("0,,2", {0, 2}),
        ]
    ]
    text: str
    cpus: set[int]

    def test_cpus_are_those_named(self) -> None:
        self.assertEqual(self.cpus, cpu_spec.parse(self.text))


class TestRefusal(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (text, {"text": text}) for text in ("3-1", "1-", "-1", "0-1-2", "x")
    ]
    text: str

    def test_what_names_no_cpus_is_invalid(self) -> None:
        self.assertRaises(exception.Invalid, cpu_spec.parse, self.text)
