# SPDX-License-Identifier: Apache-2.0
"""What a server has on both sides of a move; stored as JSON (instance_extra.migration_context)."""

from typing import Any

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class MigrationContext(base.PersistentFields, base.NovaObject):
    """What a server holds before and after a move."""

    # 1.2: fields new_resources, old_resources
    # 1.1: fields new_pci_devices, old_pci_devices, new_pci_requests, old_pci_requests
    VERSION = "1.2"

    added_in = {
        "new_pci_devices": "1.1",
        "old_pci_devices": "1.1",
        "new_pci_requests": "1.1",
        "old_pci_requests": "1.1",
        "new_resources": "1.2",
        "old_resources": "1.2",
    }

    fields = {
        "instance_uuid": fields.UUIDField(),
        "migration_id": fields.IntegerField(),
        "new_numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "old_numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "new_pci_devices": fields.ObjectField("PciDeviceList", nullable=True),
        "old_pci_devices": fields.ObjectField("PciDeviceList", nullable=True),
        "new_pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "old_pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "new_resources": fields.ObjectField("ResourceList", nullable=True),
        "old_resources": fields.ObjectField("ResourceList", nullable=True),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; topologies, devices, requests and resources go as they are."""
        self._drop_newer_fields(primitive, target_version)
