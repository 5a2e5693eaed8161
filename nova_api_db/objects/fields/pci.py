# SPDX-License-Identifier: Apache-2.0
"""The enumerations of PCI devices."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import Enumeration

__all__ = [
    "PCINUMAAffinityPolicy",
    "PCINUMAAffinityPolicyField",
    "PciDeviceStatus",
    "PciDeviceStatusField",
    "PciDeviceType",
    "PciDeviceTypeField",
]


class PCINUMAAffinityPolicy(Enumeration):
    """How close a PCI device has to be to the NUMA nodes of a server."""

    REQUIRED = "required"
    LEGACY = "legacy"
    PREFERRED = "preferred"
    SOCKET = "socket"

    VALUES = (REQUIRED, LEGACY, PREFERRED, SOCKET)


class PCINUMAAffinityPolicyField(fields.BaseEnumField):
    """Holds one PCINUMAAffinityPolicy."""

    AUTO_TYPE = PCINUMAAffinityPolicy()


class PciDeviceStatus(Enumeration):
    """Where a PCI device is in its life."""

    AVAILABLE = "available"
    CLAIMED = "claimed"
    ALLOCATED = "allocated"
    REMOVED = "removed"
    DELETED = "deleted"
    UNAVAILABLE = "unavailable"
    UNCLAIMABLE = "unclaimable"

    VALUES = (AVAILABLE, CLAIMED, ALLOCATED, REMOVED, DELETED, UNAVAILABLE, UNCLAIMABLE)


class PciDeviceStatusField(fields.BaseEnumField):
    """Holds one PciDeviceStatus."""

    AUTO_TYPE = PciDeviceStatus()


class PciDeviceType(Enumeration):
    """What kind of function a PCI device is."""

    STANDARD = "type-PCI"
    SRIOV_PF = "type-PF"
    SRIOV_VF = "type-VF"
    VDPA = "vdpa"

    VALUES = (STANDARD, SRIOV_PF, SRIOV_VF, VDPA)


class PciDeviceTypeField(fields.BaseEnumField):
    """Holds one PciDeviceType."""

    AUTO_TYPE = PciDeviceType()
