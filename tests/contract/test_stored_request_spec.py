# SPDX-License-Identifier: Apache-2.0
"""Request specs are stored as Nova stores them, and what it stored is loaded as it loads it."""

import json
from typing import Any

import sqlalchemy as sa

from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from tests import base
from tests.contract import data

STORED = data.read("stored")
ROWS = STORED["rows"]
FACTS = STORED["facts"]

DATA, CHANGES, VERSION = "nova_object.data", "nova_object.changes", "nova_object.version"

SPECS = models.RequestSpec.__table__


class StoredRequestSpecTestCase(base.DatabaseTestCase):
    def make_group(self) -> None:
        """Write the group that the full spec names."""
        with facade.api_writer.using(self.context) as connection:
            for table in models.Base.metadata.sorted_tables:
                for row in STORED["groups"].get(table.name, ()):
                    values = {**row, "created_at": None, "updated_at": None}
                    connection.execute(sa.insert(table).values(values))

    def insert(self, spec: dict[str, Any] | str, instance_uuid: str | None = None) -> str:
        """Write a row and return its uuid."""
        text = spec if isinstance(spec, str) else json.dumps(spec)
        uuid = instance_uuid or ROWS["request_spec_full"]["row"]["instance_uuid"]
        with facade.api_writer.using(self.context) as connection:
            connection.execute(sa.insert(SPECS).values(instance_uuid=uuid, spec=text))
        return uuid

    def stored(self, instance_uuid: str) -> dict[str, Any]:
        """Return the row of a server."""
        with facade.api_reader.using(self.context) as connection:
            query = sa.select(SPECS).where(SPECS.c.instance_uuid == instance_uuid)
            return dict(connection.execute(query).mappings().one())

    def full(self, **changes: Any) -> dict[str, Any]:
        """Return the full spec as Nova stored it, some of its fields changed."""
        spec: dict[str, Any] = json.loads(ROWS["request_spec_full"]["row"]["spec"])
        spec[DATA].update(changes)
        return spec

    def before_create(self, name: str) -> objects.RequestSpec:
        primitive = json.loads(json.dumps(ROWS[name]["primitive_before_create"]))
        spec: objects.RequestSpec = objects.RequestSpec.obj_from_primitive(primitive, self.context)
        return spec

    def assertSameText(self, expected: str, text: str, *left_out: str) -> None:
        both = [json.loads(expected), json.loads(text)]
        for primitive in both:
            group = primitive[DATA].get("instance_group")
            if group is not None:
                # The times of its row, which the database of the test has not.
                for name in ("created_at", "updated_at"):
                    group[DATA].pop(name, None)
            flavor = primitive[DATA].get("flavor")
            if flavor is not None:
                # Nova's flavors claim changes that nobody made.
                flavor.pop(CHANGES, None)
            for name in left_out:
                primitive[DATA].pop(name, None)
        self.assertEqual(*(data.sort_unordered(primitive) for primitive in both))

    def assertState(self, expected: str, spec: objects.RequestSpec, name: str) -> None:
        if expected == "unset":
            self.assertFalse(spec.obj_attr_is_set(name), name)
        elif expected == "null":
            self.assertTrue(spec.obj_attr_is_set(name), name)
            self.assertIsNone(getattr(spec, name), name)
        else:
            self.assertIsNotNone(getattr(spec, name), name)


