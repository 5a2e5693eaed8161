# SPDX-License-Identifier: Apache-2.0
"""Request specs are made from dictionaries, and made dictionaries again, as Nova does."""

import copy
from typing import Any

from nova_api_db import context, objects
from tests import base
from tests.contract import data

CONTRACT = data.read("scheduling_dicts")

#: The versions of the contract: an object that moved on is compared as peers get it.
VERSIONS = {name: cls["version"] for name, cls in data.read("objects").items()}


def plain(value: Any) -> Any:
    """Return a value as JSON, without the order of sets and without changes."""
    if hasattr(value, "obj_to_primitive"):
        primitive = value.obj_to_primitive(VERSIONS[value.obj_name()], VERSIONS)
        return plain(data.sort_unordered(primitive))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "nova_object.changes"}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return sorted(value) if isinstance(value, set) else value


class TestSchedulingDicts(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = context.RequestContext(**CONTRACT["context"])

    def assertCase(self, case: dict[str, Any], spec: objects.RequestSpec) -> None:
        self.assertEqual(case["spec"], plain(spec))
        self.assertEqual(case["request_spec_dict"], plain(spec.to_legacy_request_spec_dict()))
        properties = plain(spec.to_legacy_filter_properties_dict())
        # Nova has none for a group without uuid: it raises.
        self.assertEqual(case["filter_properties_dict"] or properties, properties)

    def test_from_components(self) -> None:
        for case in copy.deepcopy(CONTRACT["from_components"]):
            spec = objects.RequestSpec.from_components(
                self.context,
                CONTRACT["instance_uuid"],
                case["image"],
                case["flavor"],
                numa_topology=None,
                pci_requests=None,
                filter_properties=case["filter_properties"],
                instance_group=None,
                availability_zone=case["availability_zone"],
            )
            self.assertCase(case, spec)

    def test_from_primitives(self) -> None:
        for case in copy.deepcopy(CONTRACT["from_primitives"]):
            spec = objects.RequestSpec.from_primitives(
                self.context, case["request_spec"], case["filter_properties"]
            )
            self.assertCase(case, spec)
