# SPDX-License-Identifier: Apache-2.0
"""Base of the interop tests: two sides at work on the same databases."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol

import testscenarios
from oslo_utils import uuidutils

from nova_api_db import objects
from nova_api_db.db import facade
from tests import base
from tests.contract import data
from tests.interop import deployment

#: What a field is that one side has and the other has not.
UNSET = "<unset>"

#: Lists whose order nobody promises: as the database gave it.
UNORDERED = {"members", "projects"}

Primitive = dict[str, Any]
Step = list[Any]

MISSING = "TEST_NOVA_PYTHON has to name the Python that nova==34.0.0 is installed for."

TABLES: list[tuple[str, dict[str, Any]]] = [
    (f"tables of {made_by}", {"made_by": made_by}) for made_by in ("nova", "ours")
]
WRITERS: list[tuple[str, dict[str, Any]]] = [
    ("nova writes", {"nova_writes": True}),
    ("ours writes", {"nova_writes": False}),
]


class Asked(Protocol):
    """Who does steps."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request."""


def call(method: str, *arguments: Any) -> Step:
    """Return the step that calls a method."""
    return ["call", method, arguments]


def change(**values: Any) -> Step:
    """Return the step that sets fields."""
    return ["set", values]


def load(*names: str) -> Step:
    """Return the step that loads fields."""
    return ["load", names]


SAVE = call("save")


class Side:
    """Nova or ours, doing steps with its own objects."""

    def __init__(self, name: str, asked: Asked) -> None:
        self.name = name
        self._asked = asked
        self.context: dict[str, Any] = {"user_id": "user", "project_id": "project"}

    def __repr__(self) -> str:
        return self.name

    def ask(self, cls: str, steps: Sequence[Step], obj: Primitive | None = None) -> Any:
        """Return the whole answer."""
        request = {"class": cls, "object": obj, "steps": steps, "context": self.context}
        answer = self._asked.ask(request)
        if "error" in answer:
            return answer
        return {name: plain(value) for name, value in answer.items()}

    def do(self, cls: str, *steps: Step, obj: Primitive | None = None) -> Any:
        """Do steps; return the object, or what the last call returned where there is none."""
        answer = self.ask(cls, steps, obj)
        if "error" in answer:
            raise AssertionError(f"{self} failed: {answer['error']}: {answer['message']}")
        return answer["object"] if answer["object"] is not None else answer["value"]

    def fails(self, cls: str, *steps: Step, obj: Primitive | None = None) -> str:
        """Do steps that have to fail; return the name of the error."""
        answer = self.ask(cls, steps, obj)
        if "error" not in answer:
            raise AssertionError(f"{self} did not fail: {answer}")
        return str(answer["error"])

    def create(self, cls: str, values: dict[str, Any], *arguments: Any) -> Primitive:
        """Create an object with these values."""
        created: Primitive = self.do(cls, call("create", *arguments), obj=primitive(cls, **values))
        return created


def plain(value: Any) -> Any:
    """Return an answer as two can be compared.

    What has no order is sorted. Lists of changes are left out: Nova calls some children changed
    that it has just read.
    """
    return _sorted(data.sort_unordered(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(item) if name in UNORDERED and item else _sorted(item)
            for name, item in value.items()
            if name != "nova_object.changes"
        }
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def differences(theirs: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Yield a line for each value that differs."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in sorted({*theirs, *ours}):
            yield from differences(theirs.get(name, UNSET), ours.get(name, UNSET), f"{path}/{name}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, f"{path}/{number}")
    elif theirs != ours:
        yield f"{path.replace('nova_object.', '')}: Nova {theirs!r}, ours {ours!r}"


def example(cls: str, *left_out: str, **changes: Any) -> dict[str, Any]:
    """Return values for every field of a class, but for those left out, some changed."""
    recorded = data.read(f"backlevel/{cls}")
    full = recorded.get("current_all_dirty") or next(
        versions[recorded["current_version"]]
        for versions in recorded["vectors"].values()
        if recorded["current_version"] in versions
    )
    unset = {"id", "created_at", "updated_at", "deleted_at", "deleted", *left_out}
    values = full["nova_object.data"].items()
    return {name: value for name, value in values if name not in unset} | changes


def primitive(cls: str, **values: Any) -> Primitive:
    """Return a new object of a class with these values, all of them changed."""
    return {
        "nova_object.name": cls,
        "nova_object.namespace": "nova",
        "nova_object.version": CONTRACT[cls]["version"],
        "nova_object.data": values,
        "nova_object.changes": sorted(values),
    }


CONTRACT: dict[str, dict[str, Any]] = data.read("objects")


class InteropTestCase(base.TestCase):
    """A test in which one side writes and the other reads and changes, and the other way round."""

    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = testscenarios.multiply_scenarios(
        TABLES, WRITERS
    )
    made_by = "nova"
    nova_writes = True

    def setUp(self) -> None:
        super().setUp()
        if not deployment.NOVA_PYTHON:
            self.fail(MISSING)
        objects.register_all()
        self.deployment = deployment.get(self.made_by)
        self.deployment.configure()
        self.addCleanup(facade.configure_urls)
        self.addCleanup(self.deployment.empty)
        self.nova = Side("Nova", self.deployment.nova)
        self.ours = Side("ours", deployment.Ours())
        sides = (self.nova, self.ours)
        self.writer, self.other = sides if self.nova_writes else sides[::-1]
        self.uuid = uuidutils.generate_uuid()

    def assert_same(self, cls: str, *steps: Step) -> Any:
        """Check that both get the same by some steps, and return it."""
        theirs, ours = (side.do(cls, *steps) for side in (self.nova, self.ours))
        found = list(differences(theirs, ours))
        if found:
            self.fail("\n".join([f"Nova and ours differ after {steps}:", *found]))
        return ours

    def assert_both_fail(self, error: str, cls: str, *steps: Step) -> None:
        """Check that both end with the same error."""
        found = [side.fails(cls, *steps) for side in (self.nova, self.ours)]
        self.assertEqual([error, error], found)

    def assert_values(self, expected: dict[str, Any], found: Primitive) -> None:
        """Check that an object has these values."""
        values = found["nova_object.data"]
        for name, value in plain(expected).items():
            self.assertEqual(value, values.get(name), name)

    def change_both_ways(
        self, cls: str, find: Step, first: dict[str, Any], second: dict[str, Any], *loads: str
    ) -> None:
        """Check what both read at first, after the other side's changes and after the writer's."""
        self.assert_same(cls, find, load(*loads))
        for side, values in ((self.other, first), (self.writer, second)):
            loaded = load(*(name for name in loads if name in values))
            side.do(cls, find, loaded, change(**values), SAVE)
            self.assert_values(values, self.assert_same(cls, find, load(*loads)))

    def assert_listed(self, count: int, cls: str, *steps: Step) -> list[Primitive]:
        """Check that both list the same, in the same order, and how many they are."""
        found: list[Primitive] = self.assert_same(cls, *steps)["nova_object.data"]["objects"]
        self.assertEqual(count, len(found), str(steps))
        return found

    def id_of(self, found: Primitive) -> int:
        """Return the id of an object."""
        number: int = found["nova_object.data"]["id"]
        return number

    def create_cell(self, name: str = "cell1") -> Primitive:
        """Let the writer record the cell of this deployment."""
        return self.writer.create(
            "CellMapping",
            {
                "uuid": uuidutils.generate_uuid(),
                "name": name,
                "database_connection": self.deployment.cell_url,
                "transport_url": "fake:///",
            },
        )