class TestStored(StoredRequestSpecTestCase):
    def test_full(self) -> None:
        self.make_group()
        spec = self.before_create("request_spec_full")
        spec.create()
        stored = self.stored(spec.instance_uuid)
        self.assertSameText(ROWS["request_spec_full"]["row"]["spec"], stored["spec"])
        self.assertEqual(stored["id"], spec.id)
        self.assertIsNone(stored["updated_at"])

    def test_minimal(self) -> None:
        spec = self.before_create("request_spec_minimal")
        spec.create()
        stored = self.stored(spec.instance_uuid)
        self.assertSameText(ROWS["request_spec_minimal"]["row"]["spec"], stored["spec"])

    def test_bare(self) -> None:
        row = ROWS["request_spec_bare"]["row"]
        objects.RequestSpec(self.context, instance_uuid=row["instance_uuid"]).create()
        self.assertSameText(row["spec"], self.stored(row["instance_uuid"])["spec"])

    def test_empty_values_are_kept(self) -> None:
        row = ROWS["request_spec_falsy_values"]["row"]
        stored = json.loads(row["spec"])
        spec = objects.RequestSpec.obj_from_primitive(stored, self.context)
        spec.network_metadata = objects.NetworkMetadata(physnets=set(), tunneled=False)
        spec.request_level_params = objects.RequestLevelParams()
        spec.create()
        self.assertSameText(row["spec"], self.stored(row["instance_uuid"])["spec"])

    def test_saved_again(self) -> None:
        self.make_group()
        row = ROWS["request_spec_full"]["row"]
        self.insert(row["spec"])
        spec = objects.RequestSpec.get_by_instance_uuid(self.context, row["instance_uuid"])
        saved = ROWS["request_spec_full_after_save"]["row"]["spec"]
        spec.availability_zone = json.loads(saved)[DATA]["availability_zone"]
        spec.save()
        stored = self.stored(row["instance_uuid"])
        self.assertSameText(saved, stored["spec"], "id")
        self.assertEqual(stored["id"], json.loads(stored["spec"])[DATA]["id"])
        self.assertIsNotNone(stored["updated_at"])

    def test_what_is_not_stored_stays_on_the_object(self) -> None:
        self.make_group()
        spec = self.before_create("request_spec_full")
        spec.create()
        for name, fact in FACTS["request_spec_fields"].items():
            self.assertState(fact["on_object_after_create"], spec, name)
        members = FACTS["request_spec_caller_group_after_create"]["members"]
        self.assertEqual(members, spec.instance_group.members)
        spec.availability_zone = "other"
        spec.save()
        self.assertEqual("compute-1.example.org", spec.requested_destination.host)

    def test_a_group_that_is_gone(self) -> None:
        spec = self.before_create("request_spec_full")
        uuid = spec.instance_group.uuid
        other_hints = {name: hint for name, hint in spec.scheduler_hints.items() if name != "group"}
        self.assertNotEqual(spec.scheduler_hints, other_hints)
        spec.create()
        self.assertIsNone(spec.instance_group)
        self.assertEqual(other_hints, spec.scheduler_hints)
        stored = json.loads(self.stored(spec.instance_uuid)["spec"])[DATA]
        self.assertEqual(uuid, stored["instance_group"][DATA]["uuid"])
        self.assertIn("group", stored["scheduler_hints"])
        loaded = objects.RequestSpec.get_by_instance_uuid(self.context, spec.instance_uuid)
        self.assertIsNone(loaded.instance_group)
        self.assertEqual(other_hints, loaded.scheduler_hints)


