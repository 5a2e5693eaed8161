# SPDX-License-Identifier: Apache-2.0
"""What a server holds as documents of its own, read one at a time."""

import json
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from nova_api_db.objects import base as objects_base
from tests import base, builders

ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"
REQUESTS = ["aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"]


class DocumentTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.server = builders.make_instance_row(self.cell)["uuid"]

    def store(self, **columns: Any) -> None:
        builders.make_row(self.cell, models.InstanceExtra, instance_uuid=self.server, **columns)


class TestDocument(DocumentTestCase):
    DOCUMENTS = (
        ("trusted_certs", objects.TrustedCerts(ids=["one"])),
        ("resources", objects.ResourceList(objects=[])),
        ("device_metadata", objects.InstanceDeviceMetadata(devices=[])),
        ("vcpu_model", objects.VirtCPUModel(model="Westmere", features=[])),
        ("migration_context", objects.MigrationContext(migration_id=1)),
        ("numa_topology", objects.InstanceNUMATopology(cells=[])),
    )

    def test_document_is_read(self) -> None:
        self.store(**{name: objects_base.to_json(obj) for name, obj in self.DOCUMENTS})
        for _, obj in self.DOCUMENTS:
            read = type(obj).get_by_instance_uuid(self.cell, self.server)
            assert read is not None
            self.assertEqual(
                obj.obj_to_primitive()["nova_object.data"],
                read.obj_to_primitive()["nova_object.data"],
            )

    def test_server_without_a_document_has_none(self) -> None:
        self.store()
        for _, obj in self.DOCUMENTS:
            self.assertIsNone(type(obj).get_by_instance_uuid(self.cell, self.server))

    def test_absent_server_has_none_either(self) -> None:
        for cls in (
            objects.TrustedCerts,
            objects.ResourceList,
            objects.InstanceDeviceMetadata,
            objects.VirtCPUModel,
        ):
            self.assertIsNone(cls.get_by_instance_uuid(self.cell, ABSENT))

    def test_what_cannot_be_read_says_whose_it_is(self) -> None:
        self.store(**{name: "[]" for name, _ in self.DOCUMENTS})
        for _, obj in self.DOCUMENTS:
            error = self.assertRaises(
                exception.UnreadableRecord,
                type(obj).get_by_instance_uuid,
                self.cell,
                self.server,
            )
            self.assertIn(self.server, str(error))


class TestNUMATopology(DocumentTestCase):
    def test_stored_topology_is_read_again(self) -> None:
        self.store()
        cell = objects.InstanceNUMACell(id=0, cpuset={1}, pcpuset=set(), memory=512)
        topology = objects.InstanceNUMATopology(self.cell, instance_uuid=self.server, cells=[cell])
        topology.create()
        self.assertEqual(set(), topology.obj_what_changed())
        read = objects.InstanceNUMATopology.get_by_instance_uuid(self.cell, self.server)
        assert read is not None
        self.assertEqual({1}, read.cells[0].cpuset)

    def test_topology_of_an_absent_server_raises(self) -> None:
        topology = objects.InstanceNUMATopology(self.cell, instance_uuid=ABSENT, cells=[])
        self.assertRaises(exception.InstanceNotFound, topology.create)
        self.assertRaises(
            exception.NumaTopologyNotFound,
            objects.InstanceNUMATopology.get_by_instance_uuid,
            self.cell,
            ABSENT,
        )


class TestPCIRequests(DocumentTestCase):
    def test_stored_requests_are_read(self) -> None:
        stored = {"count": 2, "spec": [{"vendor_id": "8086"}], "alias_name": "fast"}
        self.store(pci_requests=json.dumps([stored]))
        for requests in (
            objects.InstancePCIRequests.get_by_instance_uuid(self.cell, self.server),
            objects.InstancePCIRequests.get_by_instance(
                self.cell, objects.Instance(self.cell, uuid=self.server)
            ),
        ):
            self.assertEqual(
                (2, "fast"), (requests.requests[0].count, requests.requests[0].alias_name)
            )

    def test_server_that_asked_for_nothing_has_no_requests(self) -> None:
        requests = objects.InstancePCIRequests.get_by_instance_uuid(self.cell, ABSENT)
        self.assertEqual((ABSENT, []), (requests.instance_uuid, requests.requests))


class TestMigrationContext(DocumentTestCase):
    def devices(self, *devices: tuple[str, str | None]) -> objects.PciDeviceList:
        return objects.PciDeviceList(
            objects=[
                objects.PciDevice(address=address, request_id=request)
                for address, request in devices
            ]
        )

    def test_context_of_an_absent_server_raises(self) -> None:
        self.assertRaises(
            exception.MigrationContextNotFound,
            objects.MigrationContext.get_by_instance_uuid,
            self.cell,
            ABSENT,
        )

    def test_devices_are_paired_by_what_asked_for_them(self) -> None:
        first, second = REQUESTS
        moving = objects.MigrationContext(
            old_pci_devices=self.devices(("a", first), ("b", second), ("c", None)),
            new_pci_devices=self.devices(("y", second), ("x", first), ("z", ABSENT)),
        )
        for revert, expected in ((False, {"a": "x", "b": "y"}), (True, {"x": "a", "y": "b"})):
            pairs = moving.get_pci_mapping_for_migration(revert)
            self.assertEqual(expected, {old: new.address for old, new in pairs.items()})

    def test_server_without_devices_has_no_pairs(self) -> None:
        moving = objects.MigrationContext(
            old_pci_devices=None, new_pci_devices=self.devices(("a", REQUESTS[0]))
        )
        self.assertEqual({}, moving.get_pci_mapping_for_migration(revert=False))

    def test_move_says_whether_it_crosses_cells(self) -> None:
        for crosses in (False, True):
            row = builders.make_row(
                self.cell,
                models.Migration,
                migration_type="resize",
                cross_cell_move=crosses,
                instance_uuid=self.server,
            )
            moving = objects.MigrationContext(self.cell, migration_id=row["id"])
            self.assertIs(crosses, moving.is_cross_cell_move())
