# SPDX-License-Identifier: Apache-2.0
"""The disks of a server that is about to be booted; stored with its build request."""

import copy
from collections.abc import Sequence
from typing import Any

from nova_api_db.context import RequestContext
from nova_api_db.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList
from nova_api_db.objects.flavor import Flavor
from nova_api_db.objects.image_meta import ImageMeta

#: Fields that are stored for every device, whether asked for or not.
_UNSAID: dict[str, Any] = {
    "guest_format": None,
    "device_type": None,
    "disk_bus": None,
    "boot_index": None,
    "device_name": None,
    "delete_on_termination": False,
    "snapshot_id": None,
    "volume_id": None,
    "volume_size": None,
    "image_id": None,
    "no_device": False,
    "connection_info": None,
    "tag": None,
    "volume_type": None,
    "encrypted": False,
    "encryption_secret_uuid": None,
    "encryption_format": None,
    "encryption_options": None,
}


def implied(image: ImageMeta | None, flavor: Flavor) -> list[BlockDeviceMapping]:
    """Return the local disks that an image and a flavor stand for.

    The root disk from the image, then an ephemeral disk (GiB) and a swap disk (MiB) if the flavor
    has them; none without an image.
    """
    if image is None:
        return []
    devices = [_local(source_type="image", boot_index=0, image_id=image.id)]
    if flavor.ephemeral_gb:
        devices.append(_local(source_type="blank", volume_size=flavor.ephemeral_gb))
    if flavor.swap:
        devices.append(_local(source_type="blank", volume_size=flavor.swap, guest_format="swap"))
    return devices


def _local(**values: Any) -> BlockDeviceMapping:
    values.setdefault("boot_index", -1)
    return BlockDeviceMapping(
        **{
            **_UNSAID,
            "destination_type": "local",
            "device_type": "disk",
            "delete_on_termination": True,
            **values,
        }
    )


def boots_from_volume(devices: Sequence[BlockDeviceMapping]) -> bool:
    """Say whether the device to boot from is a volume."""
    return any(
        device.boot_index == 0 and device.destination_type == "volume"
        for device in devices
        if device.obj_attr_is_set("boot_index") and device.obj_attr_is_set("destination_type")
    )


def for_instance(
    context: RequestContext, devices: Sequence[BlockDeviceMapping], instance_uuid: str
) -> BlockDeviceMappingList:
    """Return a server's own copy of the devices, every stored field set."""
    copies = []
    for device in devices:
        own = copy.deepcopy(device)
        for name, value in _UNSAID.items():
            if not own.obj_attr_is_set(name):
                setattr(own, name, value)
        own.instance_uuid = instance_uuid
        copies.append(own)
    return BlockDeviceMappingList(context, objects=copies)
