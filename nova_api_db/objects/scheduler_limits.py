# SPDX-License-Identifier: Apache-2.0
"""How much of a host the scheduler may promise; part of a RequestSpec."""

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
