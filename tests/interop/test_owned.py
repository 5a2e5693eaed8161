# SPDX-License-Identifier: Apache-2.0
"""Flavors, keys, aggregates and groups, kept by one side and used by the other."""

from oslo_utils import uuidutils

from tests.interop import base
from tests.interop.base import call, change, load


class FlavorTest(base.InteropTestCase):
    def test_flavor(self):
        values = base.example("Flavor", is_public=False)
        created = self.writer.create("Flavor", values)
        number, find = self.id_of(created), call("get_by_flavor_id", values["flavorid"])
        self.change_both_ways(
            "Flavor",
            find,
            {"extra_specs": {"a": "b", "hw:numa_nodes": "3"}},
            {"extra_specs": {"c": "d"}, "projects": ["one", "two"]},
            "projects",
        )
        self.other.do("Flavor", find, call("add_access", "three"))
        self.writer.do("Flavor", find, call("remove_access", "one"))
        found = self.assert_same("Flavor", find, load("projects"))
        self.assert_values({"projects": ["three", "two"]}, found)
        self.assert_same("Flavor", call("get_by_id", number))
        self.assert_same("Flavor", call("get_by_name", values["name"]))
        self.assert_listed(1, "FlavorList", call("get_all"))
        self.change_both_ways("Flavor", find, {"description": "one"}, {"description": None})
        self.assert_listed(0, "FlavorList", call("get_all", False, {"min_memory_mb": 16385}))
        self.other.do("Flavor", find, call("destroy"))
        self.assert_both_fail("FlavorNotFound", "Flavor", find)


class KeyPairTest(base.InteropTestCase):
    def test_key_pair(self):
        values = base.example("KeyPair", user_id="user", name="key")
        self.writer.create("KeyPair", values)
        find = call("get_by_name", "user", "key")
        self.assert_same("KeyPair", find)
        self.other.create("KeyPair", {**values, "name": "another"})
        self.assert_listed(2, "KeyPairList", call("get_by_user", "user"))
        self.assert_listed(1, "KeyPairList", call("get_by_user", "user", 1, "another"))
        self.assertEqual(2, self.assert_same("KeyPairList", call("get_count_by_user", "user")))
        self.assertEqual(
            "KeyPairExists",
            self.other.fails("KeyPair", call("create"), obj=(base.primitive("KeyPair", **values))),
        )
        self.other.do("KeyPair", find, call("destroy"))
        self.assert_both_fail("KeypairNotFound", "KeyPair", find)


class AggregateTest(base.InteropTestCase):
    def test_aggregate(self):
        values = {"uuid": self.uuid, "name": "one", "metadata": {"availability_zone": "az"}}
        created = self.writer.create("Aggregate", values)
        find = call("get_by_uuid", self.uuid)
        self.assert_same("Aggregate", find)
        self.other.do("Aggregate", find, call("add_host", "host1"))
        self.writer.do("Aggregate", find, call("add_host", "host2"))
        self.other.do("Aggregate", find, change(name="two"), call("save"))
        metadata = {"availability_zone": "az2", "ssd": "true"}
        self.writer.do("Aggregate", find, call("update_metadata", metadata))
        self.assert_values(
            {"name": "two", "hosts": ["host1", "host2"], "metadata": metadata},
            self.assert_same("Aggregate", call("get_by_id", self.id_of(created))),
        )
        self.other.do("Aggregate", find, call("update_metadata", {"ssd": None}))
        self.other.do("Aggregate", find, call("delete_host", "host2"))
        for listing in (
            call("get_all"),
            call("get_by_host", "host1"),
            call("get_by_metadata", "availability_zone", "az2"),
            call("get_by_metadata_key", "availability_zone"),
        ):
            self.assert_listed(1, "AggregateList", listing)
        self.assert_listed(0, "AggregateList", call("get_by_host", "host2"))
        self.assert_listed(0, "AggregateList", call("get_by_metadata_key", "ssd"))
        self.other.do("Aggregate", find, call("delete_host", "host1"))
        self.writer.do("Aggregate", find, call("destroy"))
        self.assert_both_fail("AggregateNotFound", "Aggregate", find)


class InstanceGroupTest(base.InteropTestCase):
    def test_group(self):
        values = {
            "uuid": self.uuid,
            "name": "group",
            "user_id": "user",
            "project_id": "project",
            "policy": "anti-affinity",
            "rules": {"max_server_per_host": "3"},
        }
        # Rules are a property that stands for the field _rules.
        values["_rules"] = values.pop("rules")
        self.writer.create("InstanceGroup", values)
        find = call("get_by_uuid", self.uuid)
        self.assert_values(values, self.assert_same("InstanceGroup", find))
        members = [uuidutils.generate_uuid() for _ in range(3)]
        self.other.do("InstanceGroup", call("add_members", self.uuid, members[:2]))
        self.writer.do("InstanceGroup", call("add_members", self.uuid, members[2:]))
        found = self.assert_same("InstanceGroup", find)
        self.assertCountEqual(members, found["nova_object.data"]["members"])
        self.change_both_ways(
            "InstanceGroup", find, {"name": "renamed"}, {"members": [*members, self.uuid]}
        )
        self.assert_same("InstanceGroup", call("get_by_name", "renamed"))
        self.assert_same("InstanceGroup", call("get_by_instance_uuid", members[0]))
        self.assert_listed(1, "InstanceGroupList", call("get_all"))
        self.assert_listed(1, "InstanceGroupList", call("get_by_project_id", "project"))
        counts = self.assert_same("InstanceGroupList", call("get_counts", "project", "user"))
        self.assertEqual(1, counts["project"]["server_groups"])
        self.other.do("InstanceGroup", find, call("destroy"))
        self.assert_both_fail("InstanceGroupNotFound", "InstanceGroup", find)
