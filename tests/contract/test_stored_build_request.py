# SPDX-License-Identifier: Apache-2.0
"""Build requests are stored as Nova stores them, and what it stored is loaded as it loads it."""

import copy
import datetime
import json
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception

from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from tests import base
from tests.contract import data

STORED = data.read("stored")
ROWS = STORED["rows"]
FACTS = STORED["facts"]

DATA, CHANGES, VERSION = "nova_object.data", "nova_object.changes", "nova_object.version"
DOCUMENTS = ("instance", "block_device_mappings", "tags")
FULL = ROWS["build_request_full"]["row"]

REQUESTS = models.BuildRequest.__table__


class StoredBuildRequestTestCase(base.DatabaseTestCase):
    def insert(self, **changes: Any) -> str:
        """Write the full row with some columns changed and return its uuid."""
        row = {**FULL, **changes}
        row["created_at"] = datetime.datetime.fromisoformat(row["created_at"])
        with facade.api_writer.using(self.context) as connection:
            connection.execute(sa.insert(REQUESTS).values(row))
        uuid: str = row["instance_uuid"]
        return uuid

    def stored(self, instance_uuid: str) -> dict[str, Any]:
        with facade.api_reader.using(self.context) as connection:
            query = sa.select(REQUESTS).where(REQUESTS.c.instance_uuid == instance_uuid)
            return dict(connection.execute(query).mappings().one())

    def load(self, uuid: str) -> objects.BuildRequest:
        return objects.BuildRequest.get_by_instance_uuid(self.context, uuid)

    def before_create(self) -> objects.BuildRequest:
        primitive = copy.deepcopy(ROWS["build_request_full"]["primitive_before_create"])
        request: objects.BuildRequest = objects.BuildRequest.obj_from_primitive(
            primitive, self.context
        )
        return request

    def assertSameDocument(self, expected: str | None, text: str | None) -> None:
        if expected is None or text is None:
            self.assertEqual(expected, text)
            return
        both = [json.loads(expected), json.loads(text)]
        for primitive in both:
            # Nova's flavors claim changes that nobody made.
            for name in ("flavor", "old_flavor", "new_flavor"):
                (primitive[DATA].get(name) or {}).pop(CHANGES, None)
        self.assertEqual(*(data.sort_unordered(primitive) for primitive in both))


class TestStored(StoredBuildRequestTestCase):
    def test_full(self) -> None:
        request = self.before_create()
        request.create()
        stored = self.stored(request.instance_uuid)
        self.assertEqual(FULL.keys(), stored.keys())
        for name in DOCUMENTS:
            self.assertSameDocument(FULL[name], stored[name])
        self.assertEqual(FULL["project_id"], stored["project_id"])
        self.assertEqual(stored["id"], request.id)
        self.assertIsNone(stored["updated_at"])
        self.assertEqual(set(), request.obj_what_changed())

    def test_a_created_one_is_like_a_loaded_one(self) -> None:
        request = self.before_create()
        request.create()
        loaded = self.load(request.instance_uuid)
        for built in (request, loaded):
            # MySQL keeps whole seconds.
            for obj in (built, built.instance):
                obj.created_at = obj.created_at.replace(microsecond=0)
        self.assertEqual(
            *(data.sort_unordered(item.obj_to_primitive()) for item in (request, loaded))
        )

    def test_only_changed_columns_are_saved(self) -> None:
        uuid = self.insert()
        request = self.load(uuid)
        saved = ROWS["build_request_full_after_save"]["row"]
        request.instance.display_name = json.loads(saved["instance"])[DATA]["display_name"]
        self.assertEqual({"instance"}, request.obj_what_changed())
        request.save()
        stored = self.stored(uuid)
        self.assertSameDocument(saved["instance"], stored["instance"])
        changes = json.loads(stored["instance"])[CHANGES]
        self.assertEqual(FACTS["build_request_after_save"]["changes_in_instance_blob"], changes)
        for name in ("block_device_mappings", "tags"):
            self.assertEqual(FULL[name], stored[name])
        self.assertIsNotNone(stored["updated_at"])
        self.assertEqual(request.updated_at, request.instance.updated_at)
        self.assertEqual(set(), request.obj_what_changed())

    def test_an_instance_without_changes_is_stored_when_it_is_assigned(self) -> None:
        uuid = self.insert(instance=None)
        request = objects.BuildRequest(self.context)
        request.obj_load_row(self.stored(uuid), ("id", "instance_uuid", "project_id"))
        instance = objects.Instance.obj_from_primitive(json.loads(FULL["instance"]))
        instance.obj_reset_changes(recursive=True)
        request.instance = instance
        request.save()
        self.assertIsNotNone(self.stored(uuid)["instance"])

    def test_errors(self) -> None:
        facts = FACTS["build_request_errors"]
        request = self.before_create()
        del request.instance_uuid
        error = self.assertRaises(exception.ObjectActionError, request.create)
        self.assertEqual(facts["create without instance_uuid"][1], str(error))
        request = self.before_create()
        request.create()
        self.assertRaises(exception.ObjectActionError, request.create)
        self.assertRaises(db_exception.DBDuplicateEntry, self.before_create().create)
        self.assertRaises(exception.BuildRequestNotFound, self.load, "absent")


