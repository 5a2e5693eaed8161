# SPDX-License-Identifier: Apache-2.0
"""Lists of servers by where and when they ran, by their security groups, and their numbers."""

import datetime
from collections.abc import Iterable
from typing import Any

from oslo_utils import uuidutils

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2026, 1, number)


class UsageTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())

    def make(self, name: str, **changes: Any) -> objects.Instance:
        return builders.make_instance(self.cell, display_name=name, **changes)

    def names(self, servers: Iterable[objects.Instance]) -> list[str | None]:
        return [server.display_name for server in servers]


class TestByHost(UsageTestCase):
    def test_hidden_servers_are_on_their_host_too(self) -> None:
        self.make("a", host="h1", node="n1")
        self.make("b", host="h1", node="n2", hidden=True)
        self.make("c", host="h2", node="n1")
        self.make("gone", host="h1", node="n1").destroy()
        get = objects.InstanceList.get_by_host
        self.assertEqual(["a", "b"], self.names(get(self.cell, "h1")))
        get_on_node = objects.InstanceList.get_by_host_and_node
        self.assertEqual(["b"], self.names(get_on_node(self.cell, "h1", "n2")))

    def test_uuids(self) -> None:
        a = self.make("a", host="h1", node="n1")
        b = self.make("b", host="h1", node="n2")
        c = self.make("c", host="h2", node="n1")
        get = objects.InstanceList
        self.assertEqual([a.uuid, b.uuid], get.get_uuids_by_host(self.cell, "h1"))
        self.assertEqual([c.uuid], get.get_uuids_by_host_and_node(self.cell, "h2", "n1"))
        self.assertEqual(
            {"h1": [a.uuid, b.uuid], "h2": [c.uuid]},
            get.get_uuids_by_hosts(self.cell, ["h1", "h2", "h3"]),
        )

    def test_of_another_flavor(self) -> None:
        self.make("a", host="h", instance_type_id=1)
        self.make("b", host="h", instance_type_id=2)
        self.make("none", host="h", instance_type_id=None)
        get = objects.InstanceList.get_by_host_and_not_type
        self.assertEqual(["b"], self.names(get(self.cell, "h", 1)))
        self.assertEqual(["a", "b"], self.names(get(self.cell, "h")))

    def test_what_is_expected_is_loaded(self) -> None:
        self.make("a", host="h", metadata={"k": "v"})
        [server] = objects.InstanceList.get_by_host(self.cell, "h", ["metadata", "flavor"])
        self.assertTrue(server.obj_attr_is_set("metadata"))
        self.assertTrue(server.obj_attr_is_set("flavor"))
        self.assertFalse(server.obj_attr_is_set("tags"))


