# SPDX-License-Identifier: Apache-2.0
"""Which cell each compute host is in, in the api database."""

from oslo_db import exception as db_exception

from nova_api_db import exception, objects
from tests import base, builders, statements


class TestHostMapping(base.DatabaseTestCase):
    def get(self, host: str = "host") -> objects.HostMapping:
        return objects.HostMapping.get_by_host(self.context, host)

    def test_created_mapping_is_read_back_with_its_cell(self) -> None:
        mapping = builders.make_host_mapping(self.context)
        self.assertEqual(set(), mapping.obj_what_changed())
        again = self.get()
        self.assertEqual(set(), again.obj_what_changed())
        self.assertEqual((mapping.id, "host"), (again.id, again.host))
        self.assertEqual(mapping.cell_mapping.uuid, again.cell_mapping.uuid)

    def test_mapping_and_cell_are_read_in_one_statement(self) -> None:
        mapping = builders.make_host_mapping(self.context)
        sent = self.useFixture(statements.Statements()).sent
        self.assertEqual(mapping.cell_mapping.name, self.get().cell_mapping.name)
        self.assertEqual(1, len(sent), "\n".join(sent))

    def test_second_mapping_of_a_host_is_refused(self) -> None:
        cell = builders.make_host_mapping(self.context).cell_mapping
        self.assertRaises(
            db_exception.DBDuplicateEntry,
            builders.make_host_mapping,
            self.context,
            cell_mapping=cell,
        )

    def test_what_is_stored_or_lacks_its_cell_cannot_be_created(self) -> None:
        stored = builders.make_host_mapping(self.context)
        self.assertRaises(exception.ObjectActionError, stored.create)
        mapping = objects.HostMapping(self.context, host="other")
        self.assertRaises(exception.ObjectActionError, mapping.create)

    def test_host_moves_to_another_cell_and_name(self) -> None:
        mapping = builders.make_host_mapping(self.context)
        cell = builders.make_cell(self.context)
        mapping.cell_mapping = cell
        mapping.host = "renamed"
        mapping.save()
        self.assertEqual(set(), mapping.obj_what_changed())
        self.assertEqual(cell.uuid, self.get("renamed").cell_mapping.uuid)
        self.assertRaises(exception.HostMappingNotFound, self.get)

    def test_what_is_gone_is_not_found(self) -> None:
        mapping = builders.make_host_mapping(self.context)
        other = self.get()
        mapping.destroy()
        self.assertRaises(exception.HostMappingNotFound, other.destroy)
        other.cell_mapping = builders.make_cell(self.context)
        self.assertRaises(exception.HostMappingNotFound, other.save)
        error = self.assertRaises(exception.HostMappingNotFound, self.get)
        self.assertEqual("Host 'host' is not mapped to any cell", str(error))

    def test_cell_of_a_host_is_loaded_when_first_read(self) -> None:
        stored = builders.make_host_mapping(self.context)
        mapping = objects.HostMapping(self.context, host="host")
        self.assertEqual(stored.cell_mapping.uuid, mapping.cell_mapping.uuid)
        self.assertEqual({"host"}, mapping.obj_what_changed())
        for unknown in (objects.HostMapping(self.context), objects.HostMapping(host="host")):
            self.assertRaises(
                exception.ObjectActionError, lambda unknown=unknown: unknown.cell_mapping
            )

    def test_hosts_are_listed_oldest_first(self) -> None:
        cells = [builders.make_cell(self.context, name=name) for name in ("one", "two")]
        for host, cell in (("c", cells[0]), ("a", cells[1]), ("b", cells[0])):
            builders.make_host_mapping(self.context, host=host, cell_mapping=cell)
        everywhere = objects.HostMappingList.get_all(self.context)
        self.assertEqual(["c", "a", "b"], [mapping.host for mapping in everywhere])
        self.assertEqual(
            ["one", "two", "one"], [mapping.cell_mapping.name for mapping in everywhere]
        )
        in_one = objects.HostMappingList.get_by_cell_id(self.context, cells[0].id)
        self.assertEqual(["c", "b"], [mapping.host for mapping in in_one])
        self.assertEqual(set(), in_one.obj_what_changed())
