# SPDX-License-Identifier: Apache-2.0
"""The two nova-manage, each on what the other one left."""

import json
import re
from typing import Any, ClassVar

from oslo_utils import uuidutils

from tests.interop import base, deployment
from tests.interop.base import call


class ManageTestCase(base.InteropTestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = base.TABLES

    def run_ours(self, *words: str) -> deployment.Ended:
        """Run our nova-manage."""
        return deployment.run(deployment.OUR_MANAGE, self.deployment.config, *words)

    def run_nova(self, *words: str) -> deployment.Ended:
        """Run Nova's nova-manage."""
        return deployment.run(deployment.nova_manage(), self.deployment.config, *words)

    def assert_ends(self, code: int, ended: deployment.Ended) -> None:
        """Check how a command ended."""
        self.assertEqual(code, ended.code, str(ended))


class CellsTest(ManageTestCase):
    def test_nova_uses_the_cells_that_ours_records(self):
        self.assert_ends(0, self.run_ours("cell_v2", "map_cell0"))
        self.assert_ends(0, self.run_ours("cell_v2", "create_cell", "--name", "cell1"))
        recorded = self.deployment.rows("cell_mappings")
        listed = self.run_nova("cell_v2", "list_cells", "--verbose")
        self.assert_ends(0, listed)
        for row in recorded:
            self.assertIn(row["uuid"], listed.stdout)
            self.assertIn(row["database_connection"], listed.stdout)
        self.assert_ends(0, self.run_nova("cell_v2", "map_cell0"))
        self.assert_ends(2, self.run_nova("cell_v2", "create_cell", "--name", "again"))
        self.assertEqual(recorded, self.deployment.rows("cell_mappings"))

    def test_ours_uses_the_cells_that_nova_records(self):
        self.assert_ends(0, self.run_nova("cell_v2", "map_cell0"))
        self.assert_ends(0, self.run_nova("cell_v2", "create_cell", "--name", "cell1"))
        recorded = self.deployment.rows("cell_mappings")
        listed = self.run_ours("cell_v2", "list_cells", "-f", "json")
        self.assert_ends(0, listed)
        self.assertEqual(
            {row["uuid"] for row in recorded}, {row["UUID"] for row in json.loads(listed.stdout)}
        )
        self.assert_ends(0, self.run_ours("cell_v2", "map_cell0"))
        self.assert_ends(2, self.run_ours("cell_v2", "create_cell", "--name", "again"))
        self.assertEqual(recorded, self.deployment.rows("cell_mappings"))

    def test_both_record_the_same_cells(self):
        found = []
        for run in (self.run_nova, self.run_ours):
            self.assert_ends(0, run("cell_v2", "map_cell0"))
            self.assert_ends(0, run("cell_v2", "create_cell", "--name", "cell1"))
            found.append(
                [
                    (row["name"], row["transport_url"], row["database_connection"], row["disabled"])
                    for row in self.deployment.rows("cell_mappings")
                ]
            )
            self.deployment.empty()
        self.assertEqual(found[0], found[1])


class MapInstancesTest(ManageTestCase):
    def setUp(self):
        super().setUp()
        self.writer = self.nova
        cell = self.create_cell()["nova_object.data"]
        self.cell_id, self.cell_uuid = cell["id"], cell["uuid"]
        self.uuids = [uuidutils.generate_uuid() for _ in range(6)]
        for number, uuid in enumerate(self.uuids):
            values = {"uuid": uuid, "project_id": f"project{number % 2}", "user_id": "user"}
            # Known times, so that it is known where a run stops.
            values["created_at"] = f"2026-01-02T03:04:0{number}Z"
            self.nova.create("Instance", {**values, "hidden": False})
        # Rows of a deleted server are found by ours on either one's tables.
        self.ours.do("Instance", call("get_by_uuid", self.uuids[4]), call("destroy"))

    def map(self, run, *words):
        return run("cell_v2", "map_instances", "--cell_uuid", self.cell_uuid, *words)

    def mappings(self):
        """Return what is mapped, without what tells when it was."""
        return {
            row["instance_uuid"]: (
                row["cell_id"],
                row["project_id"],
                row["user_id"],
                row["queued_for_delete"],
            )
            for row in self.deployment.rows("instance_mappings")
        }

    def test_nova_finds_nothing_left_to_do(self):
        before = self.deployment.snapshot()
        self.assert_ends(0, self.map(self.run_ours))
        mapped = self.mappings()
        self.assertEqual(set(self.uuids), mapped.keys())
        for run in (self.run_nova, self.run_ours):
            self.assert_ends(0, self.map(run))
            self.assertEqual(mapped, self.mappings())
        found = self.assert_listed(6, "InstanceMappingList", call("get_by_cell_id", self.cell_id))
        self.assertEqual(self.uuids, [item["nova_object.data"]["instance_uuid"] for item in found])
        # Nothing else has changed, in the tables least of all.
        self.assertEqual(self.without_mappings(before), self.without_mappings())

    def without_mappings(self, snapshot=None):
        """Return a snapshot without the rows that map_instances makes, and its own notes."""
        return [
            (name, [re.sub(r"AUTO_INCREMENT=\d+ ", "", row[1]) for row in statement], rows)
            for name, statement, rows in snapshot or self.deployment.snapshot()
            if name not in {"instance_mappings", "map_instances_progress"}
        ]

    def test_both_map_the_same(self):
        self.assert_ends(0, self.map(self.run_nova))
        mapped = self.mappings()
        for mapping in mapped:
            find = call("get_by_instance_uuid", mapping)
            self.nova.do("InstanceMapping", find, call("destroy"))
        self.assert_ends(0, self.map(self.run_ours, "--reset"))
        # Nova does not say of a deleted one that it is.
        mapped[self.uuids[4]] = (*mapped[self.uuids[4]][:3], 1)
        self.assertEqual(mapped, self.mappings())

    def test_ours_goes_on_where_nova_stopped(self):
        self.assert_ends(1, self.map(self.run_nova, "--max-count", "2"))
        # What Nova mapped, and the row that says how far it came.
        self.assertEqual(3, len(self.mappings()))
        self.assert_ends(0, self.map(self.run_ours))
        self.assertEqual(set(self.uuids), self.mappings().keys())
        self.assert_ends(0, self.map(self.run_nova))
        self.assertEqual(set(self.uuids), self.mappings().keys())

    def test_nova_goes_on_where_ours_stopped(self):
        self.assert_ends(1, self.map(self.run_ours, "--max-count", "2"))
        self.assertEqual(set(self.uuids[:2]), self.mappings().keys())
        self.assert_ends(0, self.map(self.run_nova))
        self.assertEqual(set(self.uuids), self.mappings().keys())


class TablesTest(ManageTestCase):
    """Tables that Nova made are Nova's to change."""

    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = base.TABLES[:1]

    def setUp(self):
        super().setUp()
        self.nova.create("HostMapping", {"host": "host", "cell_mapping": self.create_cell()})
        self.before = self.deployment.snapshot()

    def assert_refused(self, ended):
        self.assertNotEqual(0, ended.code)
        self.assertEqual(("", 1), (ended.stdout, len(ended.stderr.splitlines())), str(ended))
        self.assertEqual(self.before, self.deployment.snapshot())

    def test_syncs_are_refused(self):
        for words in (("api_db", "sync"), ("db", "sync", "--local_cell")):
            self.assert_refused(self.run_ours(*words))
