# SPDX-License-Identifier: Apache-2.0
"""How far the NUMA nodes of a host may be overcommitted; part of the limits of a RequestSpec."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class NUMATopologyLimits(base.NovaObject):
    """How far the NUMA nodes of a host may be overcommitted."""

    # 1.1: field network_metadata
    VERSION = "1.1"

    added_in = {"network_metadata": "1.1"}

    fields = {
        "cpu_allocation_ratio": fields.FloatField(),
        "ram_allocation_ratio": fields.FloatField(),
        "network_metadata": fields.ObjectField("NetworkMetadata"),
    }
