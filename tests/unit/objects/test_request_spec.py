# SPDX-License-Identifier: Apache-2.0
"""What a request spec says and is told, without a database."""

from typing import Any

import hypothesis
from hypothesis import strategies
from oslo_utils import uuidutils

from nova_api_db import context, exception, objects
from nova_api_db.objects import resource_matching
from tests import base, builders


class TestRequestSpec(base.TestCase):
    def test_a_hint_with_one_value_is_no_list(self) -> None:
        spec = objects.RequestSpec(scheduler_hints={"one": ["a"], "two": ["a", "b"], "none": []})
        self.assertEqual("a", spec.get_scheduler_hint("one"))
        self.assertEqual(["a", "b"], spec.get_scheduler_hint("two", "default"))
        self.assertEqual([], spec.get_scheduler_hint("none", "default"))
        self.assertEqual("default", spec.get_scheduler_hint("other", "default"))
        for spec in (objects.RequestSpec(), objects.RequestSpec(scheduler_hints=None)):
            self.assertIsNone(spec.get_scheduler_hint("one"))

    def test_reset_forced_destinations_is_not_stored(self) -> None:
        spec = objects.RequestSpec(force_hosts=["h"], force_nodes=["n"])
        spec.obj_reset_changes()
        spec.reset_forced_destinations()
        self.assertIsNone(spec.force_hosts)
        self.assertIsNone(spec.force_nodes)
        self.assertEqual(set(), spec.obj_what_changed())

    def test_project_and_user_come_from_the_server_where_the_spec_is_silent(self) -> None:
        server = objects.Instance(project_id="project", user_id="user")
        for spec, expected in (
            (objects.RequestSpec(), ("project", "user")),
            (objects.RequestSpec(project_id=None, user_id=None), ("project", "user")),
            (objects.RequestSpec(project_id="other"), ("other", "user")),
        ):
            spec.ensure_project_and_user_id(server)
            self.assertEqual(expected, (spec.project_id, spec.user_id))

    def test_what_the_flavor_says(self) -> None:
        flavor = builders.flavor(vcpus=2, memory_mb=512, root_gb=3, ephemeral_gb=4, swap=5)
        spec = objects.RequestSpec(flavor=flavor)
        said = (spec.vcpus, spec.memory_mb, spec.root_gb, spec.ephemeral_gb, spec.swap)
        self.assertEqual((2, 512, 3, 4, 5), said)
        self.assertRaises(exception.ObjectActionError, lambda: objects.RequestSpec().vcpus)

    def test_the_context_says_who_asks(self) -> None:
        spec = objects.RequestSpec.from_components(
            context.RequestContext("user", "project"),
            uuidutils.generate_uuid(),
            builders.image(),
            builders.flavor(),
            None,
            None,
            {},
            None,
            None,
            user_id="other",
        )
        self.assertEqual(("project", "other"), (spec.project_id, spec.user_id))

    def test_components_that_are_objects_are_kept(self) -> None:
        group = objects.InstanceGroup(uuid=uuidutils.generate_uuid(), policy="affinity")
        limits = objects.SchedulerLimits(vcpu=1)
        groups = objects.SecurityGroupList(objects=[objects.SecurityGroup(name="default")])
        pci = objects.InstancePCIRequests(requests=[])
        wanted = [objects.RequestGroup(resources={"VCPU": 1})]
        params = objects.RequestLevelParams(root_required={"T"})
        spec = objects.RequestSpec.from_components(
            context.get_admin_context(),
            uuidutils.generate_uuid(),
            None,
            builders.flavor(),
            None,
            pci.obj_to_primitive(),
            {"limits": limits, "group_updated": True, "group_policies": ["other"]},
            group,
            None,
            security_groups=groups,
            port_resource_requests=wanted,
            request_level_params=params,
        )
        self.assertIs(group, spec.instance_group)
        self.assertIs(limits, spec.limits)
        self.assertEqual(["default"], [item.name for item in spec.security_groups])
        self.assertEqual([], spec.pci_requests.requests)
        self.assertEqual({"T"}, spec.root_required)
        self.assertTrue(spec.maps_requested_resources)

    def test_placement_parameters_are_changed_in_place(self) -> None:
        spec = objects.RequestSpec()
        spec.root_required.add("A")
        spec.root_forbidden.add("B")
        spec.same_subtree.append(["c", "d"])
        params = spec.request_level_params
        self.assertEqual({"A"}, params.root_required)
        self.assertEqual({"B"}, params.root_forbidden)
        self.assertEqual([["c", "d"]], params.same_subtree)


