# SPDX-License-Identifier: Apache-2.0
"""Cells, hosts and instance mappings, kept by one side and used by the other."""

from tests.interop import base
from tests.interop.base import call, change


class CellMappingTest(base.InteropTestCase):
    def test_cell(self):
        find = call("get_by_uuid", self.uuid)
        self.writer.create("CellMapping", base.example("CellMapping", uuid=self.uuid))
        self.change_both_ways(
            "CellMapping",
            find,
            {"name": "renamed", "disabled": True},
            {"transport_url": "rabbit://u:p@192.0.2.1:5672/x", "disabled": False},
        )
        self.assert_listed(1, "CellMappingList", call("get_all"))
        self.assert_listed(1, "CellMappingList", call("get_by_disabled", False))
        self.assert_listed(0, "CellMappingList", call("get_by_disabled", True))
        self.other.do("CellMapping", find, call("destroy"))
        self.assert_both_fail("CellMappingNotFound", "CellMapping", find)

    def test_templates(self):
        values = {
            "uuid": self.uuid,
            "database_connection": "{scheme}://{username}@{hostname}:{port}/cell1",
            "transport_url": "{scheme}://{username}:{password}@{hostname}/{path}?{query}",
        }
        self.writer.create("CellMapping", values)
        find = call("get_by_uuid", self.uuid)
        found = self.assert_same("CellMapping", find)["nova_object.data"]
        self.assertEqual("rabbit://nova:secret@192.0.2.1/nova?", found["transport_url"])
        self.assertNotIn("{", found["database_connection"])
        # What is stored stays a template when something else is saved.
        self.other.do("CellMapping", find, change(name="renamed"), call("save"))
        (row,) = self.deployment.rows("cell_mappings")
        self.assertEqual(values, {name: row[name] for name in values})


class HostMappingTest(base.InteropTestCase):
    def test_host(self):
        cell, other = self.create_cell(), self.create_cell("cell2")
        find = call("get_by_host", "host")
        self.writer.create("HostMapping", {"host": "host", "cell_mapping": cell})
        self.assert_same("HostMapping", find)
        self.assert_listed(1, "HostMappingList", call("get_by_cell_id", self.id_of(cell)))
        self.change_both_ways("HostMapping", find, {"cell_mapping": other}, {"cell_mapping": cell})
        self.assert_listed(1, "HostMappingList", call("get_all"))
        self.other.do("HostMapping", find, call("destroy"))
        self.assert_both_fail("HostMappingNotFound", "HostMapping", find)


class InstanceMappingTest(base.InteropTestCase):
    def test_instance(self):
        cell = self.create_cell()
        find = call("get_by_instance_uuid", self.uuid)
        values = {"instance_uuid": self.uuid, "cell_mapping": None}
        self.writer.create("InstanceMapping", base.example("InstanceMapping", **values))
        self.change_both_ways(
            "InstanceMapping",
            find,
            {"cell_mapping": cell, "queued_for_delete": True},
            {"project_id": "project", "user_id": "user", "queued_for_delete": False},
        )
        for listing in (
            call("get_by_cell_id", self.id_of(cell)),
            call("get_by_instance_uuids", [self.uuid]),
            call("get_by_project_id", "project"),
            call(
                "get_not_deleted_by_cell_and_project", cell["nova_object.data"]["uuid"], "project"
            ),
        ):
            self.assert_listed(1, "InstanceMappingList", listing)
        counts = self.assert_same("InstanceMappingList", call("get_counts", "project", "user"))
        self.assertEqual({"project": {"instances": 1}, "user": {"instances": 1}}, counts)
        self.other.do("InstanceMapping", find, call("destroy"))
        self.assert_both_fail("InstanceMappingNotFound", "InstanceMapping", find)
