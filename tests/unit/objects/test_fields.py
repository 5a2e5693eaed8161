# SPDX-License-Identifier: Apache-2.0
"""What our own fields accept."""

import json
from typing import Any, ClassVar

from nova_api_db.objects import fields
from tests import base


class TestOlderSpellings(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (f"{field.__name__} {given}", {"field": field, "given": given, "expected": expected})
        for field, given, expected in [
            (fields.ArchitectureField, "AMD64", "x86_64"),
            (fields.ArchitectureField, "i386", "i686"),
            (fields.HVTypeField, "xapi", "xen"),
            (fields.HVTypeField, "QEMU", "qemu"),
            (fields.VMModeField, "pv", "xen"),
            (fields.VMModeField, "hv", "hvm"),
            (fields.VMModeField, "baremetal", "hvm"),
            (fields.OSTypeField, "Windows", "windows"),
            (fields.SCSIModelField, "lsiLogicsas", "lsisas1068"),
            (fields.SCSIModelField, "paraVirtual", "vmpvscsi"),
            (fields.VIFModelField, "VirtualE1000e", "e1000e"),
            (fields.VIFModelField, "VirtualSriovEthernetCard", "sriov"),
            (fields.ResourceClassField, "custom_pmem", "CUSTOM_PMEM"),
        ]
    ]
    field: Any
    given: str
    expected: str

    def test_becomes_the_value_of_the_contract(self) -> None:
        self.assertEqual(self.expected, self.field().coerce(None, "field", self.given))


class TestRefusal(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (f"{field.__name__} {given}", {"field": field, "given": given})
        for field, given in [
            (fields.ArchitectureField, "z80"),
            (fields.ArchitectureField, 64),
            (fields.DiskBusField, "IDE"),
            (fields.IDEAddressField, "2:0"),
            (fields.SCSIAddressField, "1:2"),
            (fields.USBAddressField, "1"),
            (fields.XenAddressField, "0"),
            (fields.ResourceClassField, "CUSTOM-PMEM"),
            (fields.ResourceClassField, 1),
            (fields.NetworkModelField, {}),
        ]
    ]
    field: Any
    given: Any

    def test_wrong_value_is_a_value_error(self) -> None:
        self.assertRaises(ValueError, self.field().coerce, None, "field", self.given)


class TestDeviceAddress(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (f"{field.__name__} {address}", {"field": field, "address": address})
        for field, address in [
            (fields.IDEAddressField, "0:1"),
            (fields.SCSIAddressField, "1:0:2:f"),
            (fields.USBAddressField, "a:2"),
            (fields.XenAddressField, "000100"),
            (fields.XenAddressField, "51712"),
        ]
    ]
    field: Any
    address: str

    def test_address_is_kept(self) -> None:
        self.assertEqual(self.address, self.field().coerce(None, "address", self.address))


class TestNetworkModel(base.TestCase):
    def test_text_and_list_are_the_same(self) -> None:
        interfaces = [{"id": "a", "address": "fa:16:3e:00:00:01"}]
        field = fields.NetworkModelField()
        self.assertEqual(interfaces, field.coerce(None, "network_info", json.dumps(interfaces)))
        self.assertEqual(interfaces, field.coerce(None, "network_info", interfaces))

    def test_text_survives_unchanged(self) -> None:
        text = '[{"id": "a", "network": {"subnets": [], "meta": {}}, "active": false}]'
        field = fields.NetworkModel()
        value = field.from_primitive(None, "network_info", text)
        self.assertEqual(text, field.to_primitive(None, "network_info", value))

    def test_only_ids_are_shown(self) -> None:
        shown = fields.NetworkModelField().stringify([{"id": "a", "address": "secret"}])
        self.assertEqual("NetworkModel(a)", shown)