class TestLoaded(StoredRequestSpecTestCase):
    def load(self, uuid: str) -> objects.RequestSpec:
        return objects.RequestSpec.get_by_instance_uuid(self.context, uuid)

    def test_every_field(self) -> None:
        self.make_group()
        spec = self.load(self.insert(self.full()))
        for name, fact in FACTS["request_spec_fields"].items():
            self.assertState(fact["after_load_by_instance_uuid"], spec, name)

    def test_what_should_not_have_been_stored_is_not_loaded(self) -> None:
        self.make_group()
        full = ROWS["request_spec_full"]["primitive_before_create"]
        spec = self.load(self.insert(json.dumps(full)))
        for name, state in FACTS["request_spec_blob_carrying_stripped_fields_on_load"].items():
            self.assertState(state, spec, name)

    def test_values_when_first_read(self) -> None:
        self.make_group()
        spec = self.load(self.insert(self.full()))
        for name, expected in FACTS["request_spec_value_when_first_read_after_load"].items():
            value = getattr(spec, name)
            if value is not None:
                value = value.obj_to_primitive()
            self.assertEqual(_sorted(expected), _sorted(value), name)

    def test_what_is_missing(self) -> None:
        row = ROWS["request_spec_bare"]["row"]
        self.insert(row["spec"], row["instance_uuid"])
        spec = self.load(row["instance_uuid"])
        fact = FACTS["request_spec_bare_loaded"]
        known = {name for name in spec.fields if spec.obj_attr_is_set(name)}
        self.assertEqual(set(fact["set_after_load"]), known)
        for name, _ in fact["raises_on_read_when_unset"]:
            self.assertRaises(exception.ObjectActionError, getattr, spec, name)

    def test_id_and_uuid_are_those_of_the_columns(self) -> None:
        other = ROWS["request_spec_bare"]["row"]["instance_uuid"]
        spec = self.full(id=99, instance_uuid=other, instance_group=None)
        uuid = self.insert(spec)
        loaded = self.load(uuid)
        self.assertEqual(uuid, loaded.instance_uuid)
        self.assertEqual(self.stored(uuid)["id"], loaded.id)

    def test_changes_reported_right_after(self) -> None:
        self.make_group()
        spec = self.load(self.insert(self.full()))
        self.assertEqual(
            set(FACTS["request_spec_changes_reported_right_after_load"]), spec.obj_what_changed()
        )

    def test_a_group_without_uuid_is_the_one_of_the_hint(self) -> None:
        self.make_group()
        full = self.full()
        uuid = full[DATA]["instance_group"][DATA].pop("uuid")
        spec = self.load(self.insert(full))
        self.assertEqual(uuid, spec.instance_group.uuid)
        members = FACTS["request_spec_group_uuid_missing_in_blob"]["members_reloaded"]
        self.assertEqual(members, spec.instance_group.members)

    def test_a_group_with_neither_uuid_nor_hint_is_gone(self) -> None:
        full = self.full(scheduler_hints={})
        del full[DATA]["instance_group"][DATA]["uuid"]
        self.assertIsNone(self.load(self.insert(full)).instance_group)

    def test_older_newer_and_incomplete_texts(self) -> None:
        unsupported = exception.UnsupportedRecordVersion
        texts: dict[str, tuple[dict[str, Any], type[Exception] | None]] = {
            "unknown data field": (self.full(new="x"), None),
            "version 1.16 (newer minor)": ({**self.full(), VERSION: "1.16"}, unsupported),
            "version 1.15.1 (z stream)": ({**self.full(), VERSION: "1.15.1"}, unsupported),
            "version 1.14": ({**self.full(), VERSION: "1.14"}, None),
            "version 1.0": ({**self.full(), VERSION: "1.0"}, None),
            "version 2.0": ({**self.full(), VERSION: "2.0"}, unsupported),
            "namespace other": ({**self.full(), "nova_object.namespace": "other"}, unsupported),
            "missing nova_object.namespace": (
                _without(self.full(), "nova_object.namespace"),
                exception.UnreadableRecord,
            ),
            "missing nova_object.changes": (_without(self.full(), CHANGES), None),
            "child Flavor newer minor 1.3": (self.newer("flavor", "1.3"), unsupported),
            "child ImageMetaProps newer minor 1.45": (
                self.newer("image", "1.45", "properties"),
                unsupported,
            ),
            "flavor key absent": (_without(self.full(), "flavor", within=DATA), None),
        }
        facts = FACTS["request_spec_load_tolerance"]
        self.assertEqual(facts.keys(), texts.keys())
        for name, (spec, error) in texts.items():
            self.assertEqual(facts[name]["loads"], error is None, name)
            spec[DATA]["instance_group"] = None
            uuid = self.insert(spec)
            if error is None:
                self.assertEqual(facts[name]["VERSION_after"], self.load(uuid).VERSION, name)
            else:
                raised = self.assertRaises(exception.UnreadableRecord, self.load, uuid)
                self.assertIs(error, type(raised), name)
                self.assertIn(uuid, str(raised))
                self.assertNotIn("\n", str(raised))
            objects.RequestSpec.destroy_bulk(self.context, [uuid])

    def newer(self, child: str, version: str, grandchild: str | None = None) -> dict[str, Any]:
        full = self.full()
        primitive = full[DATA][child]
        if grandchild is not None:
            primitive = primitive[DATA][grandchild]
        primitive[VERSION] = version
        return full

    def test_numa_cells_of_older_releases(self) -> None:
        for name, fact in FACTS["request_spec_numa_online_migration_on_load"].items():
            full = self.full(instance_group=None)
            cells = full[DATA]["numa_topology"][DATA]["cells"]
            for cell, before in zip(cells, fact["stored_before"], strict=True):
                cell[VERSION] = before["version"]
                for field in ("cpuset", "pcpuset", "cpu_policy"):
                    if before[field] == "<absent>":
                        cell[DATA].pop(field, None)
                    else:
                        cell[DATA][field] = before[field]
            uuid = self.insert(full)
            text = self.stored(uuid)["spec"]
            loaded = self.load(uuid)
            for cell, after in zip(loaded.numa_topology.cells, fact["stored_after"], strict=True):
                self.assertEqual(after["version"], cell.VERSION, name)
                self.assertEqual(set(after["cpuset"]), cell.cpuset, name)
                if after["pcpuset"] != "<absent>":
                    self.assertEqual(set(after["pcpuset"]), cell.pcpuset, name)
            # Nova writes what it converted while it loads; nothing is written here.
            self.assertEqual(text, self.stored(uuid)["spec"], name)
            loaded.availability_zone = "other"
            loaded.save()
            saved = json.loads(self.stored(uuid)["spec"])[DATA]["numa_topology"][DATA]["cells"]
            self.assertEqual(
                [after["version"] for after in fact["stored_after"]],
                [cell[VERSION] for cell in saved],
                name,
            )
            objects.RequestSpec.destroy_bulk(self.context, [uuid])


def _without(primitive: dict[str, Any], name: str, within: str | None = None) -> dict[str, Any]:
    del (primitive[within] if within else primitive)[name]
    return primitive


def _sorted(value: Any) -> Any:
    """Return a primitive without changes and with sets sorted."""
    return _without_changes(data.sort_unordered(value))


def _without_changes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_changes(item) for key, item in value.items() if key != CHANGES}
    return [_without_changes(item) for item in value] if isinstance(value, list) else value
