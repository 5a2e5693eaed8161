# SPDX-License-Identifier: Apache-2.0
"""Servers in a cell: written whole, changed in part, loaded as they are read."""

import copy
import datetime
import json
import threading
from typing import Any

import sqlalchemy as sa
from oslo_utils import uuidutils

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

    def test_makes_the_default_security_group_of_the_project_once(self) -> None:
        self.cell_context.project_id, self.cell_context.user_id = "p", "u"
        self.make(project_id="p")
        self.make(project_id="p")
        [group] = self.rows(models.SecurityGroup)
        self.assertEqual(
            ("default", "default", "p", "u", 0),
            tuple(
                group[name] for name in ("name", "description", "project_id", "user_id", "deleted")
            ),
        )

    def test_a_context_without_a_project_makes_one_group(self) -> None:
        self.make()
        self.make()
        self.assertEqual(1, len(self.rows(models.SecurityGroup)))

    def test_servers_created_at_once_share_the_group(self) -> None:
        barrier = threading.Barrier(4)
        errors: list[Exception] = []

        def create() -> None:
            own = context.aimed(context.get_admin_context(), self.cell_context.cell_target)
            own.project_id = "p"
            barrier.wait()
            try:
                builders.make_instance(own)
            except Exception as error:  # noqa: BLE001 - told by the test
                errors.append(error)

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], errors)
        self.assertEqual(1, len(self.rows(models.SecurityGroup, project_id="p")))
        self.assertEqual(4, len(self.rows(models.Instance)))

    def test_documents_as_nova_stores_them(self) -> None:
        server = self.make(
            pci_requests=objects.InstancePCIRequests(requests=[]),
            numa_topology=objects.InstanceNUMATopology(cells=[]),
            resources=objects.ResourceList(objects=[]),
            keypairs=objects.KeyPairList(objects=[]),
        )
        [row] = self.rows(models.InstanceExtra)
        self.assertEqual(
            ("[]", None, None), (row["pci_requests"], row["numa_topology"], row["resources"])
        )
        self.assertEqual([], json.loads(row["keypairs"])["nova_object.data"]["objects"])
        self.assertIsNone(self.get(server).numa_topology)

    def test_times_and_addresses_are_stored_as_columns_hold_them(self) -> None:
        east = datetime.timezone(datetime.timedelta(hours=2))
        launched = datetime.datetime(2026, 1, 1, 12, tzinfo=east)
        server = self.make(launched_at=launched, access_ip_v4="192.0.2.1", access_ip_v6="fe80::1")
        [row] = self.rows(models.Instance)
        self.assertEqual(datetime.datetime(2026, 1, 1, 10), row["launched_at"])
        self.assertEqual(("192.0.2.1", "fe80::1"), (row["access_ip_v4"], row["access_ip_v6"]))
        self.assertEqual(launched, self.get(server).launched_at)

    def test_nothing_is_left_of_one_that_fails(self) -> None:
        server = self.make()
        self.assertRaises(exception.InstanceExists, self.make, uuid=server.uuid, metadata={"a": ""})
        self.assertEqual([], self.rows(models.InstanceMetadata))