class TestLoaded(StoredBuildRequestTestCase):
    def test_every_field_of_the_instance(self) -> None:
        instance = self.load(self.insert()).instance
        for name, fact in FACTS["build_request_instance_fields"].items():
            if fact["after_load"] == "unset":
                self.assertFalse(instance.obj_attr_is_set(name), name)
            elif fact["after_load"] == "null":
                self.assertIsNone(getattr(instance, name), name)
            else:
                self.assertIsNotNone(getattr(instance, name), name)
        changed = FACTS["build_request_instance_fields_changed_on_load"]
        self.assertIs(changed["disable_terminate"]["after"], instance.disable_terminate)
        created_at = datetime.datetime.fromisoformat(changed["created_at"]["after"])
        self.assertEqual(created_at, instance.created_at)
        self.assertEqual(set(), instance.obj_what_changed())

    def test_the_tags_of_the_instance_are_those_of_the_column(self) -> None:
        tags = json.loads(FULL["tags"])
        tags[DATA]["objects"][0][DATA]["tag"] = "new"
        request = self.load(self.insert(tags=json.dumps(tags)))
        self.assertEqual(["new"], [tag.tag for tag in request.instance.tags][:1])

    def test_older_newer_and_incomplete_texts(self) -> None:
        unreadable, unsupported = exception.UnreadableRecord, exception.UnsupportedRecordVersion
        instance = json.loads(FULL["instance"])
        without = copy.deepcopy(instance)
        for name in ("deleted", "hidden", "locked_by"):
            del without[DATA][name]
        rows: dict[str, tuple[dict[str, Any], type[Exception] | None]] = {
            "block_device_mappings column null": ({"block_device_mappings": None}, None),
            "tags column null": ({"tags": None}, None),
            "instance column null": ({"instance": None}, unreadable),
            "instance newer minor 2.9": ({"instance": {**instance, VERSION: "2.9"}}, unsupported),
            "instance version 1.23": ({"instance": {**instance, VERSION: "1.23"}}, unsupported),
            "deleted, hidden, locked_by absent in blob": ({"instance": without}, None),
        }
        facts = FACTS["build_request_load_tolerance"]
        self.assertEqual(facts.keys(), rows.keys())
        for name, (changes, error) in rows.items():
            fact = facts[name]
            self.assertEqual(fact["loads"], error is None, name)
            columns = {
                column: json.dumps(value) if isinstance(value, dict) else value
                for column, value in changes.items()
            }
            uuid = self.insert(**columns)
            if error is not None:
                # Nova calls it not found, as if the user had deleted the server.
                raised = self.assertRaises(exception.UnreadableRecord, self.load, uuid)
                self.assertIs(error, type(raised), name)
            else:
                self.assertFacts(fact, self.load(uuid))
            with facade.api_writer.using(self.context) as connection:
                connection.execute(sa.delete(REQUESTS))

    def assertFacts(self, fact: dict[str, Any], request: objects.BuildRequest) -> None:
        if "tags" in fact:
            self.assertEqual(fact["block_device_mappings"], len(request.block_device_mappings))
            self.assertEqual(fact["tags"], len(request.tags))
            self.assertEqual(fact["instance_tags"], len(request.instance.tags))
        else:
            instance = request.instance
            self.assertIs(fact["deleted"], instance.deleted)
            self.assertIs(fact["hidden"], instance.hidden)
            self.assertIs(fact["locked_by"], instance.locked_by)
