# SPDX-License-Identifier: Apache-2.0
"""The disks and volumes of a server; rows of a cell database (block_device_mapping)."""

from typing import Any

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class BlockDeviceMapping(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One disk or volume of a server."""

    # 1.21: fields encrypted, encryption_secret_uuid, encryption_format, encryption_options
    # 1.20: field volume_type
    # 1.19: field uuid
    # 1.18: field attachment_id
    # 1.17: field tag
    VERSION = "1.21"

    added_in = {
        "tag": "1.17",
        "attachment_id": "1.18",
        "uuid": "1.19",
        "volume_type": "1.20",
        "encrypted": "1.21",
        "encryption_secret_uuid": "1.21",
        "encryption_format": "1.21",
        "encryption_options": "1.21",
    }

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "instance_uuid": fields.UUIDField(),
        "instance": fields.ObjectField("Instance", nullable=True),
        "source_type": fields.BlockDeviceSourceTypeField(nullable=True),
        "destination_type": fields.BlockDeviceDestinationTypeField(nullable=True),
        "guest_format": fields.StringField(nullable=True),
        "device_type": fields.BlockDeviceTypeField(nullable=True),
        "disk_bus": fields.StringField(nullable=True),
        "boot_index": fields.IntegerField(nullable=True),
        "device_name": fields.StringField(nullable=True),
        "delete_on_termination": fields.BooleanField(default=False),
        "snapshot_id": fields.StringField(nullable=True),
        "volume_id": fields.StringField(nullable=True),
        "volume_size": fields.IntegerField(nullable=True),
        "image_id": fields.StringField(nullable=True),
        "no_device": fields.BooleanField(default=False),
        "connection_info": fields.SensitiveStringField(nullable=True),
        "tag": fields.StringField(nullable=True),
        "attachment_id": fields.UUIDField(nullable=True),
        "volume_type": fields.StringField(nullable=True),
        "encrypted": fields.BooleanField(default=False),
        "encryption_secret_uuid": fields.UUIDField(nullable=True),
        "encryption_format": fields.BlockDeviceEncryptionFormatTypeField(nullable=True),
        "encryption_options": fields.StringField(nullable=True),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; the instance goes as it is."""
        self._drop_newer_fields(primitive, target_version)

    @property
    def is_root(self) -> bool:
        """Whether the server boots from it."""
        return self.boot_index == 0

    @property
    def is_volume(self) -> bool:
        """Whether it is a volume."""
        return self.destination_type == fields.BlockDeviceDestinationType.VOLUME

    @property
    def is_image(self) -> bool:
        """Whether it is made from an image."""
        return self.source_type == fields.BlockDeviceSourceType.IMAGE

    @property
    def is_local(self) -> bool:
        """Whether it is on the disk of the host."""
        return self.destination_type == fields.BlockDeviceDestinationType.LOCAL


@base.NovaObjectRegistry.register
class BlockDeviceMappingList(base.ObjectListBase[BlockDeviceMapping], base.NovaObject):
    """The block devices of servers."""

    VERSION = "1.18"

    fields = {"objects": fields.ListOfObjectsField("BlockDeviceMapping")}

    @property
    def instance_uuids(self) -> set[str]:
        """The servers that these belong to."""
        return {bdm.instance_uuid for bdm in self.objects if bdm.obj_attr_is_set("instance_uuid")}

    def root_bdm(self) -> BlockDeviceMapping | None:
        """Return the one that the server boots from, if any; these must be of one server."""
        return next((bdm for bdm in self.objects if bdm.is_root), None)
