# SPDX-License-Identifier: Apache-2.0
"""Servers in a cell: written whole, changed in part, loaded as they are read."""

import json
import threading
from typing import Any

import sqlalchemy as sa

from nova_api_db import context, exception, objects
from nova_api_db.db import facade
from nova_api_db.db.cell import models
from nova_api_db.objects import instance_loading
from tests import base, builders


def primitive(value: Any) -> Any:
    """Return what can be compared."""
    return value.obj_to_primitive() if hasattr(value, "obj_to_primitive") else value


class InstanceTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell_context = self.aim(self.make_cell())

    def make(self, **changes: Any) -> objects.Instance:
        return builders.make_instance(self.cell_context, **changes)

    def get(self, server: objects.Instance, *attributes: str) -> objects.Instance:
        return objects.Instance.get_by_uuid(self.cell_context, server.uuid, list(attributes))

    def rows(self, model: Any, **values: Any) -> list[dict[str, Any]]:
        return builders.list_rows(self.cell_context, model, **values)


class TestCreate(InstanceTestCase):
    def test_writes_all_that_belongs_to_the_server(self) -> None:
        server = self.make(metadata={"a": "1"}, system_metadata={"image_x": None})
        self.assertEqual(1, len(self.rows(models.InstanceExtra, instance_uuid=server.uuid)))
        self.assertEqual(1, len(self.rows(models.InstanceInfoCache, instance_uuid=server.uuid)))
        self.assertEqual(1, len(self.rows(models.InstanceIdMapping, uuid=server.uuid)))
        found = self.get(server)
        self.assertEqual({"a": "1"}, found.metadata)
        self.assertEqual({"image_x": None}, found.system_metadata)
        self.assertEqual("m1.small", found.flavor.name)
        self.assertIsNone(found.old_flavor)
        self.assertEqual(f"instance-{found.id:08x}", found.name)

    def test_object_is_as_stored_afterwards(self) -> None:
        server = self.make()
        self.assertIsNotNone(server.id)
        self.assertIsNotNone(server.created_at)
        self.assertEqual(set(), server.obj_what_changed())

    def test_twice_is_refused(self) -> None:
        server = self.make()
        self.assertRaises(exception.ObjectActionError, server.create)
        self.assertRaises(exception.InstanceExists, self.make, uuid=server.uuid)
        self.assertEqual(1, len(self.rows(models.InstanceExtra)))

    def test_without_uuid_is_refused(self) -> None:
        server = objects.Instance(self.cell_context, display_name="x")
        self.assertRaises(exception.ObjectActionError, server.create)

    def test_stored_flavor_has_no_description(self) -> None:
        server = self.make(flavor=builders.flavor(description="ours only"))
        [row] = self.rows(models.InstanceExtra, instance_uuid=server.uuid)
        stored = json.loads(row["flavor"])
        self.assertEqual({"cur", "old", "new"}, stored.keys())
        self.assertIsNone(stored["cur"]["nova_object.data"]["description"])


class TestGet(InstanceTestCase):
    def test_raises_when_absent(self) -> None:
        uuid = "00000000-0000-0000-0000-000000000001"
        error = self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.cell_context, uuid
        )
        self.assertIn(uuid, str(error))
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_id, self.cell_context, 9
        )

    def test_every_field_but_the_uuid_has_a_loader(self) -> None:
        self.assertEqual(objects.Instance.fields.keys() - {"uuid"}, instance_loading.LOADERS.keys())

    def test_every_field_is_loaded_when_read(self) -> None:
        stored = self.get(self.make(metadata={"a": "1"}))
        for name in instance_loading.LOADERS:
            server = objects.Instance(self.cell_context, uuid=stored.uuid)
            server.obj_reset_changes()
            getattr(server, name)
            self.assertTrue(server.obj_attr_is_set(name), name)
            self.assertEqual(set(), server.obj_what_changed(), name)

    def test_fields_of_many_are_loaded_as_those_of_one(self) -> None:
        self.make(metadata={"a": "1"}, host="h")
        self.make(system_metadata={"b": None})
        together = objects.InstanceList.get_all(self.cell_context, list(instance_loading.LOADERS))
        for server in together:
            alone = self.get(server)
            for name in instance_loading.LOADERS:
                self.assertTrue(server.obj_attr_is_set(name), name)
                self.assertEqual(
                    primitive(getattr(alone, name)), primitive(getattr(server, name)), name
                )

    def test_unreadable_document_is_a_named_error(self) -> None:
        server = self.make()
        with facade.cell_writer.using(self.cell_context) as connection:
            connection.execute(sa.update(models.InstanceExtra).values(numa_topology="{not json"))
        found = self.get(server)
        error = self.assertRaises(exception.UnreadableRecord, lambda: found.numa_topology)
        self.assertIn(server.uuid, str(error))

    def test_unknown_version_is_a_named_error(self) -> None:
        server = self.make()
        with facade.cell_writer.using(self.cell_context) as connection:
            text = connection.scalar(sa.select(models.InstanceExtra.flavor)) or ""
            newer = text.replace('"nova_object.version": "1.2"', '"nova_object.version": "1.99"')
            connection.execute(sa.update(models.InstanceExtra).values(flavor=newer))
        error = self.assertRaises(
            exception.UnsupportedRecordVersion, lambda: self.get(server).flavor
        )
        self.assertIn("1.99", str(error))

    def test_orphan_does_not_load(self) -> None:
        server = self.get(self.make())
        server._context = None
        self.assertRaises(exception.OrphanedObjectError, lambda: server.tags)


