# SPDX-License-Identifier: Apache-2.0
"""Request specs in real databases."""

import json
from typing import Any
from unittest import mock

import fixtures
import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db import exception, objects
from nova_api_db.context import RequestContext
from nova_api_db.db import facade, request_spec
from nova_api_db.db.api import models
from tests import base, builders

SPECS = models.RequestSpec.__table__

#: Longer than TEXT is on MySQL, in bytes and, once escaped, several times so.
LONG = "\N{GRINNING FACE}\u65e5'\"\\\n" * 6000


class RequestSpecTestCase(base.DatabaseTestCase):
    def make(self, context: RequestContext | None = None, **changes: Any) -> objects.RequestSpec:
        values = {
            "instance_uuid": uuidutils.generate_uuid(),
            "flavor": builders.flavor(),
            "num_instances": 1,
            **changes,
        }
        spec = objects.RequestSpec(context or self.context, **values)
        spec.create()
        return spec

    def load(self, uuid: str, context: RequestContext | None = None) -> objects.RequestSpec:
        return objects.RequestSpec.get_by_instance_uuid(context or self.context, uuid)

    def rows(self, context: RequestContext | None = None) -> list[dict[str, Any]]:
        with facade.spec_reader.using(context or self.context) as connection:
            return [dict(row) for row in connection.execute(sa.select(SPECS)).mappings()]

    def break_row(self, uuid: str, text: str) -> None:
        with facade.api_writer.using(self.context) as connection:
            where = SPECS.c.instance_uuid == uuid
            connection.execute(sa.update(SPECS).where(where).values(spec=text))


class TestErrors(RequestSpecTestCase):
    def test_get_by_instance_uuid_raises_when_absent(self) -> None:
        error = self.assertRaises(exception.RequestSpecNotFound, self.load, "absent")
        self.assertIn("absent", str(error))

    def test_create_raises_when_created(self) -> None:
        error = self.assertRaises(exception.ObjectActionError, self.make().create)
        self.assertEqual("Object action create failed because: already created", str(error))

    def test_create_raises_when_nothing_is_set(self) -> None:
        spec = objects.RequestSpec(self.context)
        error = self.assertRaises(exception.ObjectActionError, spec.create)
        self.assertEqual("Object action create failed because: no fields are set", str(error))

    def test_a_server_has_one(self) -> None:
        uuid = self.make().instance_uuid
        self.assertRaises(db_exception.DBDuplicateEntry, self.make, instance_uuid=uuid)

    def test_it_belongs_to_a_server(self) -> None:
        spec = objects.RequestSpec(self.context, num_instances=1)
        self.assertRaises(db_exception.DBError, spec.create)
        self.assertEqual([], self.rows())

    def test_save_and_destroy_raise_when_it_is_gone(self) -> None:
        spec = self.make()
        self.load(spec.instance_uuid).destroy()
        spec.num_instances = 2
        self.assertRaises(exception.RequestSpecNotFound, spec.save)
        self.assertRaises(exception.RequestSpecNotFound, spec.destroy)
        self.assertEqual([], self.rows())

    def test_three_different_errors(self) -> None:
        uuid = self.make().instance_uuid
        for text in ("", "{", "[]", "null", '{"nova_object.name": "RequestSpec"}', "\N{BULLET}"):
            self.break_row(uuid, text)
            error = self.assertRaises(exception.UnreadableRecord, self.load, uuid)
            self.assertNotIsInstance(error, exception.UnsupportedRecordVersion)
            self.assertIn(uuid, str(error))
            self.assertNotIn("\n", str(error))
        self.assertFalse(issubclass(exception.RequestSpecNotFound, exception.UnreadableRecord))
        self.assertFalse(issubclass(exception.UnreadableRecord, exception.RequestSpecNotFound))

    def test_a_spec_without_context_is_orphaned(self) -> None:
        spec = objects.RequestSpec(instance_uuid=uuidutils.generate_uuid())
        for method in (spec.create, spec.save, spec.destroy):
            self.assertRaises(exception.OrphanedObjectError, method)


class TestSeveral(RequestSpecTestCase):
    def test_get_by_instance_uuids_returns_those_there_are(self) -> None:
        made = [self.make().instance_uuid for _ in range(3)]
        found = objects.RequestSpec.get_by_instance_uuids(
            self.context, [*made[:2], made[0], "absent"]
        )
        self.assertCountEqual(made[:2], [spec.instance_uuid for spec in found])
        self.assertEqual([], objects.RequestSpec.get_by_instance_uuids(self.context, []))

    def test_more_than_a_statement_takes(self) -> None:
        self.useFixture(fixtures.MonkeyPatch("nova_api_db.db.parts.AT_ONCE", 2))
        made = [self.make().instance_uuid for _ in range(5)]
        found = objects.RequestSpec.get_by_instance_uuids(self.context, made)
        self.assertCountEqual(made, [spec.instance_uuid for spec in found])
        self.assertEqual(5, objects.RequestSpec.destroy_bulk(self.context, made))
        self.assertEqual([], self.rows())

    def test_one_that_cannot_be_read_does_not_hide_the_others(self) -> None:
        made = [self.make().instance_uuid for _ in range(2)]
        self.break_row(made[0], "{")
        [found] = objects.RequestSpec.get_by_instance_uuids(self.context, made)
        self.assertEqual(made[1], found.instance_uuid)
        self.assertIn(made[0], self.logs.output)

    def test_servers_of_a_group_get_their_own_copies(self) -> None:
        group = builders.make_instance_group(self.context)
        made = [self.make(instance_group=group).instance_uuid for _ in range(2)]
        one, other = objects.RequestSpec.get_by_instance_uuids(self.context, made)
        one.instance_group.hosts = ["host"]
        self.assertEqual(group.uuid, other.instance_group.uuid)
        self.assertFalse(
            other.instance_group.obj_attr_is_set("hosts") and other.instance_group.hosts
        )

    def test_destroy_bulk_says_how_many_there_were(self) -> None:
        made = [self.make().instance_uuid for _ in range(3)]
        destroyed = objects.RequestSpec.destroy_bulk(self.context, [*made[:2], "absent"])
        self.assertEqual(2, destroyed)
        self.assertEqual(made[2:], [row["instance_uuid"] for row in self.rows()])
        self.assertEqual(0, objects.RequestSpec.destroy_bulk(self.context, []))


