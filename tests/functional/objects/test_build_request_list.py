# SPDX-License-Identifier: Apache-2.0
"""Lists of build requests: filters, order and pages are those of lists of servers in cells."""

import datetime
import itertools
from typing import Any

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies
from oslo_utils import uuidutils

from nova_api_db import context as nova_context
from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.db.cell import models as cell_models
from tests import base, builders

JANUARY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

#: Servers that differ in what lists filter and sort by; the number is the minute of their birth.
SERVERS: list[dict[str, Any]] = [
    {
        "display_name": "web-1",
        "hostname": "web-1",
        "metadata": {"k": "v", "k2": "v2"},
        "system_metadata": {"image_os": "linux"},
        "key_name": "key",
        "availability_zone": "az1",
        "display_description": "the first",
        "config_drive": "True",
        "tags": ["a", "b"],
        "image_ref": "image-1",
        "memory_mb": 512,
    },
    {
        "display_name": "WEB-2",
        "metadata": {"k": "w"},
        "locked": True,
        "locked_by": "owner",
        "image_ref": "",
        "power_state": 1,
        "tags": ["b"],
        "config_drive": "",
        "memory_mb": 2048,
        "launch_index": 1,
    },
    {
        "display_name": "Alpha.Beta",
        "user_id": "user-2",
        "project_id": "project-2",
        "availability_zone": "az2",
        "reservation_id": "r-1",
        "instance_type_id": 9,
    },
    {
        "display_name": None,
        "task_state": None,
        "vm_state": "active",
        "key_name": "KEY2",
        "access_ip_v4": "192.0.2.1",
        "tags": ["a"],
    },
    {"display_name": "a%_b", "vm_state": "error", "hostname": "h", "metadata": {"k": "v"}},
]

#: What a list may be asked for. Both kinds of list have to give the same servers.
FILTERS: list[dict[str, Any]] = [
    {},
    {"uuid": "uuid-0"},
    {"uuid": ["uuid-0", "uuid-4", "uuid-9"]},
    {"uuid": []},
    {"uuid": [f"uuid-{number}" for number in range(2000)]},
    {"project_id": "project"},
    {"project_id": ["project", "project-2"]},
    {"project_id": "other"},
    {"user_id": "user-2"},
    {"name": "web"},
    {"display_name": "^WEB"},
    {"display_name": "web-[12]$"},
    {"display_name": "a.b"},
    {"display_name": r"\."},
    {"display_name": "%"},
    {"display_name": "_"},
    {"display_name": ""},
    {"display_name": None},
    {"display_name": ["web-1", "Alpha"]},
    {"hostname": "web"},
    {"description": "FIRST"},
    {"image": "image-1"},
    {"image_ref": ""},
    {"image_ref": "image"},
    {"vm_state": "building"},
    {"vm_state": ["building", "active"]},
    {"vm_state": "build"},
    {"task_state": None},
    {"task_state": ["scheduling", None]},
    {"task_state": [None]},
    {"instance_type_id": 9},
    {"instance_type_id": [7, 9]},
    {"power_state": 0},
    {"power_state": [0, 1]},
    {"locked": True},
    {"locked": False},
    {"locked_by": "owner"},
    {"hidden": False},
    {"hidden": True},
    {"deleted": False},
    {"deleted": True},
    {"deleted": False, "soft_deleted": True},
    {"cleaned": False},
    {"cleaned": True},
    {"key_name": "key"},
    {"key_name": "key.$"},
    {"key_name": None},
    {"availability_zone": "az1"},
    {"availability_zone": None},
    {"config_drive": "True"},
    {"reservation_id": "r-"},
    {"launch_index": 1},
    {"memory_mb": [512, 2048]},
    {"access_ip_v4": "^192"},
    {"host": "host"},
    {"host": None},
    {"node": "node"},
    {"launched_at": None},
    {"terminated_at": None},
    {"created_at": JANUARY.replace(minute=2)},
    {"metadata": {"k": "v"}},
    {"metadata": {"k": "v", "k2": "v2"}},
    {"metadata": [{"k": "v"}, {"k2": "v2"}]},
    {"metadata": {}},
    {"metadata": {"k": "other"}},
    {"system_metadata": {"image_os": "linux"}},
    {"tags": ["a"]},
    {"tags": ["a", "b"]},
    {"tags": "a"},
    {"tags-any": ["a", "b"]},
    {"tags-any": ["z"]},
    {"not-tags": ["a", "b"]},
    {"not-tags-any": ["a", "b"]},
    {"tags": ["b"], "not-tags": ["a"]},
    {"changes-since": JANUARY.replace(minute=3)},
    {"changes-before": JANUARY.replace(minute=3)},
    {"changes-since": "2026-01-01T00:01:00+00:00", "changes-before": "2026-01-01T00:03:00Z"},
    {"ip": "192"},
    {"ip6": "fe80"},
    {"all_tenants": True, "unknown": "x"},
]