class TestSave(InstanceTestCase):
    def test_writes_what_changed(self) -> None:
        server = self.get(self.make())
        server.task_state = "rebooting"
        server.metadata = {"k": "v"}
        server.save()
        self.assertEqual(set(), server.obj_what_changed())
        found = self.get(server)
        self.assertEqual("rebooting", found.task_state)
        self.assertEqual({"k": "v"}, found.metadata)
        self.assertIsNotNone(found.updated_at)

    def test_nothing_changed_writes_nothing(self) -> None:
        server = self.get(self.make())
        server.save()
        self.assertIsNone(self.get(server).updated_at)

    def test_pairs_changed_in_place_are_written(self) -> None:
        server = self.get(self.make(metadata={"a": "1", "b": "2", "c": "3"}))
        server.metadata["a"] = "one"
        del server.metadata["b"]
        server.metadata["d"] = "4"
        server.save()
        self.assertEqual({"a": "one", "c": "3", "d": "4"}, self.get(server).metadata)
        kept = self.rows(models.InstanceMetadata, deleted=0)
        self.assertCountEqual(["a", "c", "d"], [row["key"] for row in kept])
        [gone] = [row for row in self.rows(models.InstanceMetadata) if row["deleted"]]
        self.assertEqual(("b", gone["id"]), (gone["key"], gone["deleted"]))

    def test_a_changed_flavor_keeps_the_other_ones(self) -> None:
        server = self.make(old_flavor=builders.flavor(id=3, name="old"))
        found = self.get(server)
        found.new_flavor = builders.flavor(id=9, name="new")
        found.save()
        found = self.get(server)
        self.assertEqual(
            ["m1.small", "old", "new"],
            [found.flavor.name, found.old_flavor.name, found.new_flavor.name],
        )

    def test_gone_is_not_found(self) -> None:
        server = self.get(self.make())
        with facade.cell_writer.using(self.cell_context) as connection:
            connection.execute(sa.update(models.Instance).values(deleted=models.Instance.id))
        server.display_name = "late"
        self.assertRaises(exception.InstanceNotFound, server.save)

    def test_unexpected_states_are_refused(self) -> None:
        server = self.get(self.make())
        server.display_name = "x"
        self.assertRaises(
            exception.UnexpectedVMStateError, server.save, expected_vm_state="stopped"
        )
        self.assertRaises(
            exception.UnexpectedTaskStateError, server.save, expected_task_state=["rebooting"]
        )
        self.assertEqual("server", self.get(server).display_name)
        server.save(expected_vm_state=["active", "stopped"], expected_task_state=[None])
        self.assertEqual("x", self.get(server).display_name)

    def test_one_of_two_that_expect_the_same_state_wins(self) -> None:
        server = self.make()
        outcomes: list[str] = []
        barrier = threading.Barrier(2)

        def run(task: str) -> None:
            own = context.aimed(context.get_admin_context(), self.cell_context.cell_target)
            found = objects.Instance.get_by_uuid(own, server.uuid)
            found.task_state = task
            barrier.wait()
            try:
                found.save(expected_task_state=[None])
                outcomes.append(task)
            except exception.UnexpectedTaskStateError:
                pass

        threads = [threading.Thread(target=run, args=(task,)) for task in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(outcomes))
        self.assertEqual(outcomes[0], self.get(server).task_state)
