# SPDX-License-Identifier: Apache-2.0
"""The NUMA nodes of a server; JSON in instance_extra.numa_topology and in its RequestSpec."""

from typing import Any

from nova_api_db import exception
from nova_api_db.objects import back_level, base, fields

VALUES_ADDED_IN: back_level.ValuesAddedIn = {
    "cpu_policy": {fields.CPUAllocationPolicy.MIXED: "1.6"},
}


@base.NovaObjectRegistry.register
class InstanceNUMACell(base.EphemeralObject, base.DictCompat):
    """One NUMA node of a server: its CPUs and its memory."""

    # 1.5: pcpuset; changes cpuset
    # 1.4: cpuset_reserved
    # 1.3: cpu_policy, cpu_thread_policy
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


@base.NovaObjectRegistry.register
class InstanceNUMATopology(base.NovaObject, base.DictCompat):
    """The NUMA nodes of a server."""

    # 1.3: emulator_threads_policy
    VERSION = "1.3"

    added_in = {"emulator_threads_policy": "1.3"}

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "cells": fields.ListOfObjectsField("InstanceNUMACell"),
        "emulator_threads_policy": fields.CPUEmulatorThreadsPolicyField(nullable=True),
    }
