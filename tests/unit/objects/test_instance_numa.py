# SPDX-License-Identifier: Apache-2.0
"""NUMA cells: their CPUs, their pinning, and those stored by older releases."""

import json
from typing import Any, ClassVar

from nova_api_db import exception, objects
from nova_api_db.objects import instance_numa
from tests import base

SERVER = "a01a8822-a03c-5fa5-ab57-11ed47245910"


def cell(**changes: Any) -> objects.InstanceNUMACell:
    values = {"id": 0, "cpuset": set(), "pcpuset": set(), "memory": 512}
    return objects.InstanceNUMACell(**values | changes)


class TestCell(base.TestCase):
    def test_length_counts_pinned_and_floating_cpus(self) -> None:
        self.assertEqual(4, len(cell(cpuset={0, 1}, pcpuset={2, 3})))

    def test_siblings_share_a_core(self) -> None:
        topology = objects.VirtCPUTopology(sockets=1, cores=2, threads=2)
        siblings = cell(cpuset={1, 5, 6, 7}, pcpuset={9}, cpu_topology=topology).siblings
        self.assertEqual([{1, 5}, {6, 7}], siblings)

    def test_one_thread_has_no_siblings(self) -> None:
        topology = objects.VirtCPUTopology(sockets=1, cores=2, threads=1)
        self.assertEqual([], cell(cpuset={0, 1}, cpu_topology=topology).siblings)
        self.assertEqual([], cell(cpuset={0, 1}).siblings)

    def test_only_cpus_to_pin_are_pinned(self) -> None:
        pinned = cell(pcpuset={0, 1})
        pinned.pin_vcpus((0, 24), (9, 25))
        self.assertEqual({0: 24}, pinned.cpu_pinning)
        self.assertEqual({"0": 24}, pinned.cpu_pinning_raw)

    def test_clearing_forgets_the_host(self) -> None:
        pinned = cell(pcpuset={0})
        pinned.pin(0, 24)
        pinned.clear_host_pinning()
        self.assertEqual((-1, {}), (pinned.id, pinned.cpu_pinning))


class TestTopology(base.TestCase):
    def test_host_cpus_of_all_cells(self) -> None:
        cells = [cell(pcpuset={0}, cpuset_reserved={7}), cell(id=1, pcpuset={1})]
        cells[0].pin(0, 24)
        cells[1].pin(1, 25)
        topology = objects.InstanceNUMATopology(cells=cells)
        self.assertEqual(({24, 25}, {7}), (topology.cpu_pinning, topology.cpuset_reserved))
        self.assertEqual(2, len(topology))

    def test_cells_have_one_policy(self) -> None:
        topology = objects.InstanceNUMATopology(cells=[cell(cpu_policy="dedicated"), cell()])
        self.assertRaises(exception.Invalid, getattr, topology, "cpu_policy")

    def test_no_cells_have_no_policy(self) -> None:
        self.assertIsNone(objects.InstanceNUMATopology(cells=[]).cpu_policy)

    def test_emulator_has_its_own_cpu_only_if_isolated(self) -> None:
        isolated = objects.InstanceNUMATopology(cells=[], emulator_threads_policy="isolate")
        self.assertTrue(isolated.emulator_threads_isolated)
        self.assertFalse(objects.InstanceNUMATopology(cells=[]).emulator_threads_isolated)


class StoredTestCase(base.TestCase):
    def stored(self, version: str, **data: Any) -> dict[str, Any]:
        topology = objects.InstanceNUMATopology(instance_uuid=SERVER, cells=[cell()])
        primitive: dict[str, Any] = json.loads(json.dumps(topology.obj_to_primitive()))
        stored = primitive["nova_object.data"]["cells"][0]
        stored["nova_object.version"] = version
        del stored["nova_object.data"]["pcpuset"]
        stored["nova_object.data"].update(data)
        return primitive


class TestStored(StoredTestCase):
    def test_text_is_read(self) -> None:
        text = json.dumps(self.stored("1.6", cpuset=[0, 1], pcpuset=[]))
        topology = objects.InstanceNUMATopology.obj_from_db_obj(None, SERVER, text)
        self.assertEqual({0, 1}, topology.cells[0].cpuset)
        self.assertEqual(set(), topology.obj_what_changed() - {"cells", "instance_uuid"})

    def test_unreadable_text_is_a_named_error(self) -> None:
        read = objects.InstanceNUMATopology.obj_from_db_obj
        self.assertRaises(exception.UnreadableRecord, read, None, SERVER, "{")
        newer = json.dumps(self.stored("1.9"))
        self.assertRaises(exception.UnsupportedRecordVersion, read, None, SERVER, newer)


class TestUpgrade(StoredTestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (name, dict(zip(("version", "given", "upgraded", "cpus"), values, strict=True)))
        for name, values in {
            "1.4 dedicated": ("1.4", {"cpu_policy": "dedicated", "cpuset": [0]}, True, ([], [0])),
            "1.4 shared": ("1.4", {"cpu_policy": "shared", "cpuset": [0]}, True, ([0], [])),
            "1.4 no policy": ("1.4", {"cpu_policy": None, "cpuset": [0]}, True, ([0], [])),
            "1.3 dedicated": (
                "1.3",
                {"cpu_policy": "dedicated", "cpuset": [0]},
                False,
                ([0], None),
            ),
            "1.5 dedicated": (
                "1.5",
                {"cpu_policy": "dedicated", "cpuset": [], "pcpuset": [0]},
                True,
                ([], [0]),
            ),
            "1.5 dedicated, cpus elsewhere": (
                "1.5",
                {"cpu_policy": "dedicated", "cpuset": [0], "pcpuset": []},
                False,
                ([0], []),
            ),
            "1.5 mixed": (
                "1.5",
                {"cpu_policy": "mixed", "cpuset": [9], "pcpuset": [0]},
                True,
                ([9], [0]),
            ),
            "1.6": ("1.6", {"cpu_policy": None, "cpuset": [0], "pcpuset": []}, False, ([0], [])),
        }.items()
    ]
    version: str
    given: dict[str, Any]
    upgraded: bool
    cpus: tuple[list[int], list[int] | None]

    def test_cell_that_says_what_it_means_is_upgraded(self) -> None:
        topology = self.stored(self.version, **self.given)
        self.assertEqual(self.upgraded, instance_numa.upgrade_cells(topology))
        stored = topology["nova_object.data"]["cells"][0]
        data = stored["nova_object.data"]
        self.assertEqual(self.cpus, (data["cpuset"], data.get("pcpuset")))
        expected = "1.6" if self.upgraded else self.version
        self.assertEqual(expected, stored["nova_object.version"])
