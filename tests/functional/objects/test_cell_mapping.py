# SPDX-License-Identifier: Apache-2.0
"""Cells, in the api database."""

from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db import exception, objects, urls
from nova_api_db.db import facade
from nova_api_db.db.api import cell_mapping as query
from tests import base, builders

TEMPLATE = "{scheme}://{username}:{password}@db.example.org/nova_cell1?{query}"
BASE = "mysql+pymysql://nova:secret@192.0.2.1:3306/nova?charset=utf8"
EXPANDED = "mysql+pymysql://nova:secret@db.example.org/nova_cell1?charset=utf8"


class TestCellMapping(base.DatabaseTestCase):
    def test_created_cell_is_read_back(self) -> None:
        cell = builders.make_cell(self.context, name="east")
        self.assertEqual(set(), cell.obj_what_changed())
        self.assertFalse(cell.disabled)
        again = objects.CellMapping.get_by_uuid(self.context, cell.uuid)
        self.assertEqual(set(), again.obj_what_changed())
        for name in ("id", "uuid", "name", "database_connection", "transport_url", "disabled"):
            self.assertEqual(getattr(cell, name), getattr(again, name))

    def test_created_cell_cannot_be_created_again(self) -> None:
        cell = builders.make_cell(self.context)
        self.assertRaises(exception.ObjectActionError, cell.create)

    def test_cell_without_a_url_is_refused(self) -> None:
        cell = objects.CellMapping(self.context, uuid=uuidutils.generate_uuid())
        error = self.assertRaises(exception.ObjectActionError, cell.create)
        self.assertIn("transport_url, database_connection", str(error))
        self.assertEqual([], list(objects.CellMappingList.get_all(self.context)))

    def test_uuid_of_another_cell_is_refused(self) -> None:
        cell = builders.make_cell(self.context)
        self.assertRaises(
            db_exception.DBDuplicateEntry, builders.make_cell, self.context, uuid=cell.uuid
        )

    def test_saved_fields_are_stored(self) -> None:
        cell = builders.make_cell(self.context, name="east")
        cell.name = "west"
        cell.disabled = True
        cell.save()
        again = objects.CellMapping.get_by_uuid(self.context, cell.uuid)
        self.assertEqual(("west", True), (again.name, again.disabled))
        self.assertIsNotNone(again.updated_at)
        self.assertEqual(again.updated_at, cell.updated_at)

    def test_saving_takes_over_what_others_stored(self) -> None:
        cell = builders.make_cell(self.context, name="east")
        other = objects.CellMapping.get_by_uuid(self.context, cell.uuid)
        other.disabled = True
        other.save()
        cell.name = "west"
        cell.save()
        self.assertTrue(cell.disabled)

    def test_what_is_gone_is_not_found(self) -> None:
        cell = builders.make_cell(self.context)
        other = objects.CellMapping.get_by_uuid(self.context, cell.uuid)
        cell.destroy()
        other.name = "west"
        for call in (other.save, other.destroy, cell.destroy):
            self.assertRaises(exception.CellMappingNotFound, call)
        error = self.assertRaises(
            exception.CellMappingNotFound,
            objects.CellMapping.get_by_uuid,
            self.context,
            cell.uuid,
        )
        self.assertEqual(f"Cell {cell.uuid} has no mapping.", str(error))

    def test_cell_that_servers_are_mapped_to_cannot_be_destroyed(self) -> None:
        cell = builders.make_cell(self.context)
        builders.make_instance_mapping(self.context, cell_mapping=cell)
        self.assertRaises(db_exception.DBReferenceError, cell.destroy)

    def test_text_never_shows_a_password(self) -> None:
        cell = builders.make_cell(
            self.context,
            database_connection="mysql+pymysql://nova:s3cret@192.0.2.1/nova_cell1",
            transport_url="rabbit://rpc:s3cret@192.0.2.2:5672,rpc:s3cret@192.0.2.3:5672/",
        )
        mapping = builders.make_instance_mapping(self.context, cell_mapping=cell)
        for text in (repr(cell), str(cell), repr(mapping), repr(objects.CellMapping())):
            self.assertNotIn("s3cret", text)
        self.assertIn("192.0.2.3", repr(cell))

    def test_cell0_is_told_from_others(self) -> None:
        cell0 = builders.make_cell(self.context, uuid=objects.CellMapping.CELL0_UUID)
        self.assertTrue(cell0.is_cell0())
        self.assertFalse(builders.make_cell(self.context).is_cell0())
        self.assertFalse(objects.CellMapping().is_cell0())

    def test_identity_has_the_name_where_there_is_one(self) -> None:
        named = builders.make_cell(self.context, name="east")
        self.assertEqual(f"{named.uuid}(east)", named.identity)
        nameless = builders.make_cell(self.context, name=None)
        self.assertEqual(nameless.uuid, nameless.identity)


