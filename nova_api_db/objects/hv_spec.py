# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor can run; stored in its compute node (compute_nodes.supported_instances)."""

from collections.abc import Sequence
from typing import Any, Self

from nova_api_db.objects import back_level, base, fields


@base.NovaObjectRegistry.register
class HVSpec(base.NovaObject):
    """An architecture, a kind of hypervisor and a mode that a host can run together."""

    # 1.2: value lxd of hv_type
    # 1.1: value vz of hv_type, in place of parallels
    VERSION = "1.2"

    fields = {
        "arch": fields.ArchitectureField(),
        "hv_type": fields.HVTypeField(),
        "vm_mode": fields.VMModeField(),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Call Virtuozzo by the name it had before 1.1."""
        super().obj_make_compatible(primitive, target_version)
        if (
            back_level.is_older(target_version, "1.1")
            and primitive.get("hv_type") == fields.HVType.VIRTUOZZO
        ):
            primitive["hv_type"] = fields.HVType.PARALLELS

    @classmethod
    def from_list(cls, data: Sequence[str]) -> Self:
        """Make one from architecture, hypervisor type and mode, as drivers report them."""
        arch, hv_type, vm_mode = data
        return cls(arch=arch, hv_type=hv_type, vm_mode=vm_mode)

    def to_list(self) -> list[str]:
        """Return architecture, hypervisor type and mode."""
        return [self.arch, self.hv_type, self.vm_mode]
