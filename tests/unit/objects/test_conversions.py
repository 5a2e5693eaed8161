# SPDX-License-Identifier: Apache-2.0
"""Objects from and to the plain forms that drivers, filters and older code use."""

import json
from typing import Any, ClassVar

from nova_api_db import exception, objects
from tests import base

UUID = "a01a8822-a03c-5fa5-ab57-11ed47245910"


class TestPciDevicePool(base.TestCase):
    def test_what_is_no_field_is_a_tag(self) -> None:
        pool = objects.PciDevicePool.from_dict(
            {"product_id": "1563", "vendor_id": "8086", "count": 3, "physical_network": "net"}
        )
        self.assertEqual(
            ("1563", "8086", 3, None), (pool.product_id, pool.vendor_id, pool.count, pool.numa_node)
        )
        self.assertEqual({"physical_network": "net"}, pool.tags)

    def test_to_dict_and_from_dict_are_inverse(self) -> None:
        for tags in ({}, {"a": "b"}, {"count": "9", "a": "b"}, {"tags": "x", "numa_node": "y"}):
            pool = objects.PciDevicePool(
                product_id="1", vendor_id="2", numa_node=0, count=3, tags=tags
            )
            again = objects.PciDevicePool.from_dict(pool.to_dict())
            self.assertEqual(
                pool.obj_to_primitive()["nova_object.data"],
                again.obj_to_primitive()["nova_object.data"],
            )

    def test_tag_named_like_a_field_does_not_pass_for_it(self) -> None:
        pool = objects.PciDevicePool(
            product_id="1", vendor_id="2", numa_node=0, count=3, tags={"count": "9"}
        )
        self.assertEqual(3, pool.to_dict()["count"])


class TestInstancePCIRequests(base.TestCase):
    stored = json.dumps(
        [
            {
                "count": 2,
                "spec": [{"vendor_id": "8086", "live_migratable": "true"}],
                "alias_name": "nic",
                "is_new": True,
                "numa_policy": None,
                "request_id": UUID,
                "requester_id": None,
            }
        ]
    )

    def load(self, text: str | None) -> objects.InstancePCIRequests:
        return objects.InstancePCIRequests.obj_from_db(None, UUID, text)

    def test_stored_text_survives(self) -> None:
        self.assertEqual(self.stored, self.load(self.stored).to_json())

    def test_loaded_is_not_changed(self) -> None:
        self.assertEqual(set(), self.load(self.stored).obj_what_changed())

    def test_no_text_is_no_requests(self) -> None:
        self.assertEqual([], self.load(None).requests)

    def test_what_older_rows_lack_has_its_default(self) -> None:
        request = self.load('[{"count": 1, "spec": [{}], "alias_name": null}]').requests[0]
        self.assertEqual(
            ("legacy", False, None), (request.numa_policy, request.is_new, request.requester_id)
        )

    def test_unreadable_text_is_a_named_error(self) -> None:
        for text in ("x", '{"a": 1}', '[{"count": 1}]'):
            self.assertRaises(exception.UnreadableRecord, self.load, text)

    def test_request_without_alias_is_of_a_port(self) -> None:
        requests = self.load(self.stored)
        self.assertFalse(requests.neutron_requests())
        requests.requests[0].alias_name = None
        self.assertTrue(requests.neutron_requests())

    def test_all_devices_have_to_be_live_migratable(self) -> None:
        request = self.load(self.stored).requests[0]
        self.assertTrue(request.is_live_migratable())
        request.spec.append({"vendor_id": "8086"})
        self.assertFalse(request.is_live_migratable())


class TestNetworkRequest(base.TestCase):
    def requests(self, *networks: dict[str, Any]) -> objects.NetworkRequestList:
        return objects.NetworkRequestList(
            objects=[objects.NetworkRequest(**network) for network in networks]
        )

    def test_tuples_survive(self) -> None:
        tuples = [("net", "192.0.2.1", UUID, None, UUID, "profile"), (None,) * 6]
        self.assertEqual(tuples, objects.NetworkRequestList.from_tuples(tuples).as_tuples())

    def test_single_unspecified_says_nothing_about_its_network(self) -> None:
        self.assertTrue(self.requests({}).is_single_unspecified)
        networks: list[Any]
        for networks in ([], [{}, {}], [{"port_id": UUID}], [{"address": "192.0.2.1"}]):
            self.assertFalse(self.requests(*networks).is_single_unspecified)

    def test_auto_and_none_stand_alone(self) -> None:
        self.assertTrue(self.requests({"network_id": "auto"}).auto_allocate)
        self.assertTrue(self.requests({"network_id": "none"}).no_allocate)
        self.assertFalse(self.requests({"network_id": "none"}).auto_allocate)
        self.assertFalse(self.requests({"network_id": "auto"}, {}).auto_allocate)


class TestHVSpec(base.TestCase):
    def test_list_survives_in_the_names_of_the_contract(self) -> None:
        spec = objects.HVSpec.from_list(["amd64", "xapi", "pv"])
        self.assertEqual(["x86_64", "xen", "xen"], spec.to_list())


