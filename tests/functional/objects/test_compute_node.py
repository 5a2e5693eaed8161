# SPDX-License-Identifier: Apache-2.0
"""Hypervisors, in the cell's database."""

import copy
import json
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"
ABSENT = "aaaaaaaa-0000-4000-8000-000000000099"

POOLS = {
    "nova_object.name": "PciDevicePoolList",
    "nova_object.namespace": "nova",
    "nova_object.version": "1.1",
    "nova_object.data": {
        "objects": [
            {
                "nova_object.name": "PciDevicePool",
                "nova_object.namespace": "nova",
                "nova_object.version": "1.1",
                "nova_object.data": {
                    "product_id": "1520",
                    "vendor_id": "8086",
                    "numa_node": 0,
                    "tags": {"physical_network": "one"},
                    "count": 3,
                },
                "nova_object.changes": ["count"],
            }
        ]
    },
    "nova_object.changes": ["objects"],
}


class NodeTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())

    def node(self, **changes: Any) -> objects.ComputeNode:
        values = builders.compute_node_values()
        return objects.ComputeNode(self.cell, **{**values, **changes})

    def create(self, **changes: Any) -> objects.ComputeNode:
        node = self.node(**changes)
        node.create()
        return node

    def get(self, id: int) -> objects.ComputeNode:
        return objects.ComputeNode.get_by_id(self.cell, id)

    def row(self, id: int) -> dict[str, Any]:
        return builders.list_rows(self.cell, models.ComputeNode, id=id)[0]


class TestCreate(NodeTestCase):
    def test_created_node_is_read_again(self) -> None:
        created = self.create(
            stats={"failed_builds": "0"},
            host_ip="10.0.0.1",
            supported_hv_specs=[objects.HVSpec(arch="x86_64", hv_type="kvm", vm_mode="hvm")],
            pci_device_pools=objects.PciDevicePoolList.obj_from_primitive(POOLS),
        )
        self.assertEqual(set(), created.obj_what_changed())
        read = self.get(created.id)
        self.assertEqual(created.uuid, read.uuid)
        self.assertEqual({"failed_builds": "0"}, read.stats)
        self.assertEqual("10.0.0.1", str(read.host_ip))
        self.assertEqual(["x86_64", "kvm", "hvm"], read.supported_hv_specs[0].to_list())
        assert read.pci_device_pools is not None
        self.assertEqual(3, read.pci_device_pools[0].count)
        self.assertEqual(0, read.mapped)

    def test_columns_are_what_peers_read(self) -> None:
        row = self.row(
            self.create(
                stats={"a": "1"},
                host_ip="::1",
                supported_hv_specs=[objects.HVSpec(arch="x86_64", hv_type="kvm", vm_mode="hvm")],
                pci_device_pools=objects.PciDevicePoolList(objects=[]),
            ).id
        )
        self.assertEqual('{"a": "1"}', row["stats"])
        self.assertEqual("::1", row["host_ip"])
        self.assertEqual('[["x86_64", "kvm", "hvm"]]', row["supported_instances"])
        self.assertEqual("PciDevicePoolList", json.loads(row["pci_stats"])["nova_object.name"])

    def test_node_cannot_be_created_twice(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create().create)

    def test_node_that_lacks_something_is_refused(self) -> None:
        node = objects.ComputeNode(self.cell, host="host", vcpus=1)
        error = self.assertRaises(exception.ObjectActionError, node.create)
        self.assertIn("hypervisor_type", str(error))

    def test_host_and_name_are_taken_once(self) -> None:
        self.create()
        self.assertRaises(exception.DuplicateRecord, self.create)

    def test_uuid_of_a_node_is_not_given_to_another(self) -> None:
        taken = self.create(uuid=UUID)
        other = self.node(uuid=UUID, hypervisor_hostname="other")
        self.assertRaises(exception.DuplicateRecord, other.create)
        self.assertEqual("node", self.get(taken.id).hypervisor_hostname)

    def test_deleted_node_of_the_uuid_comes_back_to_life(self) -> None:
        first = self.create(uuid=UUID, stats={"old": "1"}, mapped=1)
        first.destroy()
        second = self.create(uuid=UUID, hypervisor_hostname="renamed", memory_mb=9)
        self.assertEqual(first.id, second.id)
        self.assertEqual(
            ("renamed", 9, {}, 0),
            (second.hypervisor_hostname, second.memory_mb, second.stats, second.mapped),
        )
        self.assertEqual((0, None), (self.row(first.id)["deleted"], second.deleted_at))

    def test_back_to_life_is_refused_where_the_name_is_taken(self) -> None:
        self.create(uuid=UUID).destroy()
        self.create()
        self.assertRaises(exception.DuplicateRecord, self.node(uuid=UUID).create)