class TestTemplates(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        urls.set_bases(database=BASE, transport="rabbit://rpc:pw@192.0.2.2:5672/vh")
        self.addCleanup(urls.set_bases)
        self.cell = builders.make_cell(
            self.context, database_connection=TEMPLATE, transport_url="{scheme}://{hostname}/{path}"
        )

    def stored(self) -> tuple[str, str]:
        row = query.get_by_uuid(self.context, self.cell.uuid)
        return row["database_connection"], row["transport_url"]

    def test_loaded_urls_are_expanded(self) -> None:
        loaded = objects.CellMapping.get_by_uuid(self.context, self.cell.uuid)
        for cell in (self.cell, loaded, objects.CellMappingList.get_all(self.context)[0]):
            self.assertEqual(EXPANDED, cell.database_connection)
            self.assertEqual("rabbit://192.0.2.2/vh", cell.transport_url)
            self.assertEqual(set(), cell.obj_what_changed())

    def test_cell_of_a_mapping_is_expanded(self) -> None:
        uuid = builders.make_instance_mapping(self.context, cell_mapping=self.cell).instance_uuid
        mapping = objects.InstanceMapping.get_by_instance_uuid(self.context, uuid)
        self.assertEqual(EXPANDED, mapping.cell_mapping.database_connection)

    def test_saving_another_field_leaves_the_stored_template(self) -> None:
        self.cell.name = "west"
        self.cell.save()
        self.assertEqual((TEMPLATE, "{scheme}://{hostname}/{path}"), self.stored())
        self.assertEqual(EXPANDED, self.cell.database_connection)

    def test_saving_a_template_stores_it_and_expands_it(self) -> None:
        self.cell.transport_url = "{scheme}://other"
        self.cell.save()
        self.assertEqual((TEMPLATE, "{scheme}://other"), self.stored())
        self.assertEqual("rabbit://other", self.cell.transport_url)

    def test_base_that_changes_is_seen_at_the_next_load(self) -> None:
        urls.set_bases(database=BASE.replace("secret", "rotated"))
        loaded = objects.CellMapping.get_by_uuid(self.context, self.cell.uuid)
        self.assertIn(":rotated@", loaded.database_connection)


class TestNames(base.DatabaseTestCase):
    def test_cell_is_found_by_its_name(self) -> None:
        cell = builders.make_cell(self.context, name="east")
        builders.make_cell(self.context, name="west")
        found = objects.CellMapping.get_by_name(self.context, "east")
        self.assertEqual(cell.uuid, found.uuid)

    def test_two_cells_of_one_name_are_a_clear_error(self) -> None:
        cells = [builders.make_cell(self.context, name="east") for _ in range(2)]
        error = self.assertRaises(
            exception.CellMappingAmbiguous, objects.CellMapping.get_by_name, self.context, "east"
        )
        for cell in cells:
            self.assertIn(cell.uuid, str(error))

    def test_name_of_no_cell_is_not_found(self) -> None:
        error = self.assertRaises(
            exception.CellMappingNotFound, objects.CellMapping.get_by_name, self.context, "east"
        )
        self.assertEqual("Cell east has no mapping.", str(error))

    def test_person_may_give_uuid_or_name(self) -> None:
        cell = builders.make_cell(self.context, name="east")
        name = uuidutils.generate_uuid()
        odd = builders.make_cell(self.context, name=name)
        get = objects.CellMapping.get_by_uuid_or_name
        self.assertEqual(cell.uuid, get(self.context, cell.uuid).uuid)
        self.assertEqual(cell.uuid, get(self.context, "east").uuid)
        self.assertEqual(odd.uuid, get(self.context, name).uuid)
        self.assertRaises(
            exception.CellMappingNotFound, get, self.context, uuidutils.generate_uuid()
        )


class TestCellMappingList(base.DatabaseTestCase):
    def names(self, cells: objects.CellMappingList) -> list[str | None]:
        return [cell.name for cell in cells]

    def test_cells_are_listed_oldest_first(self) -> None:
        for name in ("c", "a", "b"):
            builders.make_cell(self.context, name=name)
        cells = objects.CellMappingList.get_all(self.context)
        self.assertEqual(["c", "a", "b"], self.names(cells))
        self.assertEqual(set(), cells.obj_what_changed())

    def test_cells_are_listed_by_disabled(self) -> None:
        for name, disabled in (("on", False), ("off", True)):
            builders.make_cell(self.context, name=name, disabled=disabled)
        get = objects.CellMappingList.get_by_disabled
        self.assertEqual(["on"], self.names(get(self.context, False)))
        self.assertEqual(["off"], self.names(get(self.context, True)))

    def test_cell_of_before_there_was_disabled_is_enabled(self) -> None:
        cell = builders.make_cell(self.context)
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql("UPDATE cell_mappings SET disabled = NULL")
        enabled = objects.CellMappingList.get_by_disabled(self.context, False)
        self.assertEqual([(cell.uuid, False)], [(one.uuid, one.disabled) for one in enabled])

    def test_cells_of_a_project_are_those_its_servers_are_mapped_to(self) -> None:
        ours, both, theirs = (builders.make_cell(self.context, name=name) for name in "abc")
        for cell, project_id, queued in (
            (both, "us", False),
            (ours, "us", True),
            (ours, "us", False),
            (both, "them", False),
            (theirs, "them", False),
            (None, "us", False),
        ):
            builders.make_instance_mapping(
                self.context, cell_mapping=cell, project_id=project_id, queued_for_delete=queued
            )
        get = objects.CellMappingList.get_by_project_id
        self.assertEqual(["a", "b"], self.names(get(self.context, "us")))
        self.assertEqual([], self.names(get(self.context, "nobody")))