class TestNetworkInformation(base.TestCase):
    def spec_for(self, network_info: list[dict[str, Any]] | None) -> objects.RequestSpec:
        cache = objects.InstanceInfoCache(
            instance_uuid=uuidutils.generate_uuid(), network_info=network_info
        )
        spec = objects.RequestSpec()
        spec.ensure_network_information(objects.Instance(info_cache=cache))
        return spec

    def test_networks_ports_and_physical_networks(self) -> None:
        ports = [uuidutils.generate_uuid() for _ in range(3)]
        spec = self.spec_for(
            [
                {"id": ports[0], "network": {"id": "n1", "meta": {"physical_network": "phys"}}},
                {"id": ports[1], "network": {"id": "n2", "meta": {"tunneled": True}}},
                {"id": ports[2], "network": None},
            ]
        )
        self.assertEqual({"phys"}, spec.network_metadata.physnets)
        self.assertTrue(spec.network_metadata.tunneled)
        asked = [(item.network_id, item.port_id) for item in spec.requested_networks]
        self.assertEqual([("n1", ports[0]), ("n2", ports[1])], asked)

    def test_no_network_is_tunnelled(self) -> None:
        network = {"id": "n", "meta": {"physical_network": "phys", "tunneled": False}}
        spec = self.spec_for([{"id": uuidutils.generate_uuid(), "network": network}])
        self.assertFalse(spec.network_metadata.tunneled)

    def test_without_interfaces_nothing_is_known(self) -> None:
        for network_info in (None, []):
            spec = self.spec_for(network_info)
            self.assertFalse(spec.obj_attr_is_set("network_metadata"))
            self.assertFalse(spec.obj_attr_is_set("requested_networks"))


def group(name: str, **changes: Any) -> objects.RequestGroup:
    values = {"requester_id": name, "resources": {"BANDWIDTH": 1}, **changes}
    return objects.RequestGroup(**values)


class TestResources(base.TestCase):
    ONE, OTHER = uuidutils.generate_uuid(), uuidutils.generate_uuid()

    def map(
        self, groups: list[objects.RequestGroup], traits: dict[str, list[str]], **allocated: int
    ) -> dict[str, list[str]] | None:
        """Return who is given what by whom; amounts are those on ONE and OTHER."""
        spec = objects.RequestSpec(requested_resources=groups)
        allocations = {
            getattr(self, name): {"resources": {"BANDWIDTH": amount, "VCPU": 8}}
            for name, amount in allocated.items()
        }
        spec.map_requested_resources_to_providers(allocations, traits)
        return spec.get_request_group_mapping()

    def test_amounts_tell_who_gives_what(self) -> None:
        mapping = self.map([group("a"), group("b", resources={"BANDWIDTH": 2})], {}, ONE=2, OTHER=1)
        self.assertEqual({"a": [self.OTHER], "b": [self.ONE]}, mapping)

    def test_traits_tell_who_gives_what(self) -> None:
        groups = [group("a"), group("b", required_traits={"T"})]
        mapping = self.map(groups, {self.ONE: ["T"], self.OTHER: []}, ONE=1, OTHER=1)
        self.assertEqual({"a": [self.OTHER], "b": [self.ONE]}, mapping)
        groups = [group("a"), group("b", forbidden_traits={"T"})]
        mapping = self.map(groups, {self.ONE: ["T"], self.OTHER: []}, ONE=1, OTHER=1)
        self.assertEqual({"a": [self.ONE], "b": [self.OTHER]}, mapping)

    def test_one_provider_may_give_to_several(self) -> None:
        mapping = self.map([group("a"), group("b")], {}, ONE=2)
        self.assertEqual({"a": [self.ONE], "b": [self.ONE]}, mapping)

    def test_all_that_is_allocated_is_used(self) -> None:
        for allocated in ({"ONE": 2}, {"ONE": 1, "OTHER": 1}, {}):
            self.assertRaises(exception.Invalid, self.map, [group("a")], {}, **allocated)

    def test_what_cannot_be_told_is_refused(self) -> None:
        for changes in ({"use_same_provider": False}, {"aggregates": [["x"]]}):
            self.assertRaises(exception.Invalid, self.map, [group("a", **changes)], {}, ONE=1)

    def test_nothing_asked_for(self) -> None:
        for groups in (None, []):
            spec = objects.RequestSpec(requested_resources=groups)
            spec.map_requested_resources_to_providers({}, {})
            self.assertFalse(spec.maps_requested_resources)
        self.assertIsNone(objects.RequestSpec().get_request_group_mapping())
        self.assertEqual(
            {}, objects.RequestSpec(requested_resources=[]).get_request_group_mapping()
        )

    @hypothesis.given(
        given=strategies.lists(
            strategies.tuples(strategies.integers(0, 2), strategies.integers(1, 3)), max_size=6
        )
    )
    def test_what_placement_gave_is_always_found(self, given: list[tuple[int, int]]) -> None:
        groups = [
            group(str(number), resources={"BANDWIDTH": amount})
            for number, (_, amount) in enumerate(given)
        ]
        allocations: dict[str, dict[str, Any]] = {}
        for provider, amount in given:
            resources = allocations.setdefault(str(provider), {"resources": {"BANDWIDTH": 0}})
            resources["resources"]["BANDWIDTH"] += amount
        found = resource_matching.match(groups, allocations, {})
        used = dict.fromkeys(allocations, 0)
        for name, wanted in zip(found, groups, strict=True):
            used[name] += wanted.resources["BANDWIDTH"]
        self.assertEqual(
            {name: item["resources"]["BANDWIDTH"] for name, item in allocations.items()}, used
        )
