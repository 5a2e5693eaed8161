# SPDX-License-Identifier: Apache-2.0
"""What a server has on both sides of a move; stored as JSON (instance_extra.migration_context)."""

from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_extra as query
from nova_api_db.objects import base, fields
from nova_api_db.objects.migration import Migration
from nova_api_db.objects.pci_device import PciDevice


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

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return what a server holds on both sides of its move, if it is moving.

        :raises MigrationContextNotFound: if there is no such server
        :raises UnreadableRecord: if what is stored cannot be read
        """
        row = query.find_document(context, instance_uuid, "migration_context")
        if row is None:
            raise exception.MigrationContextNotFound(instance_uuid=instance_uuid)
        if row["text"] is None:
            return None
        return base.from_json(
            cls, row["text"], context, noun="migration context", key=f"server {instance_uuid}"
        )

    def get_pci_mapping_for_migration(self, revert: bool) -> dict[str, PciDevice]:
        """Return the PCI devices that take the place of others when the server moves.

        :param revert: whether it moves back
        :returns: address of the device before -> the device after, for the same request
        """
        if not self.old_pci_devices or not self.new_pci_devices:
            return {}
        before, after = self.old_pci_devices, self.new_pci_devices
        if revert:
            before, after = after, before
        of_request = {device.request_id: device for device in after if device.request_id}
        return {
            device.address: of_request[device.request_id]
            for device in before
            if device.request_id in of_request
        }

    def is_cross_cell_move(self) -> bool:
        """Say whether the server moves to another cell.

        :raises MigrationNotFound: if there is no such move
        """
        return Migration.get_by_id(self._context, self.migration_id).cross_cell_move
