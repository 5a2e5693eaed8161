# SPDX-License-Identifier: Apache-2.0
"""Lists of servers: filters, order and pages."""

import datetime
from typing import Any

import hypothesis
from hypothesis import strategies
from oslo_utils import uuidutils

from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.cell import models
from nova_api_db.objects.instance_order import Order
from tests import base, builders

NAMES = strategies.sampled_from([None, "", "a", "A", "b", "web-1", "web-10", "web_2", "Zoe"])
TIMES = strategies.sampled_from(
    [None, *(datetime.datetime(2026, 1, 1, second=second) for second in range(3))]
)
SERVERS = strategies.lists(
    strategies.fixed_dictionaries(
        {
            "display_name": NAMES,
            "created_at": TIMES,
            "memory_mb": strategies.sampled_from([None, 1, 512, 2048]),
        }
    ),
    max_size=12,
)
KEYS = strategies.lists(
    strategies.sampled_from(["display_name", "created_at", "memory_mb", "uuid"]),
    min_size=1,
    max_size=3,
    unique=True,
)


class ListTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell_context = self.aim(self.make_cell())

    def make(self, name: str, **changes: Any) -> objects.Instance:
        return builders.make_instance(self.cell_context, display_name=name, **changes)

    def names(self, filters: dict[str, Any] | None = None, **arguments: Any) -> list[str | None]:
        arguments.setdefault("sort_keys", ["display_name"])
        arguments.setdefault("sort_dirs", ["asc"])
        found = objects.InstanceList.get_by_filters(self.cell_context, filters or {}, **arguments)
        return [server.display_name for server in found]


class TestPaging(ListTestCase):
    @hypothesis.settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        derandomize=True,
    )
    @hypothesis.given(
        SERVERS, KEYS, strategies.data(), strategies.integers(min_value=1, max_value=5)
    )
    def test_pages_are_the_sorted_list(
        self, servers: list[dict[str, Any]], keys: list[str], data: Any, limit: int
    ) -> None:
        directions = [data.draw(strategies.sampled_from(["asc", "desc"])) for _ in keys]
        with facade.cell_writer.using(self.cell_context) as connection:
            connection.execute(models.Instance.__table__.delete())
            rows = [{"uuid": uuidutils.generate_uuid(), **values} for values in servers]
            if rows:
                connection.execute(models.Instance.__table__.insert(), rows)
        order = Order.by(keys, directions)
        everything = objects.InstanceList.get_all(self.cell_context)
        expected = [server.uuid for server in sorted(everything, key=order.key)]
        paged: list[str] = []
        while True:
            page = objects.InstanceList.get_by_filters(
                self.cell_context,
                {},
                limit=limit,
                marker=paged[-1] if paged else None,
                sort_keys=keys,
                sort_dirs=directions,
            )
            self.assertLessEqual(len(page), limit)
            paged += [server.uuid for server in page]
            if len(page) < limit:
                break
        self.assertEqual(expected, paged)

    def test_unknown_marker_is_an_error(self) -> None:
        self.assertRaises(exception.MarkerNotFound, self.names, marker=uuidutils.generate_uuid())

    def test_bad_sort_keys_and_directions_are_errors(self) -> None:
        self.assertRaises(exception.InvalidSortKey, self.names, sort_keys=["password"])
        self.assertRaises(
            exception.InvalidSortDirection, self.names, sort_keys=["uuid"], sort_dirs=["up"]
        )

    def test_limit_zero_is_an_empty_page(self) -> None:
        self.make("a")
        self.assertEqual([], self.names(limit=0))


