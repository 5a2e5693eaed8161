# SPDX-License-Identifier: Apache-2.0
"""How much of a host the scheduler may promise; part of a RequestSpec."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class SchedulerLimits(base.NovaObject):
    """How much of a host the scheduler may promise."""

    VERSION = "1.0"

    fields = {
        "numa_topology": fields.ObjectField(
            "NUMATopologyLimits", nullable=True, default=fields.NONE
        ),
        "vcpu": fields.IntegerField(nullable=True, default=fields.NONE),
        "disk_gb": fields.IntegerField(nullable=True, default=fields.NONE),
        "memory_mb": fields.IntegerField(nullable=True, default=fields.NONE),
    }

    @classmethod
    def from_dict(cls, limits_dict: Mapping[str, Any]) -> Self:
        """Make one from the limits that filters left behind; others than these are ignored."""
        return cls(**{name: limits_dict.get(name) for name in cls.fields})

    def to_dict(self) -> dict[str, Any]:
        """Return the limits that there are."""
        limits = {name: getattr(self, name) for name in self.fields if self.obj_attr_is_set(name)}
        return {name: limit for name, limit in limits.items() if limit is not None}