class TestActive(UsageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.make("ended", project_id="p1", launched_at=day(1), terminated_at=day(5)).destroy()
        self.make("runs", project_id="p2", launched_at=day(3), host="h")
        self.make("late", project_id="p3", launched_at=day(10))
        self.make("never", project_id="p4")

    def active(self, *arguments: Any, **keywords: Any) -> list[str | None]:
        return self.names(
            objects.InstanceList.get_active_by_window_joined(self.cell, *arguments, **keywords)
        )

    def test_those_that_ran_at_some_time_of_it(self) -> None:
        self.assertEqual(["ended", "runs"], self.active(day(4), day(6)))
        self.assertEqual(["runs"], self.active(day(5), day(6)))
        self.assertEqual(["runs"], self.active(day(5), day(10)))
        self.assertEqual(["runs", "late"], self.active(day(5), day(11)))
        self.assertEqual([], self.active(day(1), day(1)))

    def test_without_an_end_those_that_were_never_launched_too(self) -> None:
        self.assertEqual(["runs", "late", "never"], self.active(day(6)))

    def test_times_with_a_zone(self) -> None:
        east = datetime.timezone(datetime.timedelta(hours=5))
        begin = datetime.datetime(2026, 1, 5, 4, 59, 59, tzinfo=east)
        self.assertEqual(["ended", "runs"], self.active(begin, day(6)))

    def test_of_a_project_or_host(self) -> None:
        self.assertEqual(["late"], self.active(day(1), project_id="p3"))
        self.assertEqual(["runs"], self.active(day(1), host="h"))

    def test_pages(self) -> None:
        everything = objects.InstanceList.get_active_by_window_joined(self.cell, day(1))
        self.assertEqual(["ended", "runs", "late", "never"], self.names(everything))
        marker = everything[1].uuid
        self.assertEqual(["late"], self.active(day(1), marker=marker, limit=1))
        self.assertRaises(
            exception.MarkerNotFound, self.active, day(1), marker=uuidutils.generate_uuid()
        )


class TestRebooting(UsageTestCase):
    def test_those_that_hang(self) -> None:
        long_ago = datetime.datetime(2026, 1, 1)
        self.make("hangs", task_state="rebooting", updated_at=long_ago)
        self.make("new", task_state="rebooting", updated_at=datetime.datetime(2999, 1, 1))
        self.make("other", task_state="spawning", updated_at=long_ago)
        get = objects.InstanceList.get_hung_in_rebooting
        self.assertEqual(["hangs"], self.names(get(self.cell, 60)))


class TestSecurityGroups(UsageTestCase):
    def make_group(self, *members: objects.Instance) -> int:
        group = builders.make_row(self.cell, models.SecurityGroup, name=uuidutils.generate_uuid())
        for member in members:
            builders.make_row(
                self.cell,
                models.SecurityGroupInstanceAssociation,
                instance_uuid=member.uuid,
                security_group_id=group["id"],
            )
        return int(group["id"])

    def test_members(self) -> None:
        group = self.make_group(self.make("a"), self.make("b"))
        self.make("c")
        get = objects.InstanceList.get_by_security_group_id
        self.assertEqual(["a", "b"], self.names(get(self.cell, group)))

    def test_members_of_groups_that_let_in_others(self) -> None:
        web = self.make_group(self.make("web"))
        database = self.make_group(self.make("database"))
        builders.make_row(
            self.cell, models.SecurityGroupRule, parent_group_id=database, group_id=web
        )
        get = objects.InstanceList.get_by_grantee_security_group_ids
        self.assertEqual(["database"], self.names(get(self.cell, [web])))
        self.assertEqual([], self.names(get(self.cell, [database])))


class TestCounts(UsageTestCase):
    def test_hidden_soft_deleted_and_deleted_ones_do_not_count(self) -> None:
        self.make("a", vcpus=2, memory_mb=512)
        self.make("b", vcpus=1, memory_mb=256, user_id="other")
        self.make("soft", vcpus=8, memory_mb=256, vm_state="soft-delete")
        self.make("hidden", vcpus=8, memory_mb=256, hidden=True)
        self.make("gone", vcpus=8, memory_mb=256).destroy()
        counts = objects.InstanceList.get_counts(self.cell, "project", "other")
        self.assertEqual({"instances": 2, "cores": 3, "ram": 768}, counts["project"])
        self.assertEqual({"instances": 1, "cores": 1, "ram": 256}, counts["user"])

    def test_nothing_is_zero(self) -> None:
        counts = objects.InstanceList.get_counts(self.cell, "nobody")
        self.assertEqual({"project": {"instances": 0, "cores": 0, "ram": 0}}, counts)

    def test_by_vm_state(self) -> None:
        for state in ("active", "active", "error", None):
            self.make("a", vm_state=state)
        count = objects.InstanceList.get_count_by_vm_state
        self.assertEqual(2, count(self.cell, "project", "user", "active"))
        self.assertEqual(1, count(self.cell, "project", "user", None))
        self.assertEqual(0, count(self.cell, "project", "other", "active"))


class TestFaults(UsageTestCase):
    def test_are_filled_in(self) -> None:
        server = self.make("a")
        self.make("b")
        for message in ("old", "new"):
            objects.InstanceFault(
                self.cell, instance_uuid=server.uuid, code=500, message=message
            ).create()
        servers = objects.InstanceList.get_all(self.cell)
        self.assertEqual([server.uuid], servers.fill_faults())
        self.assertEqual(["new", None], [one.fault and one.fault.message for one in servers])


class TestReplica(base.DatabaseTestCase):
    """The local cell has a replica that is behind: it has none of the servers."""

    def setUp(self) -> None:
        super().setUp()
        url = self.databases.cell_database()
        self.databases.use_local_cell(url, cell_replica=self.databases.cell_database())
        self.server = builders.make_instance(self.context, host="h", launched_at=day(1))

    def test_is_read_where_asked_for(self) -> None:
        get = objects.Instance.get_by_uuid
        self.assertEqual(self.server.uuid, get(self.context, self.server.uuid).uuid)
        self.assertRaises(
            exception.InstanceNotFound, get, self.context, self.server.uuid, use_slave=True
        )
        lists: list[tuple[Any, tuple[Any, ...]]] = [
            (objects.InstanceList.get_by_filters, ({},)),
            (objects.InstanceList.get_by_host, ("h",)),
            (objects.InstanceList.get_active_by_window_joined, (day(1),)),
        ]
        for query, arguments in lists:
            self.assertEqual(1, len(query(self.context, *arguments)))
            self.assertEqual(0, len(query(self.context, *arguments, use_slave=True)))
