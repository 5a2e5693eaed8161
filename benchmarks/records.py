# SPDX-License-Identifier: Apache-2.0
"""What the timed operations work on, made of Nova's classes or of ours alike.

Nova's Python imports this, so it imports nothing but the standard library.
"""

import dataclasses
import uuid
from typing import Any

FLAVOR = {
    "id": 7,
    "name": "m1.small",
    "flavorid": "2",
    "memory_mb": 2048,
    "vcpus": 1,
    "root_gb": 20,
    "ephemeral_gb": 0,
    "swap": 0,
    "rxtx_factor": 1.0,
    "vcpu_weight": 0,
    "disabled": False,
    "is_public": True,
    "extra_specs": {"hw:cpu_policy": "shared", "hw:mem_page_size": "small"},
    "description": None,
}
IMAGE = {
    "id": "3a0b6f4e-9c1c-4b7e-8d0a-5f4f1c0e6b11",
    "name": "debian",
    "status": "active",
    "container_format": "bare",
    "disk_format": "qcow2",
    "size": 1,
    "min_ram": 0,
    "min_disk": 0,
}
NODE = {
    "vcpus": 64,
    "memory_mb": 524288,
    "local_gb": 4000,
    "vcpus_used": 0,
    "memory_mb_used": 512,
    "local_gb_used": 0,
    "hypervisor_type": "QEMU",
    "hypervisor_version": 8002001,
    "cpu_info": '{"arch": "x86_64", "model": "EPYC", "vendor": "AMD"}',
    "cpu_allocation_ratio": 4.0,
    "ram_allocation_ratio": 1.0,
    "disk_allocation_ratio": 1.0,
    "running_vms": 0,
    "current_workload": 0,
    "free_ram_mb": 523776,
    "free_disk_gb": 4000,
    "disk_available_least": 4000,
    "host_ip": "192.0.2.1",
    "stats": {
        "failed_builds": "0",
        "io_workload": "0",
        "num_instances": "8",
        "num_os_type_None": "8",
        "num_proj_ed0e1ee6f7ea4e68a4bdc0e7b1b1d7a6": "8",
        "num_task_None": "8",
        "num_vm_active": "8",
    },
    "metrics": "[]",
}
UNSAID_OF_DEVICE = dict.fromkeys(
    (
        "guest_format",
        "disk_bus",
        "device_name",
        "snapshot_id",
        "volume_id",
        "volume_size",
        "connection_info",
        "tag",
        "volume_type",
        "encryption_secret_uuid",
        "encryption_format",
        "encryption_options",
    )
)


@dataclasses.dataclass(frozen=True)
class Side:
    """Whose classes are at work, for whom, and how much they are to do."""

    objects: Any
    #: The module that has `target_cell`.
    contexts: Any
    context: Any
    count: int

    @property
    def uuids(self) -> list[str]:
        """The servers, the same at every call."""
        return [str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + n)) for n in range(self.count)]

    def flavor(self) -> Any:
        """Return a flavor as one that was read."""
        flavor = self.objects.Flavor(**FLAVOR)
        flavor.obj_reset_changes()
        return flavor

    def image(self) -> Any:
        """Return an image."""
        return self.objects.ImageMeta(**IMAGE, properties=self.objects.ImageMetaProps())


def boot(side: Side, uuid_: str, index: int, flavor: Any, image: Any) -> list[Any]:
    """Return the request spec, the build request and the mapping of a server."""
    objects, context = side.objects, side.context
    instance = _instance(side, uuid_, index, flavor)
    device = objects.BlockDeviceMapping(
        context,
        **UNSAID_OF_DEVICE,
        instance_uuid=uuid_,
        source_type="image",
        destination_type="local",
        device_type="disk",
        boot_index=0,
        image_id=IMAGE["id"],
        delete_on_termination=True,
        no_device=False,
        encrypted=False,
    )
    return [
        spec(side, uuid_, flavor, image),
        objects.BuildRequest(
            context,
            instance_uuid=uuid_,
            project_id="project",
            instance=instance,
            block_device_mappings=objects.BlockDeviceMappingList(context, objects=[device]),
            tags=instance.tags,
        ),
        objects.InstanceMapping(
            context,
            instance_uuid=uuid_,
            project_id="project",
            user_id="user",
            cell_mapping=None,
            queued_for_delete=False,
        ),
    ]


