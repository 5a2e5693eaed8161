# SPDX-License-Identifier: Apache-2.0
"""Servers and what belongs to them, written by one side, used and changed by the other."""

from oslo_utils import uuidutils

from tests.interop import base
from tests.interop.base import call, change, load

#: Fields that have tables or columns of their own, read when they are asked for.
LOADED = (
    "device_metadata",
    "ec2_ids",
    "fault",
    "flavor",
    "info_cache",
    "keypairs",
    "metadata",
    "migration_context",
    "new_flavor",
    "numa_topology",
    "old_flavor",
    "pci_devices",
    "pci_requests",
    "resources",
    "security_groups",
    "services",
    "system_metadata",
    "tags",
    "trusted_certs",
    "vcpu_model",
)

#: Fields that name an image.
IMAGES = ("image_ref", "kernel_id", "ramdisk_id")

#: Fields that no create takes: they have to be written by something else.
ELSEWHERE = ("ec2_ids", "fault", "pci_devices", "security_groups", "services", "tags")


class ServerTestCase(base.InteropTestCase):
    def setUp(self):
        super().setUp()
        self.find = call("get_by_uuid", self.uuid)

    def create_server(self, *left_out, **changes):
        values = base.example("Instance", *ELSEWHERE, *left_out, uuid=self.uuid, **changes)
        # Nova remembers the numbers of images for as long as it runs.
        values |= {name: uuidutils.generate_uuid() for name in IMAGES if name not in changes}
        values["info_cache"]["nova_object.data"]["instance_uuid"] = self.uuid
        for request in values["pci_requests"]["nova_object.data"]["requests"]:
            # Nova reads it as false, whatever is stored.
            request["nova_object.data"]["is_new"] = False
        return self.writer.create("Instance", values)


class InstanceTest(ServerTestCase):
    def test_every_field(self):
        created = self.create_server()
        self.change_both_ways(
            "Instance",
            self.find,
            {
                "display_name": "renamed",
                "metadata": {"key-b": "b"},
                "system_metadata": {"image_min_disk": "2", "added": "x"},
                "task_state": None,
            },
            {
                "vm_state": "stopped",
                "metadata": {},
                "old_flavor": None,
                "migration_context": base.example("Instance")["migration_context"],
                "numa_topology": None,
                "access_ip_v4": None,
            },
            *LOADED,
        )
        self.assert_same("Instance", call("get_by_id", self.id_of(created)), load(*LOADED))

    def test_lists(self):
        self.create_server()
        values = base.example("Instance")
        host, node = values["host"], values["node"]
        for listing in (
            call("get_all", ["metadata"]),
            call("get_by_host", host),
            call("get_by_host_and_node", host, node),
            call("get_by_filters", {"display_name": "vm", "deleted": False}, "uuid", "asc", 5),
            call("get_by_filters", {"metadata": {"key-a": "value-a"}}),
        ):
            self.assert_listed(1, "InstanceList", listing)
        for counting in (
            call("get_uuids_by_host", host),
            call("get_counts", values["project_id"], values["user_id"]),
        ):
            self.assertTrue(self.assert_same("InstanceList", counting))

    def test_expected_states(self):
        self.create_server(task_state="spawning")
        for side in (self.other, self.writer):
            save = call("save", ["no"], ["spawning"])
            failed = side.fails("Instance", self.find, change(vm_state="error"), save)
            self.assertEqual("InstanceUpdateConflict", failed)
            save = call("save", None, ["no"])
            failed = side.fails("Instance", self.find, change(vm_state="error"), save)
            self.assertEqual("UnexpectedTaskStateError", failed)
        self.assert_values({"vm_state": "active"}, self.assert_same("Instance", self.find))

    def test_deleted(self):
        self.create_server()
        # Nova deletes rows of tables that ours are without: only where it made the tables.
        destroyers = (self.other, self.writer) if self.made_by == "nova" else (self.ours, self.ours)
        destroyers[0].do("Instance", self.find, call("destroy"))
        self.assert_both_fail("InstanceNotFound", "Instance", self.find)
        for side in (self.nova, self.ours):
            side.context["read_deleted"] = "yes"
        self.assert_same("Instance", self.find, load(*set(LOADED) - {"ec2_ids", "keypairs"}))
        destroyers[1].do("Instance", self.find, call("destroy", True))
        self.assert_both_fail("InstanceNotFound", "Instance", self.find)


