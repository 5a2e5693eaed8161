# SPDX-License-Identifier: Apache-2.0
"""Services, compute nodes and moves, written by one side and used by the other."""

from oslo_utils import uuidutils

from tests.interop import base
from tests.interop.base import call, change


class ServiceTest(base.InteropTestCase):
    def test_service(self):
        values = base.example("Service", "compute_node", uuid=self.uuid)
        self.writer.create("Service", values)
        find = call("get_by_uuid", self.uuid)
        self.change_both_ways(
            "Service",
            find,
            {"disabled": True, "disabled_reason": "broken", "forced_down": True},
            {"forced_down": False, "last_seen_up": "2026-05-06T07:08:09Z", "disabled": False},
        )
        host = values["host"]
        self.assert_same("Service", call("get_by_host_and_binary", host, "nova-compute"))
        self.assert_same("Service", call("get_by_host_and_topic", host, "compute"))
        self.assert_same("Service", call("get_by_compute_host", host))
        lowest = self.assert_same("Service", call("get_minimum_version", "nova-compute"))
        self.assertEqual(74, lowest)
        self.assert_listed(1, "ServiceList", call("get_all"))
        self.assert_listed(1, "ServiceList", call("get_by_topic", "compute"))
        self.assert_listed(1, "ServiceList", call("get_by_host", host))
        self.assert_listed(1, "ServiceList", call("get_by_binary", "nova-compute"))
        self.other.do("Service", find, call("destroy"))
        self.assert_both_fail("ServiceNotFound", "Service", find)


class ComputeNodeTest(base.InteropTestCase):
    def test_compute_node(self):
        values = base.example("ComputeNode", uuid=self.uuid)
        created = self.writer.create("ComputeNode", values)
        find = call("get_by_uuid", self.uuid)
        self.change_both_ways(
            "ComputeNode",
            find,
            {
                "vcpus_used": 3,
                "stats": {"num_instances": "3"},
                "mapped": 0,
                "host_ip": "192.0.2.99",
            },
            {"pci_device_pools": None, "cpu_allocation_ratio": 8.0, "supported_hv_specs": []},
        )
        number, host, node = self.id_of(created), values["host"], values["hypervisor_hostname"]
        self.assert_same("ComputeNode", call("get_by_id", number))
        self.assert_same("ComputeNode", call("get_by_nodename", node))
        self.assert_same("ComputeNode", call("get_by_host_and_nodename", host, node))
        for listing in (
            call("get_all"),
            call("get_all_by_host", host),
            call("get_all_by_uuids", [self.uuid]),
            call("get_by_hypervisor", "node"),
            call("get_by_pagination", 1),
            call("get_all_by_not_mapped", 1),
        ):
            self.assert_listed(1, "ComputeNodeList", listing)
        self.other.do("ComputeNode", find, call("destroy"))
        self.assert_both_fail("ComputeHostNotFound", "ComputeNode", find)
        # One that was deleted is not in the way of its uuid.
        self.other.create("ComputeNode", values)
        self.assert_same("ComputeNode", find)


class MigrationTest(base.InteropTestCase):
    def test_migration(self):
        server = uuidutils.generate_uuid()
        self.writer.create("Instance", {"uuid": server})
        values = base.example("Migration", uuid=self.uuid, instance_uuid=server)
        created = self.writer.create("Migration", values)
        find = call("get_by_uuid", self.uuid)
        self.change_both_ways(
            "Migration",
            find,
            {"status": "running", "memory_total": 2**40},
            {"dest_compute": "dest", "dest_node": "node", "cross_cell_move": True},
        )
        self.assert_same("Migration", call("get_by_id", self.id_of(created)))
        self.assert_same("Migration", call("get_by_instance_and_status", server, "running"))
        self.assert_listed(1, "MigrationList", call("get_by_filters", {"status": "running"}))
        in_progress = call("get_in_progress_by_instance", server)
        self.assert_listed(1, "MigrationList", in_progress)
        of_node = call("get_in_progress_by_host_and_node", "dest", "node")
        self.assert_listed(1, "MigrationList", of_node)


class PciDeviceTest(base.InteropTestCase):
    def test_device(self):
        node = self.writer.create("ComputeNode", base.example("ComputeNode", uuid=self.uuid))
        number, server = self.id_of(node), uuidutils.generate_uuid()
        described = {
            "compute_node_id": number,
            "address": "0000:81:00.1",
            "vendor_id": "8086",
            "product_id": "1563",
            "dev_type": "type-VF",
            "dev_id": "pci_0000_81_00_1",
            "label": "label_8086_1563",
            "status": "available",
            "numa_node": 1,
            "parent_addr": "0000:81:00.0",
            "capabilities": {"network": ["rx", "tx"]},
        }
        find = call("get_by_dev_addr", number, "0000:81:00.1")
        self.writer.do("PciDevice", call("create", described), call("save"))
        self.change_both_ways(
            "PciDevice",
            find,
            {"status": "allocated", "instance_uuid": server, "request_id": self.uuid},
            {"extra_info": {"capabilities": "{}", "mac_address": "fa:16:3e:00:00:01"}},
        )
        device = self.assert_same("PciDevice", find)
        self.assert_same("PciDevice", call("get_by_dev_id", self.id_of(device)))
        for listing in (
            call("get_by_compute_node", number),
            call("get_by_instance_uuid", server),
            call("get_by_parent_address", number, "0000:81:00.0"),
        ):
            self.assert_listed(1, "PciDeviceList", listing)
        self.other.do("PciDevice", find, change(status="removed"), call("save"))
        self.assert_both_fail("PciDeviceNotFound", "PciDevice", find)