class TestLoad(NodeTestCase):
    def make(self, **changes: Any) -> int:
        id: int = builders.make_compute_node_row(self.cell, **changes)["id"]
        return id

    def test_reading_writes_nothing_and_changes_nothing(self) -> None:
        id = self.make(
            cpu_allocation_ratio=0.0,
            ram_allocation_ratio=None,
            mapped=None,
            stats=None,
            uuid=None,
            pci_stats=json.dumps(POOLS),
        )
        before = self.row(id)
        node = self.get(id)
        node.obj_to_primitive()
        self.assertEqual(set(), node.obj_what_changed())
        self.assertEqual(before, self.row(id))

    def test_absent_ratios_are_the_initial_ones(self) -> None:
        node = self.get(
            self.make(
                cpu_allocation_ratio=0.0, ram_allocation_ratio=None, disk_allocation_ratio=2.5
            )
        )
        self.assertEqual(
            (4.0, 1.0, 2.5),
            (node.cpu_allocation_ratio, node.ram_allocation_ratio, node.disk_allocation_ratio),
        )

    def test_absent_documents_are_unset_and_pools_null(self) -> None:
        node = self.get(self.make(stats=None))
        self.assertFalse(node.obj_attr_is_set("stats"))
        self.assertFalse(node.obj_attr_is_set("supported_hv_specs"))
        self.assertIsNone(node.pci_device_pools)
        self.assertIsNone(node.host_ip)
        self.assertRaises(exception.ObjectActionError, getattr, node, "stats")

    def test_document_that_cannot_be_read_fails_when_read(self) -> None:
        node = self.get(self.make(stats="{", pci_stats="[]", supported_instances='[["x"]]'))
        for name in ("stats", "pci_device_pools", "supported_hv_specs"):
            error = self.assertRaises(exception.UnreadableRecord, getattr, node, name)
            self.assertIn(f"compute node {node.id}", str(error))

    def test_documents_are_in_the_primitive(self) -> None:
        id = self.make(
            stats='{"a": 1}',
            supported_instances='[["x86_64", "kvm", "hvm"]]',
            pci_stats=json.dumps(POOLS),
            host_ip="10.0.0.1",
        )
        data = self.get(id).obj_to_primitive()["nova_object.data"]
        self.assertEqual({"a": "1"}, data["stats"])
        self.assertEqual("10.0.0.1", data["host_ip"])
        self.assertEqual("kvm", data["supported_hv_specs"][0]["nova_object.data"]["hv_type"])
        pool = data["pci_device_pools"]["nova_object.data"]["objects"][0]
        self.assertEqual({"physical_network": "one"}, pool["nova_object.data"]["tags"])

    def test_copy_has_what_was_not_read_yet(self) -> None:
        node = self.get(self.make(stats='{"a": "1"}'))
        duplicate = copy.deepcopy(node)
        assert duplicate.stats is not None
        duplicate.stats["a"] = "2"
        self.assertEqual({"a": "1"}, node.stats)

    def test_node_without_a_service_names_its_service_to_old_receivers(self) -> None:
        row = builders.make_row(
            self.cell, models.Service, host="host", binary="nova-compute", topic="compute"
        )
        manifest = {"ComputeNode": "1.12"}
        for host, expected in (("host", row["id"]), ("elsewhere", -1)):
            node = self.get(self.make(host=host))
            primitive = node.obj_to_primitive("1.12", manifest)
            self.assertEqual(expected, primitive["nova_object.data"]["service_id"])


