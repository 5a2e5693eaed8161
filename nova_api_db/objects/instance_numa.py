# SPDX-License-Identifier: Apache-2.0
"""The NUMA nodes of a server; JSON in instance_extra.numa_topology and in its RequestSpec."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_extra as query
from nova_api_db.objects import back_level, base, fields, primitives

VALUES_ADDED_IN: back_level.ValuesAddedIn = {
    "cpu_policy": {fields.CPUAllocationPolicy.MIXED: "1.6"},
}


@base.NovaObjectRegistry.register
class InstanceNUMACell(base.EphemeralObject, base.DictCompat):
    """One NUMA node of a server: its CPUs and its memory."""

    # 1.6: value mixed of cpu_policy
    # 1.5: field pcpuset, for the CPUs that are pinned
    # 1.4: field cpuset_reserved
    # 1.3: fields cpu_policy, cpu_thread_policy
    VERSION = "1.6"

    added_in = {
        "cpu_policy": "1.3",
        "cpu_thread_policy": "1.3",
        "cpuset_reserved": "1.4",
        "pcpuset": "1.5",
    }

    fields = {
        "id": fields.IntegerField(),
        "cpuset": fields.SetOfIntegersField(),
        "pcpuset": fields.SetOfIntegersField(),
        "cpuset_reserved": fields.SetOfIntegersField(nullable=True, default=fields.NONE),
        "memory": fields.IntegerField(),
        "pagesize": fields.IntegerField(nullable=True, default=fields.NONE),
        "cpu_topology": fields.ObjectField("VirtCPUTopology", nullable=True),
        "cpu_pinning_raw": fields.DictOfIntegersField(nullable=True, default=fields.NONE),
        "cpu_policy": fields.CPUAllocationPolicyField(nullable=True, default=fields.NONE),
        "cpu_thread_policy": fields.CPUThreadAllocationPolicyField(
            nullable=True, default=fields.NONE
        ),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Refuse mixed CPUs, and before 1.5 put pinned CPUs where all CPUs were."""
        back_level.refuse_newer_values(primitive, target_version, VALUES_ADDED_IN)
        pinned = primitive.get("pcpuset")
        is_dedicated = primitive.get("cpu_policy") == fields.CPUAllocationPolicy.DEDICATED
        super().obj_make_compatible(primitive, target_version)
        if is_dedicated and back_level.is_older(target_version, "1.5"):
            if pinned is None:
                raise exception.ObjectActionError(
                    action="obj_make_compatible",
                    reason="a dedicated NUMA cell without pcpuset has no form before 1.5",
                )
            primitive["cpuset"] = pinned

    def __len__(self) -> int:
        return len(self.total_cpus)

    @property
    def total_cpus(self) -> set[int]:
        """The CPUs of the guest that this cell has, pinned or not."""
        # Cells of before 1.5 have no pcpuset.
        pinned = self.pcpuset if self.obj_attr_is_set("pcpuset") else ()
        return {*self.cpuset, *pinned}

    @property
    def siblings(self) -> list[set[int]]:
        """The CPUs of the guest that are threads of one core; none without a topology."""
        topology = self.cpu_topology if self.obj_attr_is_set("cpu_topology") else None
        threads = topology.threads if topology is not None else None
        if not threads or threads == 1:
            return []
        cpus = sorted(self.total_cpus)
        whole_cores = len(cpus) - len(cpus) % threads
        return [set(cpus[start : start + threads]) for start in range(0, whole_cores, threads)]

    @property
    def cpu_pinning(self) -> dict[int, int] | None:
        """CPU of the guest -> CPU of the host; null before pinning."""
        # The keys are texts where it is sent and stored.
        raw = self.cpu_pinning_raw
        return None if raw is None else {int(vcpu): pcpu for vcpu, pcpu in raw.items()}

    @cpu_pinning.setter
    def cpu_pinning(self, pinning: Mapping[int, int] | None) -> None:
        self.cpu_pinning_raw = (
            None if pinning is None else {str(vcpu): pcpu for vcpu, pcpu in pinning.items()}
        )

    def pin(self, vcpu: int, pcpu: int) -> None:
        """Pin a CPU of the guest, if it is one to pin, to a CPU of the host."""
        if vcpu in self.pcpuset:
            self.cpu_pinning = {**(self.cpu_pinning or {}), vcpu: pcpu}

    def pin_vcpus(self, *cpu_pairs: tuple[int, int]) -> None:
        """Pin several."""
        for vcpu, pcpu in cpu_pairs:
            self.pin(vcpu, pcpu)

    def clear_host_pinning(self) -> Self:
        """Forget the host: its cell and its CPUs."""
        self.id = -1
        self.cpu_pinning = {}
        return self