SORT_KEYS = ["display_name", "created_at", "memory_mb", "key_name", "locked", "uuid", "host"]


class BuildRequestListTestCase(base.DatabaseTestCase):
    def make(self, minute: int = 0, **changes: Any) -> objects.BuildRequest:
        request = builders.make_build_request(self.context, **changes)
        self.set_birth(self.context, models.BuildRequest, "instance_uuid", request, minute)
        return request

    def set_birth(self, context: Any, model: Any, key: str, obj: Any, minute: int) -> None:
        table = model.__table__
        scope = facade.api_writer if context.cell_target is None else facade.cell_writer
        with scope.using(context) as connection:
            connection.execute(
                sa.update(table)
                .where(table.c[key] == getattr(obj, key))
                .values(created_at=JANUARY.replace(minute=minute, tzinfo=None), updated_at=None)
            )

    def uuids(self, filters: dict[str, Any] | None = None, **arguments: Any) -> list[str]:
        found = objects.BuildRequestList.get_by_filters(self.context, filters or {}, **arguments)
        self.assertIsInstance(found, objects.BuildRequestList)
        return [request.instance.uuid for request in found]


class TestLikeServersInACell(BuildRequestListTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell_context = self.aim(self.make_cell())
        self.names: dict[str, str] = {}
        for number, changes in enumerate(SERVERS):
            uuid = uuidutils.generate_uuid()
            self.names[f"uuid-{number}"] = uuid
            self.make(number, uuid=uuid, **changes)
            server = builders.server(uuid=uuid, **changes)
            server._context = self.cell_context
            server.create()
            self.set_birth(self.cell_context, cell_models.Instance, "uuid", server, number)

    def named(self, filters: dict[str, Any]) -> dict[str, Any]:
        """Return the filters with uuids for their names."""
        uuid = filters.get("uuid")
        if uuid is None:
            return filters
        known = self.names.get
        return {"uuid": known(uuid, uuid) if isinstance(uuid, str) else [known(i, i) for i in uuid]}

    def test_filters(self) -> None:
        answers = set()
        for wanted in FILTERS:
            filters = self.named(wanted)
            servers = objects.InstanceList.get_by_filters(self.cell_context, filters)
            expected = [server.uuid for server in servers]
            self.assertEqual(expected, self.uuids(filters), str(wanted))
            answers.add(len(expected))
        self.assertEqual({0, 1, 2, 3, 4, 5}, answers)

    def test_order_and_pages(self) -> None:
        pairs = itertools.product(SORT_KEYS, ("asc", "desc"))
        for (key, direction), marker in itertools.product(pairs, [None, *self.names.values()]):
            arguments: dict[str, Any] = {"sort_keys": [key], "sort_dirs": [direction], "limit": 3}
            arguments["marker"] = marker
            servers = objects.InstanceList.get_by_filters(self.cell_context, {}, **arguments)
            expected = [server.uuid for server in servers]
            self.assertEqual(expected, self.uuids(**arguments), str(arguments))

    def test_what_makes_no_sense(self) -> None:
        for filters in (
            {"display_name": "web["},
            {"key_name": "("},
            {"changes-since": "yesterday"},
            {"metadata": "k"},
        ):
            for kind in (objects.InstanceList, objects.BuildRequestList):
                self.assertRaises(
                    exception.Invalid, kind.get_by_filters, self.cell_context, filters
                )
        for error, arguments in (
            (exception.InvalidSortKey, {"sort_keys": ["metadata"]}),
            (exception.InvalidSortKey, {"sort_keys": ["nothing"]}),
            (exception.InvalidSortDirection, {"sort_keys": ["uuid"], "sort_dirs": ["up"]}),
            (exception.Invalid, {"sort_keys": ["uuid"], "sort_dirs": ["asc", "asc"]}),
            (exception.MarkerNotFound, {"marker": "absent"}),
        ):
            for kind in (objects.InstanceList, objects.BuildRequestList):
                self.assertRaises(error, kind.get_by_filters, self.cell_context, {}, **arguments)


class TestPages(BuildRequestListTestCase):
    @hypothesis.settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        derandomize=True,
    )
    @hypothesis.given(
        servers=strategies.lists(
            strategies.fixed_dictionaries(
                {
                    "display_name": strategies.sampled_from([None, "", "a", "A", "b", "\xe4"]),
                    "memory_mb": strategies.sampled_from([None, 1, 512]),
                    "vm_state": strategies.sampled_from(["building", "error"]),
                }
            ),
            max_size=8,
        ),
        keys=strategies.lists(
            strategies.sampled_from(["display_name", "memory_mb", "vm_state"]),
            min_size=1,
            unique=True,
        ),
        descending=strategies.booleans(),
        limit=strategies.integers(1, 4),
    )
    def test_pages_make_up_the_sorted_whole(
        self, servers: list[dict[str, Any]], keys: list[str], descending: bool, limit: int
    ) -> None:
        with facade.api_writer.using(self.context) as connection:
            connection.execute(sa.delete(models.BuildRequest))
        made = [builders.make_build_request(self.context, **server).instance for server in servers]
        wanted = [server for server in made if server.vm_state == "building"]
        arguments: dict[str, Any] = {
            "sort_keys": keys,
            "sort_dirs": ["desc" if descending else "asc"],
        }

        def place(server: objects.Instance) -> list[tuple[bool, Any]]:
            values = [getattr(server, key) for key in keys]
            return [(value is not None, value) for value in values]

        # Two stable sorts: by uuid, then by what was asked for.
        wanted.sort(key=lambda server: server.uuid)
        wanted.sort(key=place, reverse=descending)
        expected = [server.uuid for server in wanted]
        self.assertEqual(expected, self.uuids({"vm_state": "building"}, **arguments))
        paged: list[str] = []
        while page := self.uuids(
            {"vm_state": "building"},
            limit=limit,
            marker=paged[-1] if paged else None,
            **arguments,
        ):
            self.assertLessEqual(len(page), limit)
            paged += page
        self.assertEqual(expected, paged)