class TestWhere(RequestSpecTestCase):
    def test_the_context_picks_the_database(self) -> None:
        cell_context = self.aim(self.make_cell())
        uuid = self.make(cell_context, num_instances=7).instance_uuid
        self.assertEqual([], self.rows())
        self.assertEqual(7, self.load(uuid, cell_context).num_instances)
        self.assertRaises(exception.RequestSpecNotFound, self.load, uuid)

    def test_it_can_move(self) -> None:
        cell_context = self.aim(self.make_cell())
        spec = self.make(cell_context, requested_destination=objects.Destination(host="host"))
        [row] = self.rows(cell_context)
        request_spec.create(
            self.context, {"instance_uuid": row["instance_uuid"], "spec": row["spec"]}
        )
        objects.RequestSpec.destroy_bulk(cell_context, [spec.instance_uuid])
        self.assertEqual([], self.rows(cell_context))
        self.assertEqual(1, self.load(spec.instance_uuid).num_instances)

    def test_every_method_in_a_cell(self) -> None:
        cell_context = self.aim(self.make_cell())
        spec = self.make(cell_context)
        spec.num_instances = 2
        spec.save()
        [found] = objects.RequestSpec.get_by_instance_uuids(cell_context, [spec.instance_uuid])
        self.assertEqual(2, found.num_instances)
        found.destroy()
        self.assertEqual([], self.rows(cell_context))

    def test_the_group_is_always_in_the_api_database(self) -> None:
        group = builders.make_instance_group(self.context)
        cell_context = self.aim(self.make_cell())
        spec = self.make(cell_context, instance_group=group)
        self.assertEqual(group.uuid, spec.instance_group.uuid)
        loaded = self.load(spec.instance_uuid, cell_context)
        self.assertEqual(group.uuid, loaded.instance_group.uuid)


class TestText(RequestSpecTestCase):
    def test_a_long_one_comes_back(self) -> None:
        hints = {"hint": [LONG, "x" * 100 * 1024]}
        spec = self.make(scheduler_hints=hints, availability_zone=LONG)
        [row] = self.rows()
        self.assertGreater(len(row["spec"]), 200 * 1024)
        self.assertTrue(row["spec"].isascii())
        loaded = self.load(spec.instance_uuid)
        self.assertEqual(hints, loaded.scheduler_hints)
        self.assertEqual(LONG, loaded.availability_zone)

    def test_save_writes_nothing_when_nothing_changed(self) -> None:
        spec = self.make(flavor=builders.flavor())
        spec.save()
        self.load(spec.instance_uuid).save()
        [row] = self.rows()
        self.assertIsNone(row["updated_at"])

    def test_save_hydrates_nothing(self) -> None:
        spec = self.make(image=builders.image(), numa_topology=None)
        loaded = self.load(spec.instance_uuid)
        loaded.num_instances = 2
        loaded.save()
        self.assertEqual(set(), {"flavor", "image"} - loaded._pending.keys())
        again = self.load(spec.instance_uuid)
        self.assertEqual(spec.flavor.obj_to_primitive(), again.flavor.obj_to_primitive())
        self.assertEqual(2, again.num_instances)

    def test_a_change_deep_in_it_is_saved(self) -> None:
        uuid = self.make().instance_uuid
        spec = self.load(uuid)
        spec.flavor.memory_mb = 4096
        spec.save()
        self.assertEqual(4096, self.load(uuid).flavor.memory_mb)

    def test_reading_what_is_not_stored_is_no_change(self) -> None:
        spec = self.load(self.make().instance_uuid)
        self.assertIsNone(spec.requested_destination)
        self.assertIsNone(spec.requested_resources)
        self.assertEqual(set(), spec.obj_what_changed())

    def test_loading_never_writes(self) -> None:
        uuid = self.make().instance_uuid
        with mock.patch.object(request_spec, "update") as update:
            self.load(uuid)
            objects.RequestSpec.get_by_instance_uuids(self.context, [uuid])
        update.assert_not_called()

    def test_keys_that_look_like_an_object(self) -> None:
        extra_specs = {"nova_object.name": "x", "nova_object.changes": "y"}
        spec = self.make(flavor=builders.flavor(extra_specs=extra_specs))
        loaded = self.load(spec.instance_uuid)
        self.assertEqual(set(), loaded.obj_what_changed())
        loaded.num_instances = 2
        loaded.save()
        self.assertEqual(extra_specs, self.load(spec.instance_uuid).flavor.extra_specs)

    def test_it_crosses_rpc(self) -> None:
        spec = self.load(self.make().instance_uuid)
        spec.requested_destination = objects.Destination(host="host")
        sent = json.loads(json.dumps(spec.obj_to_primitive()))
        received = objects.RequestSpec.obj_from_primitive(sent, self.context)
        self.assertEqual("host", received.requested_destination.host)
        received.num_instances = 3
        received.save()
        self.assertEqual(3, self.load(spec.instance_uuid).num_instances)
        self.assertIsNone(self.load(spec.instance_uuid).requested_destination)
