# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell that are deleted: marked with all that is theirs, or gone for good."""

from typing import Any

import sqlalchemy as sa

from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.cell import instance_removal, models
from tests import base, builders

#: Everything of a server has a row here, but for its own row.
MODELS = (
    models.BlockDeviceMapping,
    models.InstanceAction,
    models.InstanceExtra,
    models.InstanceFault,
    models.InstanceIdMapping,
    models.InstanceInfoCache,
    models.InstanceMetadata,
    models.InstanceSystemMetadata,
    models.Migration,
    models.SecurityGroupInstanceAssociation,
    models.Tag,
    models.VirtualInterface,
)


class RemovalTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())

    def make(self, **changes: Any) -> objects.Instance:
        return builders.make_instance(self.cell, **changes)

    def make_with_everything(self, **changes: Any) -> objects.Instance:
        server = self.make(metadata={"a": "1"}, system_metadata={"b": "2"}, **changes)
        of_server = {"instance_uuid": server.uuid}
        action = builders.make_row(self.cell, models.InstanceAction, **of_server, action="create")
        builders.make_row(self.cell, models.InstanceActionEvent, action_id=action["id"])
        builders.make_row(self.cell, models.InstanceFault, **of_server, code=500)
        builders.make_row(self.cell, models.BlockDeviceMapping, **of_server)
        builders.make_row(self.cell, models.Migration, **of_server)
        builders.make_row(self.cell, models.VirtualInterface, **of_server, address=server.uuid)
        builders.make_row(self.cell, models.SecurityGroupInstanceAssociation, **of_server)
        builders.make_row(self.cell, models.Tag, resource_id=server.uuid, tag="x")
        return server

    def rows_of(self, server: objects.Instance) -> dict[str, list[dict[str, Any]]]:
        keys = {models.Tag: "resource_id", models.InstanceIdMapping: "uuid"}
        return {
            model.__tablename__: builders.list_rows(
                self.cell, model, **{keys.get(model, "instance_uuid"): server.uuid}
            )
            for model in MODELS
        }

    def read_deleted(self) -> Any:
        return self.cell.elevated(read_deleted="yes")


class TestTables(base.TestCase):
    def test_every_table_that_refers_to_a_server_is_known(self) -> None:
        known = (
            *instance_removal.SOFT_DELETED,
            *instance_removal.DELETED,
            *instance_removal.KEPT,
        )
        referring = {
            key.parent
            for table in models.Base.metadata.tables.values()
            for key in table.foreign_keys
            if key.column is models.Instance.__table__.c.uuid
        }
        self.assertEqual(set(), referring - set(known))


