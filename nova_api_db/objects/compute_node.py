# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor has and what is left of it; a row of a cell database (compute_nodes)."""

from typing import Any

from nova_api_db.objects import back_level, base, fields

#: What a receiver that cannot take null is told of a node without a service.
NO_SERVICE = -1


@base.NovaObjectRegistry.register
class ComputeNode(base.PersistentFields, base.NovaObject):
    """One hypervisor: its capacity, its use and what it can run."""

    # 1.19: method get_by_nodename
    # 1.18: method get_by_uuid
    # 1.17: field mapped
    # 1.16: field disk_allocation_ratio
    # 1.15: field uuid
    # 1.14: fields cpu_allocation_ratio and ram_allocation_ratio
    # 1.13: service_id may be null
    # 1.12: child HVSpec at 1.1
    # 1.11: child PciDevicePoolList at 1.1
    # 1.10: method get_first_node_by_host_for_old_compat
    # 1.9: field pci_device_pools
    # 1.8: method get_by_host_and_nodename
    # 1.7: field host
    # 1.6: field supported_hv_specs
    # 1.5: field numa_topology
    # 1.4: field host_ip
    # 1.3: field stats
    # 1.2: strings accept unicode
    # 1.1: method get_by_service_id
    VERSION = "1.19"

    added_in = {
        "stats": "1.3",
        "host_ip": "1.4",
        "numa_topology": "1.5",
        "supported_hv_specs": "1.6",
        "host": "1.7",
        "pci_device_pools": "1.9",
        "cpu_allocation_ratio": "1.14",
        "ram_allocation_ratio": "1.14",
        "uuid": "1.15",
        "disk_allocation_ratio": "1.16",
        "mapped": "1.17",
    }

    fields = {
        "id": fields.IntegerField(read_only=True),
        "uuid": fields.UUIDField(read_only=True),
        "service_id": fields.IntegerField(nullable=True),
        "host": fields.StringField(nullable=True),
        "vcpus": fields.IntegerField(),
        "memory_mb": fields.IntegerField(),
        "local_gb": fields.IntegerField(),
        "vcpus_used": fields.IntegerField(),
        "memory_mb_used": fields.IntegerField(),
        "local_gb_used": fields.IntegerField(),
        "hypervisor_type": fields.StringField(),
        "hypervisor_version": fields.IntegerField(),
        "hypervisor_hostname": fields.StringField(nullable=True),
        "free_ram_mb": fields.IntegerField(nullable=True),
        "free_disk_gb": fields.IntegerField(nullable=True),
        "current_workload": fields.IntegerField(nullable=True),
        "running_vms": fields.IntegerField(nullable=True),
        "cpu_info": fields.StringField(nullable=True),
        "disk_available_least": fields.IntegerField(nullable=True),
        "metrics": fields.StringField(nullable=True),
        "stats": fields.DictOfNullableStringsField(nullable=True),
        "host_ip": fields.IPAddressField(nullable=True),
        "numa_topology": fields.StringField(nullable=True),
        "supported_hv_specs": fields.ListOfObjectsField("HVSpec"),
        "pci_device_pools": fields.ObjectField("PciDevicePoolList", nullable=True),
        "cpu_allocation_ratio": fields.FloatField(),
        "ram_allocation_ratio": fields.FloatField(),
        "disk_allocation_ratio": fields.FloatField(),
        "mapped": fields.IntegerField(),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; before 1.13 there was no node without a service."""
        super().obj_make_compatible(primitive, target_version)
        if back_level.is_older(target_version, "1.13") and primitive.get("service_id") is None:
            primitive["service_id"] = NO_SERVICE


@base.NovaObjectRegistry.register
class ComputeNodeList(base.ObjectListBase[ComputeNode], base.NovaObject):
    """Hypervisors."""

    VERSION = "1.17"

    fields = {"objects": fields.ListOfObjectsField("ComputeNode")}
