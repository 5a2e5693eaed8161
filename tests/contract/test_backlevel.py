# SPDX-License-Identifier: Apache-2.0
"""Every object becomes, for an older receiver, what Nova makes of it."""

import json
from typing import Any, ClassVar

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import exception, objects
from nova_api_db.objects import base
from tests import base as tests_base
from tests.contract import data
from tests.contract.test_fingerprints import CHANGED

#: Fields that came together are dropped each by itself. Nova expects that all of them are set, or
#: the first is; otherwise it fails, or leaves some in place.
PARTLY_SET_GROUPS = {
    ("Migration", "hidden_unset"),
    ("Migration", "memory_total_only"),
    ("Migration", "type_unset"),
}

WHAT_TO_DO = """
{name} at version {version} ({route}) is not what peers of that version get from Nova. A field that
came in a version has its line in `added_in`; what is converted or refused is in the
obj_make_compatible of the class.
"""


class BackLevelTestCase(tests_base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (name, {"name": name}) for name in data.BACK_LEVEL
    ]
    name: str

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.contract = data.read(f"backlevel/{self.name}")
        self.current = self.contract["current_version"]
        self.manifest: dict[str, str] = self.contract["obj_tree_get_versions"]
        self.full = self.contract["vectors"]["target_version_only"][self.current]

    def load(self, primitive: dict[str, Any]) -> base.NovaObject:
        return base.NovaObject.obj_from_primitive(json.loads(json.dumps(primitive)))

    def check(
        self,
        expected: dict[str, Any],
        obj: base.NovaObject,
        route: str,
        version: str,
        manifest: dict[str, str] | None,
    ) -> None:
        if "error" in expected:
            refused = (exception.ObjectActionError, ovo_exception.InvalidTargetVersion)
            self.assertRaises(refused, obj.obj_to_primitive, version, manifest)
            return
        lowered = obj.obj_to_primitive(target_version=version, version_manifest=manifest)
        self.assertEqual(
            expected,
            data.sort_unordered(lowered),
            WHAT_TO_DO.format(name=self.name, version=version, route=route),
        )

    def own_manifest(self, version: str) -> dict[str, str] | None:
        """Return what a receiver with an older class, but the newest children, would send."""
        return self.manifest | {self.name: version} if len(self.manifest) > 1 else None


class TestVectors(BackLevelTestCase):
    def check_route(self, route: str, children: dict[str, str] | None) -> None:
        for version, expected in self.contract["vectors"].get(route, {}).items():
            manifest = None if children is None else children | {self.name: version}
            self.check(expected, self.load(self.full), route, version, manifest)

    def test_manifest_is_that_of_nova(self) -> None:
        moved_on = {name: getattr(objects, name).VERSION for name in CHANGED}
        expected = {name: moved_on.get(name, version) for name, version in self.manifest.items()}
        self.assertEqual(expected, ovo.obj_tree_get_versions(self.name))

    def test_version_alone(self) -> None:
        self.check_route("target_version_only", None)

    def test_manifest_with_current_children(self) -> None:
        self.check_route("manifest_self_old_children_current", self.manifest)

    def test_manifest_with_oldest_children(self) -> None:
        oldest = {name: f"{version.split('.')[0]}.0" for name, version in self.manifest.items()}
        self.check_route("manifest_self_old_children_oldest", oldest)

    def test_manifest_without_children(self) -> None:
        self.check_route("manifest_only_self", {})

    def test_empty_object(self) -> None:
        for version, expected in self.contract["empty_object_with_manifest"].items():
            obj = getattr(objects, self.name)()
            manifest = self.manifest | {self.name: version}
            self.check(expected, obj, "empty_object_with_manifest", version, manifest)

    def test_version_that_is_not_known_is_refused(self) -> None:
        for version in self.contract.get("above_current", ()):
            self.assertRaises(
                ovo_exception.InvalidTargetVersion, self.load(self.full).obj_to_primitive, version
            )

    def test_variants(self) -> None:
        for variant, vectors in self.contract.get("variants", {}).items():
            if (self.name, variant) in PARTLY_SET_GROUPS:
                continue
            for version, expected in vectors.items():
                obj = self.load(vectors[self.current])
                self.check(expected, obj, variant, version, self.own_manifest(version))

    def test_fields_of_a_group_are_dropped_one_by_one(self) -> None:
        for variant, vectors in self.contract.get("variants", {}).items():
            if (self.name, variant) not in PARTLY_SET_GROUPS:
                continue
            given = vectors[self.current]["nova_object.data"]
            for version, full in self.contract["vectors"]["target_version_only"].items():
                lowered = self.load(vectors[self.current]).obj_to_primitive(version)
                self.assertEqual(
                    given.keys() & full["nova_object.data"].keys(),
                    lowered["nova_object.data"].keys(),
                )

    def test_values_of_enumerations(self) -> None:
        table = self.contract.get("enum_values_refused_removed_or_converted", {})
        for field, values in table.items():
            for value, outcome in values.items():
                for version in self.contract["vectors"]["target_version_only"]:
                    self.check_value(field, value, outcome, version)

    def check_value(self, field: str, value: str, outcome: dict[str, Any], version: str) -> None:
        obj = self.load(self.full)
        setattr(obj, field, value)
        where = f"{field}={value} at {version}"
        if version in outcome["refused_at"]:
            self.assertRaises(exception.ObjectActionError, obj.obj_to_primitive, version)
            return
        lowered = obj.obj_to_primitive(version)["nova_object.data"]
        if version in outcome["removed_at"]:
            self.assertNotIn(field, lowered, where)
        else:
            expected = outcome["converted_at"].get(version, value)
            self.assertEqual(expected, lowered.get(field, expected), where)


class TestPrimitive(BackLevelTestCase):
    def test_what_was_parsed_is_serialized_as_it_came(self) -> None:
        self.assertEqual(self.full, data.sort_unordered(self.load(self.full).obj_to_primitive()))

    def test_what_was_parsed_and_read_is_serialized_as_it_came(self) -> None:
        obj = self.load(self.full)
        read_all(obj)
        self.assertEqual(self.full, data.sort_unordered(obj.obj_to_primitive()))

    def test_all_changed(self) -> None:
        if "current_all_dirty" not in self.contract:
            return
        dirty = self.contract["current_all_dirty"]
        obj = self.load(dirty)
        read_all(obj)
        self.assertEqual(dirty, data.sort_unordered(obj.obj_to_primitive()))

    def test_values_survive_being_set(self) -> None:
        obj = self.load(self.full)
        fresh = getattr(objects, self.name)()
        for name in obj.fields:
            if obj.obj_attr_is_set(name):
                setattr(fresh, name, getattr(obj, name))
        fresh.obj_reset_changes()
        manifest = self.manifest if self.name in CHANGED else None
        primitive = fresh.obj_to_primitive(self.current, manifest)
        self.assertEqual(self.full, data.sort_unordered(primitive))


def read_all(obj: ovo.VersionedObject) -> None:
    """Read every field of the tree, so that nothing of it is left as it was parsed."""
    for name in obj.fields:
        if not obj.obj_attr_is_set(name):
            continue
        value = getattr(obj, name)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ovo.VersionedObject):
                read_all(child)
