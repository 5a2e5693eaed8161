# SPDX-License-Identifier: Apache-2.0
"""What objects of other versions, newer and much older, are taken for."""

import copy
from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import objects
from nova_api_db.objects import base
from tests import base as tests_base
from tests.contract import data


def full(name: str) -> dict[str, Any]:
    """Return the primitive of an object with every field set."""
    contract = data.read(f"backlevel/{name}")
    primitive: dict[str, Any] = contract["vectors"]["target_version_only"][
        contract["current_version"]
    ]
    return primitive


class TestOtherVersions(tests_base.TestCase):
    def parse(self, primitive: dict[str, Any]) -> ovo.VersionedObject:
        return base.NovaObject.obj_from_primitive(primitive)

    def test_unknown_data_is_ignored(self) -> None:
        primitive = full("CellMapping")
        changed = copy.deepcopy(primitive)
        changed["nova_object.data"]["colour"] = "blue"
        self.assertEqual(primitive, self.parse(changed).obj_to_primitive())

    def test_newer_version_is_refused(self) -> None:
        primitive = full("CellMapping") | {"nova_object.version": "1.2"}
        self.assertRaises(ovo_exception.IncompatibleObjectVersion, self.parse, primitive)

    def test_newer_version_of_a_child_is_refused_before_it_is_read(self) -> None:
        primitive = full("InstanceMapping")
        primitive["nova_object.data"]["cell_mapping"]["nova_object.version"] = "1.2"
        self.assertRaises(ovo_exception.IncompatibleObjectVersion, self.parse, primitive)

    def test_stable_branch_version_is_refused(self) -> None:
        # The serializer of RPC asks again without the last part.
        primitive = full("CellMapping") | {"nova_object.version": "1.1.1"}
        self.assertRaises(ovo_exception.IncompatibleObjectVersion, self.parse, primitive)

    def test_older_object_keeps_its_version(self) -> None:
        primitive = full("Flavor") | {"nova_object.version": "1.0"}
        flavor = self.parse(primitive)
        self.assertEqual("1.0", flavor.VERSION)
        self.assertEqual(primitive, flavor.obj_to_primitive())

    def test_instance_of_the_first_generation_is_refused(self) -> None:
        primitive = full("Instance") | {"nova_object.version": "1.23"}
        self.assertRaises(ovo_exception.IncompatibleObjectVersion, self.parse, primitive)

    def test_instance_goes_to_the_first_generation_without_what_came_later(self) -> None:
        objects.register_all()
        manifest = ovo.obj_tree_get_versions("Instance") | {"Instance": "1.23"}
        lowered = self.parse(full("Instance")).obj_to_primitive("1.23", manifest)
        self.assertEqual("1.23", lowered["nova_object.version"])
        self.assertEqual(set(), lowered["nova_object.data"].keys() & objects.Instance.added_in)