class TestFilters(ListTestCase):
    def test_names_are_patterns_whatever_the_case(self) -> None:
        for name in ("Web-1", "web-2", "db-1"):
            self.make(name)
        self.assertEqual(["Web-1", "web-2"], self.names({"display_name": "^web"}))
        self.assertEqual(["Web-1", "db-1"], self.names({"name": "-1$"}))

    def test_a_bad_pattern_is_one_line(self) -> None:
        error = self.assertRaises(exception.Invalid, self.names, {"display_name": "("})
        self.assertIn("display_name", str(error))

    def test_states_may_be_several_or_none(self) -> None:
        self.make("a", vm_state="active")
        self.make("b", vm_state="stopped", task_state="deleting")
        self.make("c", vm_state=None)
        self.assertEqual(["a", "b"], self.names({"vm_state": ["active", "stopped"]}))
        self.assertEqual(["b", "c"], self.names({"vm_state": [None, "stopped"]}))
        self.assertEqual(["a", "c"], self.names({"task_state": None}))

    def test_tags(self) -> None:
        for name, tags in (("a", ["x"]), ("b", ["x", "y"]), ("c", [])):
            server = self.make(name)
            for tag in tags:
                builders.make_row(self.cell_context, models.Tag, resource_id=server.uuid, tag=tag)
        self.assertEqual(["a", "b"], self.names({"tags": ["x"]}))
        self.assertEqual(["b"], self.names({"tags": ["x", "y"]}))
        self.assertEqual(["a", "b"], self.names({"tags-any": ["x", "y"]}))
        self.assertEqual(["a", "c"], self.names({"not-tags": ["x", "y"]}))
        self.assertEqual(["c"], self.names({"not-tags-any": ["x", "y"]}))

    def test_metadata(self) -> None:
        self.make("a", metadata={"k": "1", "l": "2"})
        self.make("b", metadata={"k": "1"}, system_metadata={"s": "1"})
        self.assertEqual(["a", "b"], self.names({"metadata": {"k": "1"}}))
        self.assertEqual(["a"], self.names({"metadata": [{"k": "1"}, {"l": "2"}]}))
        self.assertEqual(["b"], self.names({"system_metadata": {"s": "1"}}))

    def test_deleted_soft_deleted_and_hidden(self) -> None:
        self.make("alive")
        self.make("soft", vm_state="soft-delete")
        self.make("hidden", hidden=True)
        gone = self.make("gone")
        with facade.cell_writer.using(self.cell_context) as connection:
            connection.execute(
                models.Instance.__table__.update()
                .where(models.Instance.uuid == gone.uuid)
                .values(deleted=models.Instance.id)
            )
        self.assertEqual(["alive", "gone", "soft"], self.names())
        self.assertEqual(["alive"], self.names({"deleted": False}))
        self.assertEqual(["gone", "soft"], self.names({"deleted": True}))
        self.assertEqual(["gone"], self.names({"deleted": True, "soft_deleted": False}))
        self.assertEqual(["hidden"], self.names({"hidden": True}))

    def test_addresses_are_fixed_ones_of_their_version(self) -> None:
        for name, address, version in (
            ("a", "10.0.0.5", 4),
            ("b", "10.0.1.5", 4),
            ("c", "fd::5", 6),
        ):
            ips = [{"address": address, "version": version, "type": "fixed"}]
            gateway = {"address": "10.0.0.1", "version": 4}
            subnet = {"ips": ips, "gateway": gateway}
            info = [{"id": "p", "address": "fa:16:3e:10:00:00", "network": {"subnets": [subnet]}}]
            self.make(
                name,
                info_cache=objects.InstanceInfoCache(network_info=info),
            )
        self.assertEqual(["a", "b"], self.names({"ip": r"^10\.0"}))
        self.assertEqual(["b"], self.names({"ip": r"10\.0\.1"}, limit=1))
        self.assertEqual(["c"], self.names({"ip6": "fd"}))
        self.assertEqual([], self.names({"ip": "10.0.0.1$"}))

    def test_changes_since(self) -> None:
        self.make("old", created_at=datetime.datetime(2020, 1, 1))
        self.make("new")
        since = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
        self.assertEqual(["new"], self.names({"changes-since": since}))
        self.assertEqual(["old"], self.names({"changes-before": since}))
        self.assertRaises(exception.Invalid, self.names, {"changes-since": "yesterday"})

    def test_unknown_filters_are_ignored(self) -> None:
        self.make("a")
        self.assertEqual(["a"], self.names({"flavour": "x"}))


class TestByHost(ListTestCase):
    def test_servers_and_uuids_by_host(self) -> None:
        a = self.make("a", host="h1", node="n1")
        b = self.make("b", host="h1", node="n2", instance_type_id=8)
        c = self.make("c", host="h2", node="n1")
        get = objects.InstanceList
        context = self.cell_context
        self.assertEqual(["a", "b"], [one.display_name for one in get.get_by_host(context, "h1")])
        self.assertEqual(
            [b.uuid], [one.uuid for one in get.get_by_host_and_node(context, "h1", "n2")]
        )
        self.assertEqual(
            [a.uuid], [one.uuid for one in get.get_by_host_and_not_type(context, "h1", 8)]
        )
        self.assertCountEqual([a.uuid, b.uuid], get.get_uuids_by_host(context, "h1"))
        self.assertEqual([c.uuid], get.get_uuids_by_host_and_node(context, "h2", "n1"))
        by_host = get.get_uuids_by_hosts(context, ["h1", "h2", "h3"])
        self.assertEqual({"h1", "h2"}, by_host.keys())

    def test_counts(self) -> None:
        self.make("a", vcpus=2, memory_mb=512)
        self.make("b", vcpus=1, memory_mb=256, user_id="other")
        self.make("c", vcpus=8, memory_mb=256, vm_state="soft-delete")
        counts = objects.InstanceList.get_counts(self.cell_context, "project", "other")
        self.assertEqual({"instances": 2, "cores": 3, "ram": 768}, counts["project"])
        self.assertEqual({"instances": 1, "cores": 1, "ram": 256}, counts["user"])


class TestVisibility(ListTestCase):
    def test_users_see_their_project_and_without_one_their_own(self) -> None:
        self.make("mine")
        self.make("of my project", user_id="other")
        self.make("elsewhere", project_id="other")
        self.cell_context.is_admin = False
        self.cell_context.project_id, self.cell_context.user_id = "project", "user"
        self.assertEqual(["mine", "of my project"], self.names())
        self.assertEqual([], self.names({"project_id": "other"}))
        self.cell_context.project_id = None
        self.assertEqual(["elsewhere", "mine"], self.names())
