# SPDX-License-Identifier: Apache-2.0
"""The properties of an image that Nova acts on; part of an ImageMeta."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.objects import back_level, base, cpu_spec, fields

#: Names that images may still use -> the field.
OLDER_NAMES = {
    "architecture": "hw_architecture",
    "auto_disk_config": "hw_auto_disk_config",
    "bdm_v2": "img_bdm_v2",
    "bittorrent": "img_bittorrent",
    "block_device_mapping": "img_block_device_mapping",
    "cache_in_nova": "img_cache_in_nova",
    "hypervisor_type": "img_hv_type",
    "hypervisor_version_requires": "img_hv_requested_version",
    "ipxe_boot": "hw_ipxe_boot",
    "mappings": "img_mappings",
    "owner_id": "img_owner_id",
    "root_device_name": "img_root_device_name",
    "vm_mode": "hw_vm_mode",
    "vmware_disktype": "hw_disk_type",
    "vmware_image_version": "img_version",
    "vmware_linked_clone": "img_linked_clone",
    "vmware_ostype": "os_distro",
    "xenapi_device_id": "hw_device_id",
    "xenapi_image_compression_level": "img_compression_level",
    "xenapi_skip_agent_inject_files_at_boot": "os_skip_agent_inject_files_at_boot",
    "xenapi_skip_agent_inject_ssh": "os_skip_agent_inject_ssh",
    "xenapi_use_agent": "img_use_agent",
}

#: One name for two things: the bus of the disks, or the model of their SCSI controller.
ADAPTER = "vmware_adaptertype"

#: A property per trait: ``trait:CUSTOM_GOLD`` = ``required``.
TRAIT_PREFIX = "trait:"

#: A property per NUMA node, ``hw_numa_cpus.0`` and so on; numbers after a gap do not count.
PER_NUMA_NODE: dict[str, Callable[[str], Any]] = {
    "hw_numa_cpus": cpu_spec.parse,
    "hw_numa_mem": int,
}
NUMA_NODES_MAX = 128

SEVERAL = {"traits_required", *PER_NUMA_NODE}

#: Values that an older receiver would choke on: the image is refused.
VALUES_ADDED_IN: back_level.ValuesAddedIn = {
    "hw_cpu_policy": {"mixed": "1.26"},
    "hw_disk_bus": {"lxc": "1.6", "uml": "1.6"},
    "hw_mem_encryption_model": {"amd-sev-snp": "1.43", "intel-tdx": "1.44"},
    "hw_pci_numa_affinity_policy": {"socket": "1.28"},
    "hw_video_model": {"virtio": "1.22", "gop": "1.22", "none": "1.22", "bochs": "1.30"},
    "hw_vif_model": {"igb": "1.39"},
}


@base.NovaObjectRegistry.register
class ImageMetaProps(base.NovaObject):
    """The properties of an image, each with its own type."""

    # 1.44: value intel-tdx of hw_mem_encryption_model
    # 1.43: value amd-sev-snp of hw_mem_encryption_model
    # 1.42: field hw_mem_encryption_model
    # 1.41: fields hw_usb_model, hw_redirected_usb_ports
    # 1.40: field hw_sound_model
    # 1.39: value igb of hw_vif_model
    # 1.38: field hw_firmware_stateless
    # 1.37: field hw_ephemeral_encryption_secret_uuid
    # 1.36: fields hw_maxphysaddr_mode, hw_maxphysaddr_bits
    # 1.35: field hw_virtio_packed_ring
    # 1.34: field hw_viommu_model
    # 1.33: field hw_locked_memory
    # 1.32: fields hw_ephemeral_encryption, hw_ephemeral_encryption_format
    # 1.31: field hw_emulation_architecture
    # 1.30: value bochs of hw_video_model
    # 1.29: field hw_input_bus
    # 1.28: value socket of hw_pci_numa_affinity_policy
    # 1.27: fields hw_tpm_model, hw_tpm_version
    # 1.26: value mixed of hw_cpu_policy
    # 1.25: field hw_pci_numa_affinity_policy
    # 1.24: field hw_mem_encryption
    # 1.23: field hw_pmu
    # 1.22: values virtio, gop and none of hw_video_model
    # 1.21: field hw_time_hpet
    # 1.20: field traits_required
    # 1.19: field img_hide_hypervisor_id
    # 1.16: value disabled of hw_watchdog_action
    # 1.15: fields hw_rescue_bus, hw_rescue_device
    # 1.14: field hw_pointer_model
    # 1.13: field os_secure_boot
    # 1.11: field hw_firmware_type
    # 1.10: field hw_cpu_realtime_mask
    # 1.9: field hw_cpu_thread_policy
    # 1.7: field img_config_drive
    # 1.6: values lxc and uml of hw_disk_bus
    # 1.5: field os_admin_user
    # 1.4: field hw_vif_multiqueue_enabled
    # 1.2: fields img_hv_requested_version, img_hv_type
    # 1.1: field os_require_quiesce
    VERSION = "1.44"

    added_in = {
        "os_require_quiesce": "1.1",
        "img_hv_requested_version": "1.2",
        "img_hv_type": "1.2",
        "hw_vif_multiqueue_enabled": "1.4",
        "os_admin_user": "1.5",
        "img_config_drive": "1.7",
        "hw_cpu_thread_policy": "1.9",
        "hw_cpu_realtime_mask": "1.10",
        "hw_firmware_type": "1.11",
        "os_secure_boot": "1.13",
        "hw_pointer_model": "1.14",
        "hw_rescue_bus": "1.15",
        "hw_rescue_device": "1.15",
        "img_hide_hypervisor_id": "1.19",
        "traits_required": "1.20",
        "hw_time_hpet": "1.21",
        "hw_pmu": "1.23",
        "hw_mem_encryption": "1.24",
        "hw_pci_numa_affinity_policy": "1.25",
        "hw_tpm_model": "1.27",
        "hw_tpm_version": "1.27",
        "hw_input_bus": "1.29",
        "hw_emulation_architecture": "1.31",
        "hw_ephemeral_encryption": "1.32",
        "hw_ephemeral_encryption_format": "1.32",
        "hw_locked_memory": "1.33",
        "hw_viommu_model": "1.34",
        "hw_virtio_packed_ring": "1.35",
        "hw_maxphysaddr_mode": "1.36",
        "hw_maxphysaddr_bits": "1.36",
        "hw_ephemeral_encryption_secret_uuid": "1.37",
        "hw_firmware_stateless": "1.38",
        "hw_sound_model": "1.40",
        "hw_usb_model": "1.41",
        "hw_redirected_usb_ports": "1.41",
        "hw_mem_encryption_model": "1.42",
    }

    fields = {
        "hw_architecture": fields.ArchitectureField(),
        "hw_emulation_architecture": fields.ArchitectureField(),
        "hw_auto_disk_config": fields.StringField(),
        "hw_boot_menu": fields.FlexibleBooleanField(),
        "hw_cdrom_bus": fields.DiskBusField(),
        "hw_cpu_cores": fields.IntegerField(),
        "hw_cpu_sockets": fields.IntegerField(),
        "hw_cpu_max_cores": fields.IntegerField(),
        "hw_cpu_max_sockets": fields.IntegerField(),
        "hw_cpu_max_threads": fields.IntegerField(),
        "hw_cpu_policy": fields.CPUAllocationPolicyField(),
        "hw_cpu_thread_policy": fields.CPUThreadAllocationPolicyField(),
        "hw_cpu_realtime_mask": fields.StringField(),
        "hw_cpu_threads": fields.IntegerField(),
        "hw_device_id": fields.IntegerField(),
        "hw_disk_bus": fields.DiskBusField(),
        "hw_disk_type": fields.StringField(),
        "hw_floppy_bus": fields.DiskBusField(),
        "hw_firmware_type": fields.FirmwareTypeField(),
        "hw_firmware_stateless": fields.FlexibleBooleanField(),
        "hw_input_bus": fields.InputBusField(),
        "hw_ipxe_boot": fields.FlexibleBooleanField(),
        "hw_locked_memory": fields.FlexibleBooleanField(),
        "hw_machine_type": fields.StringField(),
        "hw_mem_encryption": fields.FlexibleBooleanField(),
        "hw_mem_encryption_model": fields.MemEncryptionModelField(),
        "hw_mem_page_size": fields.StringField(),
        "hw_numa_nodes": fields.IntegerField(),
        "hw_numa_cpus": fields.ListOfSetsOfIntegersField(),
        "hw_numa_mem": fields.ListOfIntegersField(),
        "hw_pci_numa_affinity_policy": fields.PCINUMAAffinityPolicyField(),
        "hw_pointer_model": fields.PointerModelField(),
        "hw_pmu": fields.FlexibleBooleanField(),
        "hw_qemu_guest_agent": fields.FlexibleBooleanField(),
        "hw_rescue_bus": fields.DiskBusField(),
        "hw_rescue_device": fields.BlockDeviceTypeField(),
        "hw_rng_model": fields.RNGModelField(),
        "hw_time_hpet": fields.FlexibleBooleanField(),
        "hw_serial_port_count": fields.IntegerField(),
        "hw_scsi_model": fields.SCSIModelField(),
        "hw_video_model": fields.VideoModelField(),
        "hw_video_ram": fields.IntegerField(),
        "hw_vif_model": fields.VIFModelField(),
        "hw_viommu_model": fields.VIOMMUModelField(),
        "hw_vm_mode": fields.VMModeField(),
        "hw_watchdog_action": fields.WatchdogActionField(),
        "hw_vif_multiqueue_enabled": fields.FlexibleBooleanField(),
        "hw_tpm_model": fields.TPMModelField(),
        "hw_tpm_version": fields.TPMVersionField(),
        "hw_ephemeral_encryption": fields.FlexibleBooleanField(),
        "hw_ephemeral_encryption_format": fields.BlockDeviceEncryptionFormatTypeField(),
        "hw_ephemeral_encryption_secret_uuid": fields.UUIDField(),
        "hw_virtio_packed_ring": fields.FlexibleBooleanField(),
        "hw_maxphysaddr_mode": fields.MaxPhysAddrModeField(),
        "hw_maxphysaddr_bits": fields.IntegerField(),
        "hw_sound_model": fields.SoundModelField(),
        "hw_usb_model": fields.USBControllerModelField(),
        "hw_redirected_usb_ports": fields.IntegerField(),
        "img_bittorrent": fields.FlexibleBooleanField(),
        "img_bdm_v2": fields.FlexibleBooleanField(),
        "img_block_device_mapping": fields.ListOfDictOfNullableStringsField(),
        "img_cache_in_nova": fields.FlexibleBooleanField(),
        "img_compression_level": fields.IntegerField(),
        "img_hv_requested_version": fields.VersionPredicateField(),
        "img_hv_type": fields.HVTypeField(),
        "img_config_drive": fields.ConfigDrivePolicyField(),
        "img_linked_clone": fields.FlexibleBooleanField(),
        "img_mappings": fields.ListOfDictOfNullableStringsField(),
        "img_owner_id": fields.StringField(),
        "img_root_device_name": fields.StringField(),
        "img_use_agent": fields.FlexibleBooleanField(),
        "img_version": fields.IntegerField(),
        "img_signature": fields.StringField(),
        "img_signature_hash_method": fields.ImageSignatureHashTypeField(),
        "img_signature_certificate_uuid": fields.UUIDField(),
        "img_signature_key_type": fields.ImageSignatureKeyTypeField(),
        "img_hide_hypervisor_id": fields.FlexibleBooleanField(),
        "os_admin_user": fields.StringField(),
        "os_command_line": fields.StringField(),
        "os_distro": fields.StringField(),
        "os_require_quiesce": fields.FlexibleBooleanField(),
        "os_secure_boot": fields.SecureBootField(),
        "os_skip_agent_inject_files_at_boot": fields.FlexibleBooleanField(),
        "os_skip_agent_inject_ssh": fields.FlexibleBooleanField(),
        "os_type": fields.OSTypeField(),
        "traits_required": fields.ListOfStringsField(),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Refuse values and drop fields that the receiver does not know."""
        back_level.refuse_newer_values(primitive, target_version, VALUES_ADDED_IN)
        super().obj_make_compatible(primitive, target_version)
        # An image that turns the watchdog off is, before the value came, one that says nothing.
        if (
            back_level.is_older(target_version, "1.16")
            and primitive.get("hw_watchdog_action") == fields.WatchdogAction.DISABLED
        ):
            del primitive["hw_watchdog_action"]

    @classmethod
    def from_dict(cls, image_props: Mapping[str, Any]) -> Self:
        """Make one from the properties of an image; those that are no field are ignored.

        An older name counts where the newer one is not there.

        :raises Invalid: if a property has a value that it cannot have
        """
        props = cls()
        for name in cls.fields:
            value = image_props.get(name)
            # An image has these as several properties; as one, they come from to_dict().
            if name not in SEVERAL or isinstance(value, list):
                props._take(name, value, name)
        for older, name in OLDER_NAMES.items():
            props._take(name, image_props.get(older), older)
        props._take_adapter(image_props.get(ADAPTER))
        for name, parse in PER_NUMA_NODE.items():
            props._take_per_node(name, image_props, parse)
        traits = [
            name.removeprefix(TRAIT_PREFIX)
            for name, value in image_props.items()
            if name.startswith(TRAIT_PREFIX) and value == "required"
        ]
        props._take("traits_required", traits or None, TRAIT_PREFIX)
        return props

    def _take(self, name: str, value: Any, given_as: str) -> None:
        """Set a field that has no value yet, if there is one for it."""
        if value is None or self.obj_attr_is_set(name):
            return
        try:
            setattr(self, name, value)
        except (ValueError, TypeError) as error:
            raise exception.Invalid(reason=f"image property {given_as}: {error}") from None

    def _take_per_node(
        self, name: str, image_props: Mapping[str, Any], parse: Callable[[str], Any]
    ) -> None:
        given = (image_props.get(f"{name}.{node}") for node in range(NUMA_NODES_MAX))
        per_node = itertools.takewhile(lambda value: value is not None, given)
        try:
            self._take(name, [parse(str(value)) for value in per_node] or None, name)
        except ValueError as error:
            raise exception.Invalid(reason=f"image property {name}: {error}") from None

    def _take_adapter(self, adapter: str | None) -> None:
        if adapter is None:
            return
        if adapter == fields.DiskBus.IDE:
            self._take("hw_disk_bus", fields.DiskBus.IDE, ADAPTER)
        else:
            self._take("hw_scsi_model", adapter, ADAPTER)
            self._take("hw_disk_bus", fields.DiskBus.SCSI, ADAPTER)

    def get(self, name: str, defvalue: Any = None) -> Any:
        """Return a property, or another value where the image does not have it.

        :raises AttributeError: if there is no such property
        """
        return getattr(self, name) if self.obj_attr_is_set(name) else defvalue

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that the image has."""
        return {name: getattr(self, name) for name in self.fields if self.obj_attr_is_set(name)}
