# SPDX-License-Identifier: Apache-2.0
"""Which cell each server is in, in the api database."""

import threading
from concurrent import futures

import sqlalchemy
from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db import exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import instance_mapping as query
from nova_api_db.db.api import models
from tests import base, builders, statements

TABLE = models.InstanceMapping.__table__


class InstanceMappingTestCase(base.DatabaseTestCase):
    def get(self, uuid: str) -> objects.InstanceMapping:
        return objects.InstanceMapping.get_by_instance_uuid(self.context, uuid)

    def set_columns(self, mapping: objects.InstanceMapping, **values) -> None:
        """Change the row behind the object's back."""
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sqlalchemy.update(TABLE).where(TABLE.c.id == mapping.id).values(**values)
            )

    def columns(self, mapping: objects.InstanceMapping):
        with facade.api_reader.using(self.context) as connection:
            select = sqlalchemy.select(TABLE).where(TABLE.c.id == mapping.id)
            return connection.execute(select).one()


class TestCreate(InstanceMappingTestCase):
    def test_created_mapping_is_read_back_with_its_cell(self) -> None:
        cell = builders.make_cell(self.context)
        mapping = builders.make_instance_mapping(self.context, cell_mapping=cell)
        self.assertEqual(set(), mapping.obj_what_changed())
        again = self.get(mapping.instance_uuid)
        self.assertEqual(set(), again.obj_what_changed())
        self.assertEqual(mapping.id, again.id)
        self.assertEqual(("project", "user"), (again.project_id, again.user_id))
        self.assertEqual(
            cell.obj_to_primitive()["nova_object.data"].keys(),
            again.cell_mapping.obj_to_primitive()["nova_object.data"].keys(),
        )
        self.assertEqual((cell.id, cell.uuid), (again.cell_mapping.id, again.cell_mapping.uuid))

    def test_mapping_need_not_have_a_cell(self) -> None:
        for changes in ({}, {"cell_mapping": None}):
            mapping = objects.InstanceMapping(
                self.context,
                instance_uuid=uuidutils.generate_uuid(),
                project_id="project",
                user_id="user",
                **changes,
            )
            mapping.create()
            self.assertIsNone(mapping.cell_mapping)
            self.assertIsNone(self.get(mapping.instance_uuid).cell_mapping)

    def test_queued_for_delete_is_never_stored_as_null(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        self.assertIs(False, mapping.queued_for_delete)
        self.assertEqual(0, self.columns(mapping).queued_for_delete)

    def test_row_of_a_boot_has_every_column(self) -> None:
        mapping = objects.InstanceMapping(
            instance_uuid=uuidutils.generate_uuid(), project_id="project"
        )
        self.assertEqual(
            {
                "instance_uuid": mapping.instance_uuid,
                "project_id": "project",
                "user_id": None,
                "cell_id": None,
                "queued_for_delete": False,
            },
            mapping.obj_to_row(),
        )

    def test_second_mapping_of_a_server_is_refused(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        self.assertRaises(
            db_exception.DBDuplicateEntry,
            builders.make_instance_mapping,
            self.context,
            instance_uuid=mapping.instance_uuid,
        )

    def test_what_is_stored_or_lacks_its_instance_cannot_be_created(self) -> None:
        stored = builders.make_instance_mapping(self.context)
        for mapping in (stored, self.get(stored.instance_uuid), objects.InstanceMapping()):
            mapping._context = self.context
            self.assertRaises(exception.ObjectActionError, mapping.create)


class TestGet(InstanceMappingTestCase):
    def test_mapping_and_cell_are_read_in_one_statement(self) -> None:
        cell = builders.make_cell(self.context)
        uuid = builders.make_instance_mapping(self.context, cell_mapping=cell).instance_uuid
        self.get(uuid)
        sent = self.useFixture(statements.Statements()).sent
        self.assertEqual(cell.name, self.get(uuid).cell_mapping.name)
        self.assertEqual(1, len(sent), "\n".join(sent))

    def test_list_of_any_length_is_read_in_one_statement(self) -> None:
        cell = builders.make_cell(self.context)
        for _ in range(3):
            builders.make_instance_mapping(self.context, cell_mapping=cell)
        sent = self.useFixture(statements.Statements()).sent
        mappings = objects.InstanceMappingList.get_by_cell_id(self.context, cell.id)
        self.assertEqual({cell.uuid}, {mapping.cell_mapping.uuid for mapping in mappings})
        self.assertEqual(1, len(sent), "\n".join(sent))

    def test_absent_mapping_is_not_found(self) -> None:
        uuid = uuidutils.generate_uuid()
        error = self.assertRaises(exception.InstanceMappingNotFound, self.get, uuid)
        self.assertEqual(f"Instance {uuid} has no mapping to a cell.", str(error))

    def test_row_of_before_there_were_users_leaves_the_user_unset(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        self.set_columns(mapping, user_id=None)
        again = self.get(mapping.instance_uuid)
        self.assertFalse(again.obj_attr_is_set("user_id"))
        self.assertRaises(exception.ObjectActionError, lambda: again.user_id)

    def test_row_of_before_there_was_queued_for_delete_is_not_queued(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        self.set_columns(mapping, queued_for_delete=None)
        again = self.get(mapping.instance_uuid)
        self.assertIs(False, again.queued_for_delete)
        self.assertEqual(set(), again.obj_what_changed())


class TestSave(InstanceMappingTestCase):
    def test_cell_is_stored(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        cell = builders.make_cell(self.context)
        mapping.cell_mapping = cell
        mapping.save()
        self.assertEqual(set(), mapping.obj_what_changed())
        self.assertEqual(cell.uuid, self.get(mapping.instance_uuid).cell_mapping.uuid)

    def test_cell_can_be_taken_away(self) -> None:
        cell = builders.make_cell(self.context)
        mapping = builders.make_instance_mapping(self.context, cell_mapping=cell)
        mapping.cell_mapping = None
        mapping.save()
        self.assertIsNone(self.get(mapping.instance_uuid).cell_mapping)

    def test_only_what_changed_is_stored(self) -> None:
        cell = builders.make_cell(self.context)
        mapping = builders.make_instance_mapping(self.context)
        other = self.get(mapping.instance_uuid)
        other.cell_mapping = cell
        other.save()
        mapping.queued_for_delete = True
        mapping.save()
        self.assertEqual(cell.uuid, mapping.cell_mapping.uuid)
        row = self.columns(mapping)
        self.assertEqual((cell.id, True), (row.cell_id, row.queued_for_delete))

    def test_values_that_are_stored_already_can_be_saved_again(self) -> None:
        mapping = builders.make_instance_mapping(self.context, queued_for_delete=True)
        mapping.queued_for_delete = True
        mapping.save()
        mapping.save()
        self.assertTrue(self.get(mapping.instance_uuid).queued_for_delete)

    def test_what_is_gone_is_not_found(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        other = self.get(mapping.instance_uuid)
        mapping.destroy()
        self.assertRaises(exception.InstanceMappingNotFound, other.save)
        other.queued_for_delete = True
        self.assertRaises(exception.InstanceMappingNotFound, other.save)
        self.assertRaises(exception.InstanceMappingNotFound, other.destroy)
        self.assertRaises(exception.InstanceMappingNotFound, self.get, other.instance_uuid)

    def test_mapping_deleted_while_it_is_saved_is_not_found(self) -> None:
        mapping = builders.make_instance_mapping(self.context)
        started = threading.Event()

        def save():
            copy = objects.InstanceMapping.get_by_instance_uuid(self.aim(None), uuid)
            copy.queued_for_delete = True
            started.set()
            copy.save()

        uuid = mapping.instance_uuid
        with futures.ThreadPoolExecutor() as pool:
            with facade.api_writer.using(self.context):
                query.delete(self.context, uuid)
                saving = pool.submit(save)
                started.wait(10)
                # It waits for this transaction.
                self.assertRaises(futures.TimeoutError, saving.result, 0.2)
            self.assertRaises(exception.InstanceMappingNotFound, saving.result)


class TestInstanceMappingList(InstanceMappingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = builders.make_cell(self.context)
        self.other_cell = builders.make_cell(self.context)
        self.uuids: dict[str, str] = {}
        for name, changes in (
            ("first", {}),
            ("queued", {"queued_for_delete": True}),
            ("elsewhere", {"cell_mapping": self.other_cell, "user_id": "other"}),
            ("unscheduled", {"cell_mapping": None}),
            ("theirs", {"project_id": "other"}),
            ("nobody", {}),
            ("old", {}),
        ):
            mapping = builders.make_instance_mapping(
                self.context, **{"cell_mapping": self.cell, **changes}
            )
            self.uuids[name] = mapping.instance_uuid
            if name == "nobody":
                self.set_columns(mapping, user_id=None)
            if name == "old":
                self.set_columns(mapping, queued_for_delete=None)

    def names(self, mappings: objects.InstanceMappingList) -> list[str]:
        self.assertEqual(set(), mappings.obj_what_changed())
        by_uuid = {uuid: name for name, uuid in self.uuids.items()}
        return [by_uuid[mapping.instance_uuid] for mapping in mappings]

    def test_by_project(self) -> None:
        found = objects.InstanceMappingList.get_by_project_id(self.context, "project")
        self.assertEqual(
            ["first", "queued", "elsewhere", "unscheduled", "nobody", "old"], self.names(found)
        )

    def test_by_cell(self) -> None:
        get = objects.InstanceMappingList.get_by_cell_id
        self.assertEqual(
            ["first", "queued", "theirs", "nobody", "old"],
            self.names(get(self.context, self.cell.id)),
        )
        self.assertEqual(["unscheduled"], self.names(get(self.context, None)))

    def test_by_uuids(self) -> None:
        wanted = [self.uuids["old"], self.uuids["first"], uuidutils.generate_uuid()]
        get = objects.InstanceMappingList.get_by_instance_uuids
        self.assertEqual(["first", "old"], self.names(get(self.context, wanted * 2)))
        self.assertEqual([], self.names(get(self.context, [])))

    def test_not_deleted_of_a_cell(self) -> None:
        get = objects.InstanceMappingList.get_not_deleted_by_cell_and_project
        uuid = self.cell.uuid
        self.assertEqual(["first", "nobody", "old"], self.names(get(self.context, uuid, "project")))
        self.assertEqual(
            ["first", "theirs", "nobody", "old"], self.names(get(self.context, uuid, None))
        )
        self.assertEqual(["first"], self.names(get(self.context, uuid, "project", limit=1)))
        self.assertEqual([], self.names(get(self.context, uuid, "project", limit=0)))

    def test_not_deleted_of_cells_in_pages(self) -> None:
        get = objects.InstanceMappingList.get_not_deleted_after
        ids = [self.cell.id, self.other_cell.id]
        page = get(self.context, ids, limit=2)
        self.assertEqual(["first", "elsewhere"], self.names(page))
        page = get(self.context, ids, after_id=page[-1].id)
        self.assertEqual(["theirs", "nobody", "old"], self.names(page))
        page = get(self.context, ids, project_id="project", user_id="user")
        self.assertEqual(["first", "old"], self.names(page))
        self.assertEqual([], self.names(get(self.context, ids, uuids=[])))
        wanted = [self.uuids["theirs"], self.uuids["queued"]]
        self.assertEqual(["theirs"], self.names(get(self.context, ids, uuids=wanted)))

    def test_counts_are_those_of_servers_that_are_not_deleted(self) -> None:
        get = objects.InstanceMappingList.get_counts
        self.assertEqual({"project": {"instances": 4}}, get(self.context, "project"))
        self.assertEqual(
            {"project": {"instances": 4}, "user": {"instances": 2}},
            get(self.context, "project", user_id="user"),
        )
        self.assertEqual({"project": {"instances": 0}}, get(self.context, "nobody"))

    def test_count_of_some_servers_of_a_user(self) -> None:
        count = objects.InstanceMappingList.get_count_by_uuids_and_user
        self.assertEqual(3, count(self.context, list(self.uuids.values()), "user"))
        self.assertEqual(0, count(self.context, [self.uuids["first"]], "other"))
        self.assertEqual(0, count(self.context, [], "user"))

    def test_mappings_are_destroyed_in_bulk(self) -> None:
        absent = uuidutils.generate_uuid()
        uuids = [self.uuids["first"], self.uuids["queued"], absent]
        destroy = objects.InstanceMappingList.destroy_bulk
        self.assertEqual(2, destroy(self.context, uuids))
        self.assertEqual(0, destroy(self.context, uuids))
        self.assertEqual(0, destroy(self.context, []))
        left = objects.InstanceMappingList.get_by_cell_id(self.context, self.cell.id)
        self.assertEqual(["theirs", "nobody", "old"], self.names(left))

    def test_more_servers_than_one_statement_names(self) -> None:
        uuids = [uuidutils.generate_uuid() for _ in range(2500)] + [self.uuids["first"]]
        found = objects.InstanceMappingList.get_by_instance_uuids(self.context, uuids)
        self.assertEqual(["first"], self.names(found))
        self.assertEqual(1, objects.InstanceMappingList.destroy_bulk(self.context, uuids))
