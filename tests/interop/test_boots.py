# SPDX-License-Identifier: Apache-2.0
"""Servers whose boot one side begins and the other ends."""

from typing import Any, ClassVar

from nova_api_db import context
from nova_api_db.objects.build_request import BuildRequest
from nova_api_db.objects.cell_mapping import CellMapping
from nova_api_db.objects.instance_numa import InstanceNUMATopology
from nova_api_db.servers import boot, lookup, records
from tests import builders
from tests.interop import base
from tests.interop.base import call, change, load

LOADED = (
    "flavor",
    "metadata",
    "new_flavor",
    "numa_topology",
    "old_flavor",
    "pci_requests",
    "system_metadata",
    "tags",
)


class BootTest(base.InteropTestCase):
    """What our boot stores is what a conductor of Nova's schedules, and the user sees both."""

    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = base.TABLES

    def setUp(self):
        super().setUp()
        self.writer = self.nova
        self.cell = self.create_cell()
        self.user = context.RequestContext(user_id="user", project_id="project")
        self.numa_topology = InstanceNUMATopology.obj_from_primitive(
            base.example("Instance")["numa_topology"]
        )
        (booted,) = boot.boot(
            self.user,
            builders.server_request(
                name="one",
                tags=["a", "b"],
                metadata={"key": "value"},
                numa_topology=self.numa_topology,
            ),
        )
        self.booted = booted.uuid

    def read(self):
        """Let both read what was stored, and return the server as Nova is to create it."""
        find = call("get_by_instance_uuid", self.booted)
        self.assert_same("InstanceMapping", find)
        self.assert_same("RequestSpec", find, load("numa_topology", "pci_requests"))
        return self.assert_same("BuildRequest", find)["nova_object.data"]["instance"]

    def test_nova_takes_over_what_ours_stored(self):
        instance = self.read()
        self.assertEqual("one", lookup.show(self.user, self.booted).display_name)
        values = {
            name: value
            for name, value in instance["nova_object.data"].items()
            if name not in {"tags", "security_groups"}
        }
        self.nova.create("Instance", values)
        find = call("get_by_instance_uuid", self.booted)
        self.nova.do("InstanceMapping", find, change(cell_mapping=self.cell), call("save"))
        self.nova.do("TagList", call("create", self.booted, ["a", "b"]))
        self.nova.do("BuildRequest", find, call("destroy"))
        shown = lookup.show(self.user, self.booted, ["tags", "metadata", "numa_topology"])
        self.assertEqual({"key": "value"}, shown.metadata)
        self.assertEqual(["a", "b"], [tag.tag for tag in shown.tags])
        cells = self.numa_topology.cells
        self.assertEqual(len(cells), len(shown.numa_topology.cells))
        self.assertEqual(cells[0].cpuset, shown.numa_topology.cells[0].cpuset)
        listed = lookup.list_servers(self.user).servers
        self.assertEqual([self.booted], [server.uuid for server in listed])

    def test_nova_sees_what_ours_took_over(self):
        self.read()
        cell = CellMapping.get_by_uuid(self.user, self.cell["nova_object.data"]["uuid"])
        BuildRequest.get_by_instance_uuid(self.user, self.booted).get_new_instance(
            self.user
        ).create()
        records.claim(self.user, self.booted, cell)
        find = call("get_by_instance_uuid", self.booted)
        mapped = self.assert_same("InstanceMapping", find)["nova_object.data"]["cell_mapping"]
        self.assertEqual(cell.uuid, mapped["nova_object.data"]["uuid"])
        self.assert_both_fail("BuildRequestNotFound", "BuildRequest", find)
        self.assert_same("Instance", call("get_by_uuid", self.booted), load(*LOADED))