class TestSave(NodeTestCase):
    def test_only_what_changed_is_written(self) -> None:
        ours = self.create(pci_device_pools=objects.PciDevicePoolList.obj_from_primitive(POOLS))
        theirs = self.get(ours.id)
        theirs.pci_device_pools = None
        theirs.stats = {"theirs": "1"}
        theirs.save()
        ours.vcpus = 8
        ours.save()
        self.assertEqual(
            (8, {"theirs": "1"}, None), (ours.vcpus, ours.stats, ours.pci_device_pools)
        )
        row = self.row(ours.id)
        self.assertEqual(
            (8, None, '{"theirs": "1"}'), (row["vcpus"], row["pci_stats"], row["stats"])
        )

    def test_nothing_changed_writes_nothing(self) -> None:
        node = self.create(pci_device_pools=objects.PciDevicePoolList.obj_from_primitive(POOLS))
        node = self.get(node.id)
        self.assertIsNotNone(node.pci_device_pools)
        node.save()
        self.assertIsNone(self.row(node.id)["updated_at"])

    def test_documents_can_be_emptied(self) -> None:
        node = self.create(stats={"a": "1"}, host_ip="10.0.0.1")
        node.stats, node.host_ip, node.supported_hv_specs = {}, None, []
        node.save()
        row = self.row(node.id)
        self.assertEqual(
            ("{}", None, "[]"), (row["stats"], row["host_ip"], row["supported_instances"])
        )

    def test_deleted_node_is_not_found(self) -> None:
        node = self.create()
        self.get(node.id).destroy()
        node.vcpus = 8
        self.assertRaises(exception.ComputeHostNotFound, node.save)
        self.assertNotEqual(8, self.row(node.id)["vcpus"])

    def test_uuid_cannot_be_changed(self) -> None:
        node = self.create()
        self.assertRaises(exception.ReadOnlyFieldError, setattr, node, "uuid", ABSENT)


class TestDestroy(NodeTestCase):
    def test_row_is_marked_with_its_id(self) -> None:
        node = self.create()
        node.destroy()
        row = self.row(node.id)
        self.assertEqual((node.id, None), (row["deleted"], row["updated_at"]))
        self.assertIsNotNone(row["deleted_at"])

    def test_destroying_twice_raises(self) -> None:
        node = self.create()
        node.destroy()
        self.assertRaises(exception.ComputeHostNotFound, node.destroy)


class TestDriverReport(NodeTestCase):
    REPORT = {
        "uuid": UUID,
        "vcpus": 2,
        "memory_mb": 3,
        "local_gb": 4,
        "vcpus_used": 1,
        "memory_mb_used": 2,
        "local_gb_used": 1,
        "hypervisor_type": "QEMU",
        "hypervisor_version": 3,
        "hypervisor_hostname": "reported",
        "cpu_info": "{}",
        "disk_available_least": 1,
        "host_ip": "10.0.0.1",
        "numa_topology": None,
        "supported_instances": [("x86_64", "kvm", "hvm")],
        # what is not the node's
        "stats": {"a": "1"},
        "host": "other",
        "mapped": 4,
        "pci_passthrough_devices": "[]",
    }

    def test_report_sets_what_is_the_nodes(self) -> None:
        node = objects.ComputeNode(self.cell)
        node.update_from_virt_driver(self.REPORT)
        others = {"stats", "host", "mapped", "pci_passthrough_devices", "supported_instances"}
        expected = set(self.REPORT) - others | {"supported_hv_specs"}
        self.assertEqual(expected, node.obj_what_changed())
        node.create()
        self.assertEqual("reported", self.get(node.id).hypervisor_hostname)

    def test_report_without_a_value_leaves_it(self) -> None:
        node = self.create(cpu_info="before")
        node.update_from_virt_driver({"vcpus": 7})
        self.assertEqual((7, "before"), (node.vcpus, node.cpu_info))
        self.assertEqual({"vcpus"}, node.obj_what_changed())

    def test_report_of_another_node_is_refused(self) -> None:
        node = self.create()
        self.assertRaises(
            exception.InvalidNodeConfiguration, node.update_from_virt_driver, self.REPORT
        )
        self.assertEqual(set(), node.obj_what_changed())