class TestList(BuildRequestListTestCase):
    def test_newest_first_unless_asked_otherwise(self) -> None:
        made = [self.make(minute).instance_uuid for minute in (1, 3, 2)]
        self.assertEqual([made[1], made[2], made[0]], self.uuids())

    def test_limit(self) -> None:
        self.make()
        self.assertEqual([], self.uuids(limit=0))
        self.assertEqual(1, len(self.uuids(limit=5)))
        self.assertRaises(exception.Invalid, self.uuids, limit=-1)

    def test_the_marker_need_not_match(self) -> None:
        marker = self.make(3, display_name="other").instance_uuid
        match = self.make(2, display_name="match").instance_uuid
        self.assertEqual([match], self.uuids({"display_name": "match"}, marker=marker))

    def test_one_that_cannot_be_read_does_not_hide_the_others(self) -> None:
        readable = self.make().instance_uuid
        unreadable = self.make().instance_uuid
        table = models.BuildRequest.__table__
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sa.update(table).where(table.c.instance_uuid == unreadable).values(instance="{")
            )
        self.assertEqual([readable], self.uuids())
        self.assertIn(unreadable, self.logs.output)
        [found] = objects.BuildRequestList.get_all(self.context)
        self.assertEqual(readable, found.instance_uuid)

    def test_get_all_in_the_order_they_were_made(self) -> None:
        made = [self.make(minute).instance_uuid for minute in (1, 3, 2)]
        found = objects.BuildRequestList.get_all(self.context)
        self.assertEqual(made, [request.instance_uuid for request in found])

    def test_who_is_no_administrator_sees_their_own(self) -> None:
        own = self.make(project_id="mine", user_id="me").instance_uuid
        other = self.make(project_id="theirs", user_id="they").instance_uuid
        for context in (
            nova_context.RequestContext("someone", "mine"),
            nova_context.RequestContext("me"),
        ):
            for found in (
                objects.BuildRequestList.get_all(context),
                objects.BuildRequestList.get_by_filters(context, {}),
                objects.BuildRequestList.get_by_filters(context, {"user_id": "me"}),
            ):
                self.assertEqual([own], [request.instance_uuid for request in found])
            theirs = objects.BuildRequestList.get_by_filters(context, {"project_id": "theirs"})
            self.assertEqual([], list(theirs))
            self.assertRaises(
                exception.MarkerNotFound,
                objects.BuildRequestList.get_by_filters,
                context,
                {},
                marker=other,
            )