class TestScheduling(base.TestCase):
    def test_limits_that_are_null_are_left_out(self) -> None:
        limits = objects.SchedulerLimits.from_dict({"vcpu": 4, "bandwidth": 3})
        self.assertIsNone(limits.disk_gb)
        self.assertEqual({"vcpu": 4}, limits.to_dict())

    def test_retries_survive(self) -> None:
        retries = {"num_attempts": 2, "hosts": [["host1", "node1"], ["host2", "node2"]]}
        self.assertEqual(retries, objects.SchedulerRetries.from_dict(None, retries).to_dict())
        self.assertEqual({}, objects.SchedulerRetries.from_dict(None, {}).to_dict())

    def test_aggregates_add_up(self) -> None:
        destination = objects.Destination()
        destination.require_aggregates(["a", "b"])
        destination.require_aggregates(["c"])
        destination.append_forbidden_aggregates({"x"})
        destination.append_forbidden_aggregates(["y"])
        self.assertEqual(["a,b", "c"], destination.aggregates)
        self.assertEqual({"x", "y"}, destination.forbidden_aggregates)

    def test_request_group_of_a_port(self) -> None:
        group = objects.RequestGroup.from_port_request(
            None, UUID, {"resources": {"NET_BW": 1}, "required": ["CUSTOM_NET"]}
        )
        self.assertEqual((UUID, {"NET_BW": 1}), (group.requester_id, group.resources))
        self.assertEqual({"CUSTOM_NET"}, group.required_traits)

    def test_request_group_is_empty_until_it_asks(self) -> None:
        group = objects.RequestGroup()
        self.assertTrue(group.is_empty())
        group.add_resource("VCPU", 0)
        self.assertFalse(group.is_empty())
        group.strip_zeros()
        self.assertTrue(group.is_empty())
        group.add_trait("CUSTOM_GOLD", "forbidden")
        self.assertFalse(group.is_empty())

    def test_request_level_params_add_up(self) -> None:
        params = objects.RequestLevelParams.from_port_request({"same_subtree": ["a", "b"]})
        params.extend_with(objects.RequestLevelParams(root_required={"A"}))
        self.assertEqual([["a", "b"]], params.same_subtree)
        self.assertEqual({"A"}, params.root_required)


class TestUnsetFields(base.TestCase):
    defaults: ClassVar[list[tuple[str, str, Any]]] = [
        ("NetworkRequest", "tag", None),
        ("InstancePCIRequest", "is_new", False),
        ("VirtCPUModel", "features", []),
        ("VirtCPUFeature", "policy", None),
        ("RequestLevelParams", "same_subtree", []),
        ("Destination", "aggregates", None),
        ("Migration", "hidden", False),
    ]
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (f"{name}.{field}", {"name": name, "field": field, "expected": expected})
        for name, field, expected in defaults
    ]
    name: str
    field: str
    expected: Any

    def test_reading_gives_the_default(self) -> None:
        self.assertEqual(self.expected, getattr(getattr(objects, self.name)(), self.field))


class TestUnreadableFields(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (f"{name}.{field}", {"name": name, "field": field})
        for name, field in [
            ("InstancePCIRequest", "count"),
            ("VirtCPUFeature", "name"),
            ("Destination", "host"),
            ("Migration", "status"),
            ("HVSpec", "arch"),
        ]
    ]
    name: str
    field: str

    def test_reading_what_has_no_default_is_an_error(self) -> None:
        obj = getattr(objects, self.name)()
        self.assertRaises(exception.ObjectActionError, getattr, obj, self.field)


class TestRecords(base.TestCase):
    def test_service_says_its_own_version(self) -> None:
        self.assertEqual(74, objects.Service().version)
        self.assertRaises(exception.ObjectActionError, objects.Service, version=3)

    def test_version_of_a_peer_is_kept(self) -> None:
        primitive = objects.Service().obj_to_primitive()
        primitive["nova_object.data"]["version"] = 61
        self.assertEqual(61, objects.Service.obj_from_primitive(primitive).version)

    def test_move_between_flavors_is_a_resize(self) -> None:
        move = objects.Migration(old_instance_type_id=1, new_instance_type_id=2)
        self.assertEqual("resize", move.migration_type)
        move = objects.Migration(old_instance_type_id=1, new_instance_type_id=1)
        self.assertEqual("migration", move.migration_type)

    def test_rules_of_a_group_are_numbers(self) -> None:
        group = objects.InstanceGroup(rules={"max_server_per_host": "2"})
        self.assertEqual({"max_server_per_host": 2}, group.rules)
        self.assertEqual({}, objects.InstanceGroup().rules)

    def test_availability_zone_comes_from_metadata(self) -> None:
        aggregate = objects.Aggregate(metadata={"availability_zone": "zone1"})
        self.assertEqual("zone1", aggregate.availability_zone)
        self.assertIsNone(objects.Aggregate(metadata={}).availability_zone)

    def test_root_block_device_is_the_one_booted_from(self) -> None:
        bdms = objects.BlockDeviceMappingList(
            objects=[
                objects.BlockDeviceMapping(instance_uuid=UUID, boot_index=index)
                for index in (None, 1, 0)
            ]
        )
        self.assertIs(bdms[2], bdms.root_bdm())
        self.assertEqual({UUID}, bdms.instance_uuids)

    def test_equal_resources_are_one(self) -> None:
        def resource(identifier: str) -> objects.Resource:
            return objects.Resource(
                provider_uuid=UUID,
                resource_class="CUSTOM_PMEM",
                identifier=identifier,
                metadata=objects.LibvirtVPMEMDevice(
                    label="a", name=identifier, devpath="/dev/dax0.0", size=1, align=2
                ),
            )

        self.assertEqual({resource("a"), resource("b")}, {resource(name) for name in "abab"})