class TestGet(NodeTestCase):
    def test_node_is_found_by_what_it_is_known_by(self) -> None:
        created = self.create(uuid=UUID, service_id=5)
        for node in (
            objects.ComputeNode.get_by_id(self.cell, created.id),
            objects.ComputeNode.get_by_uuid(self.cell, UUID),
            objects.ComputeNode.get_by_service_id(self.cell, 5),
            objects.ComputeNode.get_by_nodename(self.cell, "node"),
            objects.ComputeNode.get_by_host_and_nodename(self.cell, "host", "node"),
            objects.ComputeNode.get_first_node_by_host_for_old_compat(self.cell, "host"),
            objects.ComputeNode.get_first_node_by_host_for_old_compat(
                self.cell, "host", use_slave=True
            ),
        ):
            self.assertEqual(created.id, node.id)

    def test_absent_or_deleted_node_raises(self) -> None:
        node = self.create(uuid=UUID, service_id=5)
        node.destroy()
        get = objects.ComputeNode
        for call, *arguments in (
            (get.get_by_id, node.id),
            (get.get_by_uuid, UUID),
            (get.get_by_nodename, "node"),
            (get.get_by_host_and_nodename, "host", "node"),
            (get.get_first_node_by_host_for_old_compat, "host"),
            (objects.ComputeNodeList.get_all_by_host, "host"),
        ):
            self.assertRaises(exception.ComputeHostNotFound, call, self.cell, *arguments)
        self.assertRaises(exception.ServiceNotFound, get.get_by_service_id, self.cell, 5)


class TestList(NodeTestCase):
    def setUp(self) -> None:
        super().setUp()
        for number, host in enumerate(("a", "a", "b"), start=1):
            self.create(
                host=host,
                hypervisor_hostname=f"Node{number}",
                service_id=number,
                uuid=f"aaaaaaaa-0000-4000-8000-00000000000{number}",
                mapped=number - 1,
                hypervisor_type="ironic" if number == 3 else "QEMU",
            )
        self.create(host="a", hypervisor_hostname="deleted").destroy()

    def names(self, nodes: objects.ComputeNodeList) -> list[str | None]:
        return [node.hypervisor_hostname for node in nodes]

    def test_lists_are_what_they_are_named_for(self) -> None:
        lists = objects.ComputeNodeList
        cell = self.cell
        uuid = "aaaaaaaa-0000-4000-8000-000000000003"
        for expected, nodes in (
            (["Node1", "Node2", "Node3"], lists.get_all(cell)),
            (["Node1"], lists.get_all_by_not_mapped(cell, 1)),
            (["Node1", "Node2"], lists.get_all_by_host(cell, "a")),
            (["Node3"], lists.get_all_by_uuids(cell, [ABSENT, uuid])),
            ([], lists.get_all_by_uuids(cell, [])),
            (["Node2"], lists.get_by_hypervisor(cell, "ode2")),
            (["Node2"], lists.get_by_hypervisor(cell, "NODE2")),
            ([], lists.get_by_hypervisor(cell, "absent")),
            (["Node3"], lists.get_by_hypervisor_type(cell, "ironic")),
            (["Node2"], lists._get_by_service(cell, 2)),
        ):
            self.assertEqual(expected, self.names(nodes))

    def test_pages_follow_each_other(self) -> None:
        first = objects.ComputeNodeList.get_by_pagination(self.cell, limit=2)
        self.assertEqual(["Node1", "Node2"], self.names(first))
        rest = objects.ComputeNodeList.get_by_pagination(self.cell, marker=first[-1].id)
        self.assertEqual(["Node3"], self.names(rest))
        self.assertEqual([], self.names(objects.ComputeNodeList.get_by_pagination(self.cell, 0)))

    def test_absent_marker_raises(self) -> None:
        self.assertRaises(
            exception.MarkerNotFound,
            objects.ComputeNodeList.get_by_pagination,
            self.cell,
            marker=999,
        )

    def test_stats_of_one_node_are_not_those_of_another(self) -> None:
        first, second, _ = objects.ComputeNodeList.get_all(self.cell)
        assert first.stats is not None
        first.stats["a"] = "1"
        self.assertEqual({}, second.stats)
