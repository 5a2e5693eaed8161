# SPDX-License-Identifier: Apache-2.0
"""What was asked for, stored as text by one side and read by the other."""

from tests.interop import base
from tests.interop.base import call, change, load

#: Read of the database, or made when first read.
LATER = (
    "requested_destination",
    "requested_resources",
    "network_metadata",
    "requested_networks",
    "request_level_params",
)


class RequestSpecTest(base.InteropTestCase):
    def setUp(self):
        super().setUp()
        self.find = call("get_by_instance_uuid", self.uuid)

    def create(self, *left_out, **changes):
        values = base.example("RequestSpec", *left_out, instance_uuid=self.uuid, **changes)
        self.writer.create("RequestSpec", values)

    def test_request_spec(self):
        self.create("instance_group", scheduler_hints={})
        self.change_both_ways(
            "RequestSpec",
            self.find,
            {"availability_zone": "az2", "force_hosts": None, "num_instances": 3},
            {"image": base.primitive("ImageMeta", name="another"), "is_bfv": False},
            *LATER,
        )
        found = self.assert_same("RequestSpec", call("get_by_instance_uuids", [self.uuid]))
        self.assertEqual(1, len(found))
        self.other.do("RequestSpec", self.find, call("destroy"))
        self.assert_both_fail("RequestSpecNotFound", "RequestSpec", self.find)

    def test_what_is_not_stored_is_kept_by_who_saves(self):
        self.create("instance_group", scheduler_hints={})
        kept = base.example("RequestSpec")
        values = {name: kept[name] for name in ("requested_destination", "retry")}
        for side in (self.other, self.writer):
            saved = side.do("RequestSpec", self.find, change(**values), call("save"))
            self.assert_values(values, saved)
            self.assert_same("RequestSpec", self.find, load(*LATER))

    def test_a_group_is_that_of_its_own_tables(self):
        group = base.example("RequestSpec")["instance_group"]["nova_object.data"]["uuid"]
        values = {"uuid": group, "name": "group", "project_id": "project", "user_id": "user"}
        created = self.other.create("InstanceGroup", {**values, "policy": "affinity"})
        self.other.do("InstanceGroup", call("add_members", group, [self.uuid]))
        self.create(instance_group=created)
        found = self.assert_same("RequestSpec", self.find, load(*LATER))
        members = found["nova_object.data"]["instance_group"]["nova_object.data"]["members"]
        self.assertEqual([self.uuid], members)
        self.other.do("InstanceGroup", call("get_by_uuid", group), call("destroy"))
        found = self.assert_same("RequestSpec", self.find, load(*LATER))
        self.assertIsNone(found["nova_object.data"]["instance_group"])


class BuildRequestTest(base.InteropTestCase):
    def test_build_request(self):
        values = base.example("BuildRequest", instance_uuid=self.uuid)
        values["instance"]["nova_object.data"].update(uuid=self.uuid, deleted=False)
        self.writer.create("BuildRequest", values)
        find = call("get_by_instance_uuid", self.uuid)
        found = self.assert_same("BuildRequest", find)
        instance = found["nova_object.data"]["instance"]
        instance["nova_object.data"]["display_name"] = "renamed"
        for side in (self.other, self.writer):
            side.do("BuildRequest", find, change(instance=instance), call("save"))
            found = self.assert_same("BuildRequest", find)
            self.assertEqual(
                "renamed", found["nova_object.data"]["instance"]["nova_object.data"]["display_name"]
            )
        self.assert_listed(1, "BuildRequestList", call("get_all"))
        self.assert_listed(1, "BuildRequestList", call("get_by_filters", {"display_name": "named"}))
        self.other.do("BuildRequest", find, call("destroy"))
        self.assert_both_fail("BuildRequestNotFound", "BuildRequest", find)
