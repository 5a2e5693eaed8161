# SPDX-License-Identifier: Apache-2.0
"""The versioned objects, each imported when its name is first used.

``objects.RequestSpec`` imports the module of RequestSpec and nothing else; importing this package
costs nothing. Code that receives objects of any class over RPC calls ``register_all()`` when it
starts.
"""

import importlib
from typing import TYPE_CHECKING, Any

from nova_api_db.objects.names import MODULES

if TYPE_CHECKING:
    from nova_api_db.objects.aggregate import Aggregate as Aggregate
    from nova_api_db.objects.aggregate import AggregateList as AggregateList
    from nova_api_db.objects.block_device import BlockDeviceMapping as BlockDeviceMapping
    from nova_api_db.objects.block_device import BlockDeviceMappingList as BlockDeviceMappingList
    from nova_api_db.objects.build_request import BuildRequest as BuildRequest
    from nova_api_db.objects.build_request import BuildRequestList as BuildRequestList
    from nova_api_db.objects.cell_mapping import CellMapping as CellMapping
    from nova_api_db.objects.cell_mapping import CellMappingList as CellMappingList
    from nova_api_db.objects.compute_node import ComputeNode as ComputeNode
    from nova_api_db.objects.compute_node import ComputeNodeList as ComputeNodeList
    from nova_api_db.objects.destination import Destination as Destination
    from nova_api_db.objects.ec2 import EC2Ids as EC2Ids
    from nova_api_db.objects.flavor import Flavor as Flavor
    from nova_api_db.objects.flavor import FlavorList as FlavorList
    from nova_api_db.objects.host_mapping import HostMapping as HostMapping
    from nova_api_db.objects.host_mapping import HostMappingList as HostMappingList
    from nova_api_db.objects.hv_spec import HVSpec as HVSpec
    from nova_api_db.objects.image_meta import ImageMeta as ImageMeta
    from nova_api_db.objects.image_meta_props import ImageMetaProps as ImageMetaProps
    from nova_api_db.objects.instance import Instance as Instance
    from nova_api_db.objects.instance_fault import InstanceFault as InstanceFault
    from nova_api_db.objects.instance_fault import InstanceFaultList as InstanceFaultList
    from nova_api_db.objects.instance_group import InstanceGroup as InstanceGroup
    from nova_api_db.objects.instance_group import InstanceGroupList as InstanceGroupList
    from nova_api_db.objects.instance_info_cache import InstanceInfoCache as InstanceInfoCache
    from nova_api_db.objects.instance_list import InstanceList as InstanceList
    from nova_api_db.objects.instance_mapping import InstanceMapping as InstanceMapping
    from nova_api_db.objects.instance_mapping import InstanceMappingList as InstanceMappingList
    from nova_api_db.objects.instance_numa import InstanceNUMACell as InstanceNUMACell
    from nova_api_db.objects.instance_numa import InstanceNUMATopology as InstanceNUMATopology
    from nova_api_db.objects.instance_pci_requests import InstancePCIRequest as InstancePCIRequest
    from nova_api_db.objects.instance_pci_requests import InstancePCIRequests as InstancePCIRequests
    from nova_api_db.objects.keypair import KeyPair as KeyPair
    from nova_api_db.objects.keypair import KeyPairList as KeyPairList
    from nova_api_db.objects.migration import Migration as Migration
    from nova_api_db.objects.migration import MigrationList as MigrationList
    from nova_api_db.objects.migration_context import MigrationContext as MigrationContext
    from nova_api_db.objects.network_metadata import NetworkMetadata as NetworkMetadata
    from nova_api_db.objects.network_request import NetworkRequest as NetworkRequest
    from nova_api_db.objects.network_request import NetworkRequestList as NetworkRequestList
    from nova_api_db.objects.numa import NUMATopologyLimits as NUMATopologyLimits
    from nova_api_db.objects.pci_device import PciDevice as PciDevice
    from nova_api_db.objects.pci_device import PciDeviceList as PciDeviceList
    from nova_api_db.objects.pci_device_pool import PciDevicePool as PciDevicePool
    from nova_api_db.objects.pci_device_pool import PciDevicePoolList as PciDevicePoolList
    from nova_api_db.objects.request_group import RequestGroup as RequestGroup
    from nova_api_db.objects.request_group import RequestLevelParams as RequestLevelParams
    from nova_api_db.objects.request_spec import RequestSpec as RequestSpec
    from nova_api_db.objects.resource import LibvirtVPMEMDevice as LibvirtVPMEMDevice
    from nova_api_db.objects.resource import Resource as Resource
    from nova_api_db.objects.resource import ResourceList as ResourceList
    from nova_api_db.objects.resource import ResourceMetadata as ResourceMetadata
    from nova_api_db.objects.scheduler_limits import SchedulerLimits as SchedulerLimits
    from nova_api_db.objects.scheduler_retries import SchedulerRetries as SchedulerRetries
    from nova_api_db.objects.security_group import SecurityGroup as SecurityGroup
    from nova_api_db.objects.security_group import SecurityGroupList as SecurityGroupList
    from nova_api_db.objects.service import Service as Service
    from nova_api_db.objects.service import ServiceList as ServiceList
    from nova_api_db.objects.tag import Tag as Tag
    from nova_api_db.objects.tag import TagList as TagList
    from nova_api_db.objects.trusted_certs import TrustedCerts as TrustedCerts
    from nova_api_db.objects.vcpu_model import VirtCPUFeature as VirtCPUFeature
    from nova_api_db.objects.vcpu_model import VirtCPUModel as VirtCPUModel
    from nova_api_db.objects.virt_cpu_topology import VirtCPUTopology as VirtCPUTopology
    from nova_api_db.objects.virt_device_metadata import DeviceBus as DeviceBus
    from nova_api_db.objects.virt_device_metadata import DeviceMetadata as DeviceMetadata
    from nova_api_db.objects.virt_device_metadata import DiskMetadata as DiskMetadata
    from nova_api_db.objects.virt_device_metadata import IDEDeviceBus as IDEDeviceBus
    from nova_api_db.objects.virt_device_metadata import (
        InstanceDeviceMetadata as InstanceDeviceMetadata,
    )
    from nova_api_db.objects.virt_device_metadata import (
        NetworkInterfaceMetadata as NetworkInterfaceMetadata,
    )
    from nova_api_db.objects.virt_device_metadata import PCIDeviceBus as PCIDeviceBus
    from nova_api_db.objects.virt_device_metadata import SCSIDeviceBus as SCSIDeviceBus
    from nova_api_db.objects.virt_device_metadata import ShareMetadata as ShareMetadata
    from nova_api_db.objects.virt_device_metadata import USBDeviceBus as USBDeviceBus
    from nova_api_db.objects.virt_device_metadata import XenDeviceBus as XenDeviceBus


def __getattr__(name: str) -> Any:
    """Import the module of the object class ``name`` and return the class."""
    try:
        module = MODULES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found = getattr(importlib.import_module(module), name)
    # Later uses of the name find it without coming here.
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *MODULES})


def register_all() -> None:
    """Import every object module, so that the registry holds every class."""
    for module in dict.fromkeys(MODULES.values()):
        importlib.import_module(module)
