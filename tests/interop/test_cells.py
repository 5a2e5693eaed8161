# SPDX-License-Identifier: Apache-2.0
"""Cells, hosts and instance mappings, kept by one side and used by the other."""

from tests.interop import base
from tests.interop.base import call


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
        for listing in (call("get_all"), call("get_by_disabled", False)):
            cells = self.assert_same("CellMappingList", listing)
            self.assertEqual(1, len(cells["nova_object.data"]["objects"]))
        self.other.do("CellMapping", find, call("destroy"))
        self.assert_both_fail("CellMappingNotFound", "CellMapping", find)
