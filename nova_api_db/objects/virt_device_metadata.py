# SPDX-License-Identifier: Apache-2.0
"""Where the tagged devices of a server are; stored as JSON (instance_extra.device_metadata)."""

from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.objects import base, document, fields


@base.NovaObjectRegistry.register
class DeviceBus(base.NovaObject):
    """A bus of a guest."""

    VERSION = "1.0"


@base.NovaObjectRegistry.register
class PCIDeviceBus(DeviceBus):
    """A PCI bus."""

    VERSION = "1.0"

    fields = {"address": fields.PCIAddressField()}


@base.NovaObjectRegistry.register
class USBDeviceBus(DeviceBus):
    """A USB bus."""

    VERSION = "1.0"

    fields = {"address": fields.USBAddressField()}


@base.NovaObjectRegistry.register
class SCSIDeviceBus(DeviceBus):
    """A SCSI bus."""

    VERSION = "1.0"

    fields = {"address": fields.SCSIAddressField()}


@base.NovaObjectRegistry.register
class IDEDeviceBus(DeviceBus):
    """An IDE bus."""

    VERSION = "1.0"

    fields = {"address": fields.IDEAddressField()}


@base.NovaObjectRegistry.register
class XenDeviceBus(DeviceBus):
    """A Xen bus."""

    VERSION = "1.0"

    fields = {"address": fields.XenAddressField()}


@base.NovaObjectRegistry.register
class DeviceMetadata(base.NovaObject):
    """A tagged device: its bus and its tags."""

    VERSION = "1.0"

    fields = {
        "bus": fields.ObjectField("DeviceBus", subclasses=True),
        "tags": fields.ListOfStringsField(),
    }


@base.NovaObjectRegistry.register
class NetworkInterfaceMetadata(DeviceMetadata):
    """A tagged network interface."""

    # 1.2: field vf_trusted
    # 1.1: field vlan
    VERSION = "1.2"

    added_in = {"vlan": "1.1", "vf_trusted": "1.2"}

    fields = {
        "mac": fields.MACAddressField(),
        "vlan": fields.IntegerField(),
        "vf_trusted": fields.BooleanField(default=False),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; the bus goes as it is."""
        self._drop_newer_fields(primitive, target_version)


@base.NovaObjectRegistry.register
class DiskMetadata(DeviceMetadata):
    """A tagged disk."""

    VERSION = "1.0"

    fields = {
        "serial": fields.StringField(nullable=True),
        "path": fields.StringField(nullable=True),
    }


@base.NovaObjectRegistry.register
class ShareMetadata(DeviceMetadata):
    """A share that is mounted."""

    VERSION = "1.0"

    fields = {
        "share_id": fields.StringField(nullable=True),
        "tag": fields.StringField(nullable=True),
    }


@base.NovaObjectRegistry.register
class InstanceDeviceMetadata(base.NovaObject):
    """The tagged devices of a server."""

    VERSION = "1.0"

    fields = {"devices": fields.ListOfObjectsField("DeviceMetadata", subclasses=True)}

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the tagged devices of a server, if any.

        :raises UnreadableRecord: if what is stored cannot be read
        """
        return document.find(cls, context, instance_uuid, "device_metadata")
