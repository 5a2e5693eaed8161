# SPDX-License-Identifier: Apache-2.0
"""PCI devices of hypervisors, in the cell's database."""

import json
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"

REPORT = {
    "address": "0000:00:01.1",
    "vendor_id": "8086",
    "product_id": "1520",
    "dev_type": "type-VF",
    "dev_id": "pci_0000_00_01_1",
    "label": "label_8086_1520",
    "numa_node": 1,
    "parent_addr": "0000:00:01.0",
}


class PciDeviceTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.node = builders.make_compute_node_row(self.cell)["id"]
        self.other = builders.make_compute_node_row(self.cell, host="other")["id"]

    def device(self, **changes: Any) -> objects.PciDevice:
        report = {"compute_node_id": self.node, **REPORT, **changes}
        return objects.PciDevice.create(self.cell, report)

    def save(self, **changes: Any) -> objects.PciDevice:
        device = self.device(**changes)
        device.save()
        return device

    def get(self, id: int) -> objects.PciDevice:
        return objects.PciDevice.get_by_dev_id(self.cell, id)

    def rows(self, **values: Any) -> list[dict[str, Any]]:
        return builders.list_rows(self.cell, models.PciDevice, **values)


class TestReport(PciDeviceTestCase):
    def test_reported_device_is_available(self) -> None:
        device = self.device(status="claimed", instance_uuid=UUID, id=77, uuid=UUID)
        self.assertTrue(device.is_available())
        self.assertFalse(device.obj_attr_is_set("instance_uuid"))
        self.assertFalse(device.obj_attr_is_set("id"))
        self.assertNotEqual(UUID, device.uuid)

    def test_what_is_no_field_is_extra_text(self) -> None:
        device = self.device(capabilities={"network": ["rx"]}, phys="eth0", count=4)
        self.assertEqual(
            {"capabilities": '{"network": ["rx"]}', "phys": "eth0", "count": "4"},
            device.extra_info,
        )

    def test_report_adds_to_what_is_known(self) -> None:
        device = self.save(phys="eth0")
        device.update_device({**REPORT, "label": "new", "more": "text", "status": "claimed"})
        self.assertEqual({"phys": "eth0", "more": "text"}, device.extra_info)
        self.assertEqual(("new", "available"), (device.label, device.status))

    def test_device_that_is_not_reported_to_have_a_parent_has_none(self) -> None:
        device = self.save()
        device.update_device({"label": "new"})
        self.assertIsNone(device.parent_addr)

    def test_capabilities_are_read_from_the_extra_text(self) -> None:
        device = self.device(
            capabilities={
                "network": ["rx"],
                "sriov": {"pf_mac_address": "aa"},
                "vpd": {"card_serial_number": "77"},
            },
            mac_address="bb",
        )
        self.assertEqual(
            (["rx"], {"pf_mac_address": "aa"}, "77", "bb"),
            (
                device.network_caps,
                device.sriov_cap,
                device.card_serial_number,
                device.mac_address,
            ),
        )
        bare = self.device()
        self.assertEqual(
            ([], {}, None, None),
            (bare.network_caps, bare.sriov_cap, bare.card_serial_number, bare.mac_address),
        )


class TestSave(PciDeviceTestCase):
    def test_saved_device_is_read_again(self) -> None:
        device = self.save(phys="eth0")
        self.assertEqual(set(), device.obj_what_changed())
        read = self.get(device.id)
        self.assertEqual(
            (device.uuid, REPORT["address"], {"phys": "eth0"}, 1, None),
            (read.uuid, read.address, read.extra_info, read.numa_node, read.instance_uuid),
        )
        self.assertEqual('{"phys": "eth0"}', self.rows()[0]["extra_info"])

    def test_device_without_extra_text_has_an_empty_one(self) -> None:
        device = objects.PciDevice(
            self.cell,
            compute_node_id=self.node,
            address="0000:00:02.0",
            vendor_id="8086",
            product_id="1520",
            dev_type="type-PCI",
            label="label",
            status="available",
        )
        device.save()
        self.assertEqual({}, self.get(device.id).extra_info)
        self.assertEqual("{}", self.rows()[0]["extra_info"])

    def test_device_that_lacks_something_is_refused(self) -> None:
        device = objects.PciDevice(self.cell, address="0000:00:02.0", status="available")
        self.assertRaises(exception.ObjectActionError, device.save)

    def test_only_what_changed_is_written(self) -> None:
        ours = self.save()
        theirs = self.get(ours.id)
        theirs.label = "theirs"
        theirs.save()
        ours.extra_info = {"phys": "eth1"}
        ours.save()
        self.assertEqual("theirs", ours.label)
        (row,) = self.rows()
        self.assertEqual(("theirs", '{"phys": "eth1"}'), (row["label"], row["extra_info"]))

    def test_nothing_changed_writes_nothing(self) -> None:
        device = self.get(self.save().id)
        self.assertEqual({}, device.extra_info)
        device.save()
        self.assertIsNone(self.rows()[0]["updated_at"])

    def test_new_device_takes_the_place_of_the_one_at_its_address(self) -> None:
        first = self.save()
        second = self.save(label="second")
        self.assertEqual(first.id, second.id)
        third = self.save(compute_node_id=self.other)
        self.assertNotEqual(first.id, third.id)
        self.assertEqual(["second", REPORT["label"]], [row["label"] for row in self.rows()])

    def test_device_can_move_to_another_address(self) -> None:
        device = self.save()
        device.address = "0000:00:01.2"
        device.save()
        self.assertEqual(["0000:00:01.2"], [row["address"] for row in self.rows()])

    def test_absent_device_is_not_found(self) -> None:
        device, same = self.save(), self.save()
        same.status = "removed"
        same.save()
        device.label = "new"
        self.assertRaises(exception.PciDeviceNotFoundById, device.save)