def _instance(side: Side, uuid_: str, index: int, flavor: Any) -> Any:
    objects, context = side.objects, side.context
    return objects.Instance(
        context,
        uuid=uuid_,
        user_id="user",
        project_id="project",
        image_ref=IMAGE["id"],
        kernel_id="",
        ramdisk_id="",
        hostname=f"server-{index}",
        launch_index=index,
        key_name=None,
        key_data=None,
        power_state=0,
        vm_state="building",
        task_state="scheduling",
        memory_mb=2048,
        vcpus=1,
        root_gb=20,
        ephemeral_gb=0,
        ephemeral_key_uuid=None,
        instance_type_id=7,
        user_data=None,
        reservation_id="r-abcdefgh",
        availability_zone=None,
        display_name=f"server-{index}",
        display_description=None,
        locked=False,
        os_type=None,
        architecture=None,
        vm_mode=None,
        root_device_name=None,
        config_drive="",
        access_ip_v4=None,
        access_ip_v6=None,
        auto_disk_config=False,
        progress=0,
        shutdown_terminate=False,
        metadata={},
        system_metadata={"image_min_ram": "0", "image_min_disk": "20", "image_base_image_ref": ""},
        info_cache=objects.InstanceInfoCache(context, instance_uuid=uuid_, network_info="[]"),
        security_groups=objects.SecurityGroupList(context, objects=[]),
        numa_topology=None,
        pci_requests=objects.InstancePCIRequests(requests=[]),
        flavor=flavor,
        old_flavor=None,
        new_flavor=None,
        keypairs=objects.KeyPairList(context, objects=[]),
        trusted_certs=None,
        tags=objects.TagList(context, objects=[]),
    )


def spec(side: Side, uuid_: str, flavor: Any, image: Any) -> Any:
    """Return the request spec of a server."""
    objects, context = side.objects, side.context
    groups = objects.SecurityGroupList(context)
    groups.objects = [objects.SecurityGroup(context, name="default")]
    return objects.RequestSpec(
        context,
        instance_uuid=uuid_,
        image=image,
        numa_topology=None,
        pci_requests=objects.InstancePCIRequests(requests=[]),
        project_id="project",
        user_id="user",
        availability_zone=None,
        flavor=flavor,
        num_instances=1,
        ignore_hosts=None,
        force_hosts=None,
        force_nodes=None,
        retry=None,
        limits=objects.SchedulerLimits(numa_topology=None, vcpu=None, disk_gb=None, memory_mb=None),
        instance_group=None,
        scheduler_hints={},
        security_groups=groups,
        is_bfv=False,
        requested_destination=None,
        requested_resources=[],
    )


def specs(side: Side) -> list[Any]:
    """Return the request specs of all servers, sharing nothing."""
    return [spec(side, uuid_, side.flavor(), side.image()) for uuid_ in side.uuids]


def nodes(side: Side) -> list[Any]:
    """Return compute nodes, each on a host of its own."""
    return [
        side.objects.ComputeNode(
            side.context,
            **NODE,
            uuid=uuid_,
            service_id=None,
            supported_hv_specs=_hv_specs(side),
            pci_device_pools=_pools(side),
            host=f"host-{n}",
            hypervisor_hostname=f"node-{n}",
        )
        for n, uuid_ in enumerate(side.uuids)
    ]


def _hv_specs(side: Side) -> list[Any]:
    return [
        side.objects.HVSpec(arch=arch, hv_type=kind, vm_mode="hvm")
        for arch in ("i686", "x86_64")
        for kind in ("qemu", "kvm")
    ]


def _pools(side: Side) -> Any:
    pools = [
        side.objects.PciDevicePool(
            product_id="1572", vendor_id="8086", numa_node=node, tags={"a": "b"}, count=4
        )
        for node in range(2)
    ]
    return side.objects.PciDevicePoolList(objects=pools)