class TestSoft(RemovalTestCase):
    def test_marks_the_server_and_all_that_is_its_own(self) -> None:
        server = self.make_with_everything(host="h")
        number = server.id
        server.destroy()
        self.assertTrue(server.deleted)
        self.assertEqual(set(), server.obj_what_changed())
        [row] = builders.list_rows(self.cell, models.Instance)
        self.assertEqual(
            (number, "active", None), (row["deleted"], row["vm_state"], row["updated_at"])
        )
        self.assertIsNotNone(row["deleted_at"])
        for table, rows in self.rows_of(server).items():
            if table == "tags":
                self.assertEqual([], rows)
            elif table == "instance_actions":
                self.assertEqual([0], [row["deleted"] for row in rows])
            else:
                self.assertEqual([row["id"] for row in rows], [row["deleted"] for row in rows])
                self.assertEqual(1, len(rows), table)

    def test_leaves_other_servers_alone(self) -> None:
        other = self.make_with_everything()
        before = self.rows_of(other)
        self.make_with_everything().destroy()
        self.assertEqual(before, self.rows_of(other))

    def test_twice_is_an_error(self) -> None:
        server = self.make()
        again = objects.Instance.get_by_uuid(self.cell, server.uuid)
        server.destroy()
        self.assertRaises(exception.ObjectActionError, server.destroy)
        self.assertRaises(exception.InstanceNotFound, again.destroy)

    def test_one_that_came_to_a_host_meanwhile_is_kept(self) -> None:
        server = self.make(host=None)
        scheduled = objects.Instance.get_by_uuid(self.cell, server.uuid)
        scheduled.host = "h"
        scheduled.save()
        error = self.assertRaises(exception.ObjectActionError, server.destroy)
        self.assertIn("host changed", str(error))
        self.assertFalse(objects.Instance.get_by_uuid(self.cell, server.uuid).deleted)

    def test_one_that_left_its_host_is_deleted(self) -> None:
        server = self.make(host="h")
        other = objects.Instance.get_by_uuid(self.cell, server.uuid)
        other.host = None
        other.save()
        server.destroy()
        self.assertTrue(server.deleted)

    def test_a_deleted_server_is_read_with_what_was_its_own(self) -> None:
        server = self.make_with_everything()
        server.destroy()
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.cell, server.uuid
        )
        found = objects.Instance.get_by_uuid(self.read_deleted(), server.uuid)
        self.assertEqual({"b": "2"}, found.system_metadata)
        self.assertEqual("m1.small", found.flavor.name)
        self.assertIsNotNone(found.info_cache)
        self.assertEqual({}, found.metadata)
        self.assertEqual([], list(found.tags))

    def test_a_deleted_server_can_be_saved_by_who_reads_deleted_ones(self) -> None:
        server = self.make()
        server.destroy()
        found = objects.Instance.get_by_uuid(self.read_deleted(), server.uuid)
        found.cleaned = True
        found.save()
        [row] = builders.list_rows(self.cell, models.Instance)
        self.assertEqual(1, row["cleaned"])
        server.cleaned = True
        self.assertRaises(exception.InstanceNotFound, server.save)


class TestHard(RemovalTestCase):
    def test_nothing_remains(self) -> None:
        server = self.make_with_everything()
        other = self.make()
        server.destroy(hard_delete=True)
        self.assertEqual({name: [] for name in self.rows_of(server)}, self.rows_of(server))
        self.assertEqual([], builders.list_rows(self.cell, models.InstanceActionEvent))
        [row] = builders.list_rows(self.cell, models.Instance)
        self.assertEqual(other.uuid, row["uuid"])
        self.assertRaises(exception.ObjectActionError, server.destroy, hard_delete=True)

    def test_one_that_is_marked_goes_for_who_reads_deleted_ones(self) -> None:
        server = self.make_with_everything()
        server.destroy()
        found = objects.Instance.get_by_uuid(self.read_deleted(), server.uuid)
        found.destroy(hard_delete=True)
        self.assertEqual([], builders.list_rows(self.cell, models.Instance))

    def test_all_or_nothing(self) -> None:
        server = self.make_with_everything()
        before = self.rows_of(server)
        with facade.cell_writer.using(self.cell) as connection:
            # Something that this release does not know refers to the server.
            connection.execute(
                sa.text(
                    "CREATE TABLE reference (instance_uuid VARCHAR(36) NOT NULL,"
                    " CONSTRAINT reference_fkey FOREIGN KEY (instance_uuid)"
                    " REFERENCES instances (uuid))"
                )
            )
        self.addCleanup(self.drop_reference)
        with facade.cell_writer.using(self.cell) as connection:
            connection.execute(
                sa.text("INSERT INTO reference VALUES (:uuid)"), {"uuid": server.uuid}
            )
        found = objects.Instance.get_by_uuid(self.cell, server.uuid)
        self.assertRaises(Exception, found.destroy, hard_delete=True)  # noqa: B017
        self.assertEqual(before, self.rows_of(server))
        self.assertTrue(found.obj_attr_is_set("id"))

    def drop_reference(self) -> None:
        with facade.cell_writer.using(self.cell) as connection:
            connection.execute(sa.text("DROP TABLE reference"))