class TestGet(InstanceTestCase):
    def test_the_info_cache_comes_with_it_unless_asked_otherwise(self) -> None:
        server = self.make()
        found = objects.Instance.get_by_uuid(self.cell_context, server.uuid)
        self.assertTrue(found.obj_attr_is_set("info_cache"))
        self.assertFalse(found.obj_attr_is_set("flavor"))
        self.assertFalse(self.get(server).obj_attr_is_set("info_cache"))

    def test_what_may_be_null_of_flags_is_no(self) -> None:
        row = builders.make_instance_row(self.cell_context, locked=None, hidden=None, cleaned=None)
        found = objects.Instance.get_by_uuid(self.cell_context, row["uuid"])
        self.assertEqual((False, False, False), (found.locked, found.hidden, found.cleaned))

    def test_a_row_alone_is_a_server_too(self) -> None:
        row = builders.make_instance_row(self.cell_context)
        found = objects.Instance.get_by_uuid(self.cell_context, row["uuid"])
        self.assertIsNone(found.info_cache)
        self.assertIsNone(found.numa_topology)
        self.assertEqual([], found.pci_requests.requests)
        self.assertEqual([], list(found.keypairs))
        self.assertIsNone(found.old_flavor)
        error = self.assertRaises(exception.ObjectActionError, lambda: found.flavor)
        self.assertIn("no flavor is stored", str(error))
        everything = [name for name in instance_loading.LOADERS if name != "flavor"]
        [listed] = objects.InstanceList.get_all(self.cell_context, [*everything, "flavor"])
        self.assertFalse(listed.obj_attr_is_set("flavor"))

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

    def test_only_documents_changed_leave_the_row_alone(self) -> None:
        server = self.get(self.make())
        server.vcpu_model = objects.VirtCPUModel(arch="x86_64")
        server.save()
        [row] = self.rows(models.InstanceExtra)
        self.assertIsNotNone(row["updated_at"])
        self.assertEqual("x86_64", json.loads(row["vcpu_model"])["nova_object.data"]["arch"])
        self.assertIsNone(self.get(server).updated_at)
        server.vcpu_model = None
        server.save()
        [row] = self.rows(models.InstanceExtra)
        self.assertIsNone(row["vcpu_model"])

    def test_a_document_changed_in_place_is_written(self) -> None:
        server = self.get(self.make())
        server.flavor.name = "renamed"
        self.assertEqual({"flavor"}, server.obj_what_changed())
        server.save()
        self.assertEqual("renamed", self.get(server).flavor.name)

    def test_system_metadata_that_is_taken_away_is_gone(self) -> None:
        server = self.get(self.make(system_metadata={"a": "1", "b": "2"}))
        server.system_metadata = {"b": "2", "c": None}
        server.save()
        rows = self.rows(models.InstanceSystemMetadata)
        self.assertEqual({"b": "2", "c": None}, {row["key"]: row["value"] for row in rows})

    def test_pairs_of_one_that_was_sent_are_compared_too(self) -> None:
        stored = self.get(self.make(metadata={"a": "1"}), "metadata")
        sent = objects.Instance.obj_from_primitive(stored.obj_to_primitive(), self.cell_context)
        self.assertEqual(set(), sent.obj_what_changed())
        sent.metadata["b"] = "2"
        self.assertEqual({"metadata"}, sent.obj_what_changed())
        sent.save()
        self.assertEqual({"a": "1", "b": "2"}, self.get(stored).metadata)

    def test_a_copy_changes_alone(self) -> None:
        server = self.get(self.make(metadata={"a": "1"}), "metadata")
        duplicate = copy.deepcopy(server)
        duplicate.metadata["b"] = "2"
        self.assertEqual(set(), server.obj_what_changed())
        self.assertEqual({"metadata"}, duplicate.obj_what_changed())

    def test_a_deleted_key_is_gone_at_once(self) -> None:
        server = self.get(self.make(metadata={"a": "1", "b": "2"}))
        server.delete_metadata_key("a")
        self.assertEqual(set(), server.obj_what_changed())
        self.assertEqual({"b": "2"}, self.get(server).metadata)
        self.assertRaises(KeyError, server.delete_metadata_key, "a")

    def test_the_info_cache_is_written(self) -> None:
        server = self.make()
        found = objects.Instance.get_by_uuid(self.cell_context, server.uuid)
        assert found.info_cache is not None
        found.info_cache.network_info = [{"id": "port"}]
        found.save()
        [row] = self.rows(models.InstanceInfoCache)
        self.assertEqual([{"id": "port"}], json.loads(row["network_info"]))
        self.assertIsNone(self.get(server).updated_at)

    def test_what_lives_by_itself_is_not_written(self) -> None:
        server = self.get(self.make())
        server.tags = objects.TagList(objects=[objects.Tag(tag="x")])
        server.fault = objects.InstanceFault(code=500)
        server.save()
        self.assertEqual([], self.rows(models.Tag))
        self.assertEqual([], self.rows(models.InstanceFault))

    def test_takes_over_what_others_changed(self) -> None:
        server = self.get(self.make())
        other = self.get(server)
        other.power_state = 4
        other.save()
        server.host = "h"
        server.save()
        self.assertEqual((4, "h"), (server.power_state, server.host))

    def test_the_migration_context_is_dropped_at_once(self) -> None:
        server = self.get(self.make())
        server.migration_context = objects.MigrationContext(
            instance_uuid=server.uuid, migration_id=1
        )
        server.save()
        found = self.get(server)
        found.drop_migration_context()
        self.assertIsNone(found.migration_context)
        self.assertIsNone(self.get(server).migration_context)
        self.assertEqual(set(), found.obj_what_changed())

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
        raised = self.assertRaises(
            exception.InstanceUpdateConflict, server.save, expected_vm_state="stopped"
        )
        self.assertIs(exception.InstanceUpdateConflict, type(raised))
        self.assertRaises(
            exception.UnexpectedTaskStateError, server.save, expected_task_state=["rebooting"]
        )
        self.assertEqual("server", self.get(server).display_name)
        self.assertEqual({"display_name"}, server.obj_what_changed())
        server.save(expected_vm_state=["active", "stopped"], expected_task_state=[None])
        self.assertEqual("x", self.get(server).display_name)

    def test_a_server_that_is_being_deleted_has_an_error_of_its_own(self) -> None:
        server = self.get(self.make(task_state="deleting"))
        server.display_name = "x"
        error = self.assertRaises(
            exception.UnexpectedDeletingTaskStateError,
            server.save,
            expected_task_state="spawning",
            expected_vm_state="stopped",
        )
        self.assertIsInstance(error, exception.InstanceUpdateConflict)
        self.assertEqual({"task_state": "deleting", "vm_state": "active"}, error.kwargs["actual"])

    def test_nothing_of_a_refused_change_is_written(self) -> None:
        server = self.get(self.make(metadata={"a": "1"}))
        server.metadata = {}
        server.flavor = builders.flavor(name="other")
        self.assertRaises(
            exception.UnexpectedTaskStateError, server.save, expected_task_state="spawning"
        )
        found = self.get(server)
        self.assertEqual(({"a": "1"}, "m1.small"), (found.metadata, found.flavor.name))

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