class DocumentsTest(ServerTestCase):
    """What stands in columns of its own, read by itself."""

    def test_each(self):
        self.create_server()
        documents = {
            "InstanceDeviceMetadata": "device_metadata",
            "InstanceNUMATopology": "numa_topology",
            "InstancePCIRequests": "pci_requests",
            "ResourceList": "resources",
            "TrustedCerts": "trusted_certs",
            "VirtCPUModel": "vcpu_model",
        }
        server = self.ours.do("Instance", self.find, load(*documents.values()))
        for cls, name in documents.items():
            found = self.assert_same(cls, call("get_by_instance_uuid", self.uuid))
            self.assertEqual(server["nova_object.data"][name], found)
        # Who creates a server writes no context of a move.
        self.assert_same("Instance", self.find, load("migration_context"))
        moving = base.example("Instance")["migration_context"]
        self.other.do("Instance", self.find, change(migration_context=moving), call("save"))
        self.assert_same("MigrationContext", call("get_by_instance_uuid", self.uuid))
        self.writer.do("Instance", self.find, call("drop_migration_context"))
        self.assert_same("Instance", self.find, load("migration_context"))

    def test_ids_by_number(self):
        self.create_server()
        server = self.ours.do("Instance", self.find)
        # Reading the ids gives a number to each image that has none.
        first = self.writer.do("EC2Ids", call("get_by_instance", server))
        self.assertIsNotNone(first["nova_object.data"]["ami_id"])
        self.assertEqual(first, self.assert_same("EC2Ids", call("get_by_instance", server)))

    def test_security_groups(self):
        self.create_server()
        find = call("get_by_name", "project", "default")
        found = self.assert_same("SecurityGroup", find)
        self.assert_same("SecurityGroup", call("get", self.id_of(found)))
        self.change_both_ways(
            "SecurityGroup", find, {"description": "one"}, {"description": "another"}
        )
        self.assert_listed(1, "SecurityGroupList", call("get_all"))
        self.assert_listed(1, "SecurityGroupList", call("get_by_project", "project"))
        self.assert_same("SecurityGroupList", call("get_counts", "project", "user"))


class BelongingsTest(ServerTestCase):
    """What belongs to a server."""

    def setUp(self):
        super().setUp()
        self.create_server()

    def test_network_cache(self):
        find = call("get_by_instance_uuid", self.uuid)
        self.assert_same("InstanceInfoCache", find)
        network = base.example("InstanceInfoCache")["network_info"]
        self.change_both_ways(
            "InstanceInfoCache", find, {"network_info": "[]"}, {"network_info": network}
        )
        saved = change(**{"info_cache.network_info": "[]"})
        self.other.do("Instance", self.find, saved, call("save"))
        self.assert_values({"network_info": "[]"}, self.assert_same("InstanceInfoCache", find))

    def test_tags(self):
        of_server = call("get_by_resource_id", self.uuid)
        self.other.create("Tag", {"resource_id": self.uuid, "tag": "a"})
        self.writer.create("Tag", {"resource_id": self.uuid, "tag": "b"})
        self.assert_listed(2, "TagList", of_server)
        self.assertIs(True, self.assert_same("Tag", call("exists", self.uuid, "a")))
        self.assert_same("Instance", self.find, load("tags"))
        self.other.do("TagList", call("create", self.uuid, ["c", "d"]))
        self.assert_listed(2, "TagList", of_server)
        self.writer.do("Tag", call("destroy", self.uuid, "c"))
        self.assert_listed(1, "TagList", of_server)
        filters = {"tags": ["d"]}
        self.assert_listed(1, "InstanceList", call("get_by_filters", filters))
        self.other.do("TagList", call("destroy", self.uuid))
        self.assert_listed(0, "TagList", of_server)

    def test_faults(self):
        for side, code in ((self.writer, 500), (self.other, 404)):
            values = base.example("InstanceFault", instance_uuid=self.uuid, code=code)
            side.create("InstanceFault", values)
        latest = self.assert_same("InstanceFault", call("get_latest_for_instance", self.uuid))
        self.assert_values({"code": 404}, latest)
        for listing, count in (("get_by_instance_uuids", 2), ("get_latest_by_instance_uuids", 1)):
            self.assert_listed(count, "InstanceFaultList", call(listing, [self.uuid]))
        self.assert_same("Instance", self.find, load("fault"))

    def test_block_devices(self):
        device = uuidutils.generate_uuid()
        values = base.example(
            "BlockDeviceMapping", "instance", instance_uuid=self.uuid, uuid=device
        )
        self.writer.create("BlockDeviceMapping", values)
        find = call("get_by_volume", "volume_id")
        self.change_both_ways(
            "BlockDeviceMapping",
            find,
            {"connection_info": "{}", "volume_size": 5, "tag": None},
            {"attachment_id": None, "delete_on_termination": False},
        )
        of_volume = call("get_by_volume_and_instance", "volume_id", self.uuid)
        self.assert_same("BlockDeviceMapping", of_volume, load("instance"))
        of_server = call("get_by_instance_uuid", self.uuid)
        self.assert_listed(1, "BlockDeviceMappingList", of_server)
        of_servers = call("get_by_instance_uuids", [self.uuid])
        self.assert_listed(1, "BlockDeviceMappingList", of_servers)
        self.other.do("BlockDeviceMapping", find, call("destroy"))
        self.assert_listed(0, "BlockDeviceMappingList", of_server)
        self.assert_both_fail("VolumeBDMNotFound", "BlockDeviceMapping", find)
