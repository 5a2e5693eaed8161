# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor can run; stored in its compute node (compute_nodes.supported_instances)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class HVSpec(base.NovaObject):
    """An architecture, a kind of hypervisor and a mode that a host can run together."""

    VERSION = "1.2"

    fields = {
        "arch": fields.ArchitectureField(),
        "hv_type": fields.HVTypeField(),
        "vm_mode": fields.VMModeField(),
    }
