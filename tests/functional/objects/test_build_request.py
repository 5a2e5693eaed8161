# SPDX-License-Identifier: Apache-2.0
"""Build requests in a real database."""

import concurrent.futures
import json
from typing import Any

import sqlalchemy as sa

from nova_api_db import context as nova_context
from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from tests import base, builders

REQUESTS = models.BuildRequest.__table__
ABSENT = "00000000-0000-0000-0000-00000000000a"


class BuildRequestTestCase(base.DatabaseTestCase):
    def make(self, **changes: Any) -> objects.BuildRequest:
        return builders.make_build_request(self.context, **changes)

    def load(self, uuid: str) -> objects.BuildRequest:
        return objects.BuildRequest.get_by_instance_uuid(self.context, uuid)

    def execute(self, statement: Any) -> list[dict[str, Any]]:
        with facade.api_writer.using(self.context) as connection:
            result = connection.execute(statement)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def rows(self) -> list[dict[str, Any]]:
        return self.execute(sa.select(REQUESTS))


class TestBuildRequest(BuildRequestTestCase):
    def test_get_by_instance_uuid_raises_when_absent(self) -> None:
        error = self.assertRaises(exception.BuildRequestNotFound, self.load, "absent")
        self.assertIn("absent", str(error))

    def test_create_without_an_instance_leaves_nothing(self) -> None:
        request = objects.BuildRequest(self.context, instance_uuid=ABSENT, project_id="p")
        self.assertRaises(exception.ObjectActionError, request.create)
        self.assertEqual([], self.rows())

    def test_create_leaves_the_callers_server_as_it_is(self) -> None:
        server = builders.server(host="from-elsewhere")
        request = objects.BuildRequest(
            self.context, instance_uuid=server.uuid, project_id="p", instance=server
        )
        request.create()
        self.assertEqual("from-elsewhere", server.host)
        self.assertIn("display_name", server.obj_what_changed())
        self.assertIsNone(request.instance.host)

    def test_lists_that_were_never_set_are_empty(self) -> None:
        server = builders.server()
        objects.BuildRequest(
            self.context, instance_uuid=server.uuid, project_id="p", instance=server
        ).create()
        [row] = self.rows()
        self.assertIsNone(row["tags"])
        request = self.load(server.uuid)
        self.assertEqual([], list(request.tags))
        self.assertEqual([], list(request.instance.tags))
        self.assertEqual([], list(request.block_device_mappings))

    def test_save_writes_nothing_when_nothing_changed(self) -> None:
        request = self.load(self.make().instance_uuid)
        self.execute(sa.update(REQUESTS).values(tags=None, updated_at=None))
        request.save()
        [row] = self.rows()
        self.assertIsNone(row["updated_at"])

    def test_save_writes_what_changed_and_nothing_else(self) -> None:
        request = self.load(self.make().instance_uuid)
        self.execute(sa.update(REQUESTS).values(instance="changed by another"))
        request.tags = objects.TagList(
            objects=[objects.Tag(resource_id=request.instance_uuid, tag="new")]
        )
        request.save()
        [row] = self.rows()
        self.assertEqual("changed by another", row["instance"])
        self.assertIn('"new"', row["tags"])
        self.assertEqual(["new"], [tag.tag for tag in request.instance.tags])

    def test_a_change_deep_in_the_server_is_saved(self) -> None:
        request = self.load(self.make().instance_uuid)
        request.instance.flavor.memory_mb = 4096
        request.save()
        self.assertEqual(4096, self.load(request.instance_uuid).instance.flavor.memory_mb)

    def test_save_of_a_deleted_one_raises(self) -> None:
        request = self.make()
        self.load(request.instance_uuid).destroy()
        request.instance.display_name = "too late"
        self.assertRaises(exception.BuildRequestNotFound, request.save)
        self.assertEqual([], self.rows())

    def test_save_of_one_that_was_never_stored_raises(self) -> None:
        request = objects.BuildRequest(self.context, instance_uuid=ABSENT, project_id="p")
        self.assertRaises(exception.ObjectActionError, request.save)

    def test_only_one_can_destroy_it(self) -> None:
        request = self.make()
        self.load(request.instance_uuid).destroy()
        self.assertRaises(exception.BuildRequestNotFound, request.destroy)

    def test_of_many_at_once_one_destroys_it(self) -> None:
        uuids = [self.make().instance_uuid for _ in range(5)]

        def claim(uuid: str) -> int:
            context = nova_context.get_admin_context()
            try:
                objects.BuildRequest(context, instance_uuid=uuid).destroy()
            except exception.BuildRequestNotFound:
                return 0
            return 1

        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            claims = list(threads.map(claim, uuids * 4))
        self.assertEqual(len(uuids), sum(claims))
        self.assertEqual([], self.rows())

    def test_texts_that_no_character_set_of_mysql_holds(self) -> None:
        request = self.make(display_name="\N{GRINNING FACE} \u65e5\u672c")
        loaded = self.load(request.instance_uuid)
        self.assertEqual("\N{GRINNING FACE} \u65e5\u672c", loaded.instance.display_name)

    def test_metadata_that_looks_like_an_object(self) -> None:
        metadata = {
            "nova_object.name": "Flavor",
            "nova_object.data": "x",
            "nova_object.changes": "y",
            "nova_object.version": "99",
        }
        request = self.make(metadata=metadata)
        self.assertEqual(metadata, self.load(request.instance_uuid).instance.metadata)

    def test_unreadable_text_raises(self) -> None:
        request = self.make()
        for column in ("instance", "block_device_mappings", "tags"):
            [before] = self.rows()
            for text in ("{", "[]", '{"nova_object.name": "Flavor"}', "null"):
                self.execute(sa.update(REQUESTS).values({column: text}))
                error = self.assertRaises(
                    exception.UnreadableRecord, self.load, request.instance_uuid
                )
                self.assertIn(request.instance_uuid, str(error))
            self.execute(sa.update(REQUESTS).values({column: before[column]}))

    def test_get_new_instance_is_all_new(self) -> None:
        request = self.load(self.make(tags=["blue"]).instance_uuid)
        server = request.get_new_instance(self.context)
        known = {name for name in server.fields if server.obj_attr_is_set(name)}
        self.assertEqual(known, server.obj_what_changed())
        self.assertNotIn("tags", known)
        self.assertIsNot(server, request.instance)
        self.assertEqual(["blue"], [tag.tag for tag in request.instance.tags])
        self.assertEqual(set(), request.obj_what_changed())

    def test_a_new_instance_can_be_created_in_a_cell(self) -> None:
        request = self.load(self.make(display_name="web").instance_uuid)
        cell_context = self.aim(self.make_cell())
        request.get_new_instance(cell_context).create()
        server = objects.Instance.get_by_uuid(cell_context, request.instance_uuid)
        self.assertEqual("web", server.display_name)

    def test_request_spec_is_read_once_from_the_api_database(self) -> None:
        request = self.make()
        spec = objects.RequestSpec(
            self.context, instance_uuid=request.instance_uuid, num_instances=3
        )
        spec.create()
        request._context = self.aim(self.make_cell())
        self.assertEqual(3, request.request_spec.num_instances)
        spec.destroy()
        self.assertEqual(3, request.request_spec.num_instances)

    def test_request_spec_raises_when_there_is_none(self) -> None:
        request = self.make()
        self.assertRaises(exception.RequestSpecNotFound, lambda: request.request_spec)

    def test_it_crosses_rpc(self) -> None:
        request = self.load(self.make(tags=["blue"]).instance_uuid)
        sent = json.loads(json.dumps(request.obj_to_primitive()))
        received = objects.BuildRequest.obj_from_primitive(sent, self.context)
        self.assertEqual(request.instance.display_name, received.instance.display_name)
        self.assertEqual(["blue"], [tag.tag for tag in received.tags])
        received.instance.display_name = "renamed"
        received.save()
        self.assertEqual("renamed", self.load(request.instance_uuid).instance.display_name)