@base.NovaObjectRegistry.register
class InstanceNUMATopology(base.NovaObject, base.DictCompat):
    """The NUMA nodes of a server."""

    # 1.3: field emulator_threads_policy
    VERSION = "1.3"

    added_in = {"emulator_threads_policy": "1.3"}

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "cells": fields.ListOfObjectsField("InstanceNUMACell"),
        "emulator_threads_policy": fields.CPUEmulatorThreadsPolicyField(nullable=True),
    }

    @classmethod
    def obj_from_db_obj(cls, context: Any, instance_uuid: str, db_obj: str) -> Self:
        """Make one from the text stored with a server.

        Cells of before 1.6 come as 1.6 where upgrade_cells() can say what they mean.

        :raises UnreadableRecord: if it is no topology
        :raises UnsupportedRecordVersion: if it has a version not known here
        """
        return base.from_json(
            cls, db_obj, context, noun="NUMA topology", key=instance_uuid, convert=upgrade_cells
        )

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the NUMA nodes of a server, if it asked for any.

        :raises NumaTopologyNotFound: if there is no such server
        :raises UnreadableRecord: if what is stored cannot be read
        """
        row = query.find_document(context, instance_uuid, "numa_topology")
        if row is None:
            raise exception.NumaTopologyNotFound(instance_uuid=instance_uuid)
        if row["text"] is None:
            return None
        return cls.obj_from_db_obj(context, instance_uuid, row["text"])

    @base.remotable
    def create(self) -> None:
        """Store it with its server.

        :raises InstanceNotFound: if there is no such server
        """
        query.update_document(
            self._context, self.instance_uuid, "numa_topology", base.to_json(self)
        )
        self.obj_reset_changes()

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def cpu_policy(self) -> str | None:
        """The policy that all cells have; null where there is no cell, or none has one."""
        policies = {cell.cpu_policy for cell in self.cells}
        if len(policies) > 1:
            raise exception.Invalid(reason="the NUMA cells of a server have different CPU policies")
        return next(iter(policies), None)

    @property
    def cpu_pinning(self) -> set[int]:
        """The CPUs of the host that the server is pinned to."""
        return {cpu for cell in self.cells for cpu in (cell.cpu_pinning or {}).values()}

    @property
    def cpuset_reserved(self) -> set[int]:
        """The CPUs of the host that are kept for the emulator."""
        return {cpu for cell in self.cells for cpu in cell.cpuset_reserved or ()}

    @property
    def emulator_threads_isolated(self) -> bool:
        """Whether the emulator has a CPU of its own."""
        return bool(
            self.obj_attr_is_set("emulator_threads_policy")
            and self.emulator_threads_policy == fields.CPUEmulatorThreadsPolicy.ISOLATE
        )

    def clear_host_pinning(self) -> Self:
        """Forget the host: its cells and CPUs."""
        for cell in self.cells:
            cell.clear_host_pinning()
        return self


def upgrade_cells(topology: dict[str, Any]) -> bool:
    """Bring the cells of a stored topology to the version that tells pinned CPUs from others.

    Cells before 1.4 cannot say which they mean, nor can pinned ones of 1.5 whose CPUs are where
    those that float are; they are left alone.

    :param topology: the primitive; it is changed in place
    :returns: whether it was changed
    """
    # Not all cells need the change: no any(), which stops at the first.
    return bool(sum([_upgrade_cell(cell) for cell in topology[primitives.DATA].get("cells", ())]))


def _upgrade_cell(cell: dict[str, Any]) -> bool:
    version, data = cell[primitives.VERSION], cell[primitives.DATA]
    is_dedicated = data.get("cpu_policy") == fields.CPUAllocationPolicy.DEDICATED
    if version == "1.4":
        data["pcpuset"] = data["cpuset"] if is_dedicated else []
        data["cpuset"] = [] if is_dedicated else data["cpuset"]
    elif version != "1.5" or (is_dedicated and (data["cpuset"] or not data.get("pcpuset"))):
        return False
    cell[primitives.VERSION] = InstanceNUMACell.VERSION
    return True
