# SPDX-License-Identifier: Apache-2.0
"""The enumerations of block devices."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import Enumeration

__all__ = [
    "BlockDeviceDestinationType",
    "BlockDeviceDestinationTypeField",
    "BlockDeviceEncryptionFormatType",
    "BlockDeviceEncryptionFormatTypeField",
    "BlockDeviceSourceType",
    "BlockDeviceSourceTypeField",
    "BlockDeviceType",
    "BlockDeviceTypeField",
]


class BlockDeviceDestinationType(Enumeration):
    """Where a block device ends up: on the host or in a volume."""

    LOCAL = "local"
    VOLUME = "volume"

    VALUES = (LOCAL, VOLUME)


class BlockDeviceDestinationTypeField(fields.BaseEnumField):
    """Holds one BlockDeviceDestinationType."""

    AUTO_TYPE = BlockDeviceDestinationType()


class BlockDeviceEncryptionFormatType(Enumeration):
    """How an encrypted block device is laid out."""

    PLAIN = "plain"
    LUKS = "luks"
    LUKSV2 = "luksv2"

    VALUES = (PLAIN, LUKS, LUKSV2)


class BlockDeviceEncryptionFormatTypeField(fields.BaseEnumField):
    """Holds one BlockDeviceEncryptionFormatType."""

    AUTO_TYPE = BlockDeviceEncryptionFormatType()


class BlockDeviceSourceType(Enumeration):
    """What a block device is made from."""

    BLANK = "blank"
    IMAGE = "image"
    SNAPSHOT = "snapshot"
    VOLUME = "volume"

    VALUES = (BLANK, IMAGE, SNAPSHOT, VOLUME)


class BlockDeviceSourceTypeField(fields.BaseEnumField):
    """Holds one BlockDeviceSourceType."""

    AUTO_TYPE = BlockDeviceSourceType()


class BlockDeviceType(Enumeration):
    """What the server sees a block device as."""

    CDROM = "cdrom"
    DISK = "disk"
    FLOPPY = "floppy"
    FS = "fs"
    LUN = "lun"

    VALUES = (CDROM, DISK, FLOPPY, FS, LUN)


class BlockDeviceTypeField(fields.BaseEnumField):
    """Holds one BlockDeviceType."""

    AUTO_TYPE = BlockDeviceType()