class TestRefresh(InstanceTestCase):
    def test_reads_again_what_is_set(self) -> None:
        server = self.get(self.make(metadata={"a": "1"}), "metadata")
        other = self.get(server)
        other.host = "h"
        other.metadata = {"b": "2"}
        other.save()
        server.display_name = "not saved"
        server.refresh()
        self.assertEqual(
            ("h", {"b": "2"}, "server"), (server.host, server.metadata, server.display_name)
        )
        self.assertEqual(set(), server.obj_what_changed())
        self.assertFalse(server.obj_attr_is_set("tags"))

    def test_raises_when_gone(self) -> None:
        server = self.get(self.make())
        self.get(server).destroy()
        self.assertRaises(exception.InstanceNotFound, server.refresh)


class TestFlavors(InstanceTestCase):
    def test_by_the_part_they_play_in_a_resize(self) -> None:
        server = self.get(self.make())
        self.assertIsNone(server.get_flavor("new"))
        server.set_flavor(builders.flavor(name="big"), "new")
        server.save()
        found = self.get(server)
        new = found.get_flavor("new")
        assert new is not None
        self.assertEqual("big", new.name)
        found.delete_flavor("new")
        found.save()
        self.assertIsNone(self.get(server).get_flavor("new"))

    def test_the_image_is_known_from_the_system_metadata(self) -> None:
        uuid = uuidutils.generate_uuid()
        server = self.make(image_ref=uuid, system_metadata={"image_min_ram": "64", "x": "y"})
        image = self.get(server).image_meta
        self.assertEqual((uuid, 64), (image.id, image.min_ram))