class TestRemove(PciDeviceTestCase):
    def test_removed_device_is_deleted(self) -> None:
        device = self.save()
        device.status = "removed"
        device.save()
        self.assertEqual("deleted", device.status)
        (row,) = self.rows()
        self.assertEqual(row["id"], row["deleted"])
        self.assertRaises(exception.PciDeviceNotFoundById, self.get, device.id)

    def test_deleted_device_is_left(self) -> None:
        device = self.save()
        device.status = "removed"
        device.save()
        device.label = "new"
        device.save()
        self.assertEqual(REPORT["label"], self.rows()[0]["label"])

    def test_deleted_device_makes_room_at_its_address(self) -> None:
        device = self.save()
        device.status = "removed"
        device.save()
        self.assertNotEqual(device.id, self.save().id)

    def test_removed_device_that_is_gone_raises(self) -> None:
        device = self.device()
        device.status = "removed"
        self.assertRaises(exception.PciDeviceNotFound, device.save)


class TestGet(PciDeviceTestCase):
    def test_device_is_found_by_its_address(self) -> None:
        device = self.save()
        get = objects.PciDevice.get_by_dev_addr
        self.assertEqual(device.id, get(self.cell, self.node, device.address).id)
        self.assertRaises(exception.PciDeviceNotFound, get, self.cell, self.other, device.address)
        self.assertRaises(exception.PciDeviceNotFoundById, self.get, device.id + 1)

    def test_null_extra_text_is_empty(self) -> None:
        row = builders.make_row(
            self.cell,
            models.PciDevice,
            compute_node_id=self.node,
            status="available",
            **{name: value for name, value in REPORT.items() if name != "parent_addr"},
        )
        device = self.get(row["id"])
        self.assertEqual({}, device.extra_info)
        self.assertEqual({}, device.obj_to_primitive()["nova_object.data"]["extra_info"])
        self.assertEqual(set(), device.obj_what_changed())

    def test_extra_text_that_cannot_be_read_says_whose_it_is(self) -> None:
        row = builders.make_row(
            self.cell,
            models.PciDevice,
            compute_node_id=self.node,
            status="available",
            extra_info="{",
            **REPORT,
        )
        error = self.assertRaises(exception.UnreadableRecord, self.get, row["id"])
        self.assertIn(f"PCI device {row['id']}", str(error))


class TestList(PciDeviceTestCase):
    def test_lists_are_what_they_are_named_for(self) -> None:
        first = self.save(extra=json.dumps({"a": 1}))
        second = self.save(address="0000:00:01.0", dev_type="type-PF", parent_addr=None)
        self.save(compute_node_id=self.other)
        for device, status in ((first, "allocated"), (second, "claimed")):
            device.status, device.instance_uuid = status, UUID
            device.save()
        lists = objects.PciDeviceList
        for expected, devices in (
            ([first.id, second.id], lists.get_by_compute_node(self.cell, self.node)),
            ([first.id], lists.get_by_instance_uuid(self.cell, UUID)),
            (
                [first.id],
                lists.get_by_parent_address(self.cell, self.node, "0000:00:01.0"),
            ),
            ([], lists.get_by_compute_node(self.cell, 999)),
        ):
            self.assertEqual(expected, [device.id for device in devices])
