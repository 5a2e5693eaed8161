# SPDX-License-Identifier: Apache-2.0
"""A server; a row of a cell database (instances) and what hangs on it."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Instance(base.PersistentFields, base.NovaObject, base.DictCompat):
    """A server."""

    # 2.8: field compute_id
    # 2.7: field resources
    # 2.6: field hidden
    # 2.5: destroy takes hard_delete
    # 2.4: field trusted_certs
    # 2.3: field device_metadata
    # 2.2: field keypairs
    # 2.1: field services
    # 2.0: first version of the second generation
    VERSION = "2.8"

    added_in = {
        "services": "2.1",
        "keypairs": "2.2",
        "device_metadata": "2.3",
        "trusted_certs": "2.4",
        "hidden": "2.6",
        "resources": "2.7",
        "compute_id": "2.8",
    }

    fields = {
        "id": fields.IntegerField(),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "image_ref": fields.StringField(nullable=True),
        "kernel_id": fields.StringField(nullable=True),
        "ramdisk_id": fields.StringField(nullable=True),
        "hostname": fields.StringField(nullable=True),
        "launch_index": fields.IntegerField(nullable=True),
        "key_name": fields.StringField(nullable=True),
        "key_data": fields.StringField(nullable=True),
        "power_state": fields.IntegerField(nullable=True),
        "vm_state": fields.StringField(nullable=True),
        "task_state": fields.StringField(nullable=True),
        "services": fields.ObjectField("ServiceList"),
        "memory_mb": fields.IntegerField(nullable=True),
        "vcpus": fields.IntegerField(nullable=True),
        "root_gb": fields.IntegerField(nullable=True),
        "ephemeral_gb": fields.IntegerField(nullable=True),
        "ephemeral_key_uuid": fields.UUIDField(nullable=True),
        "host": fields.StringField(nullable=True),
        "node": fields.StringField(nullable=True),
        "compute_id": fields.IntegerField(nullable=True),
        "instance_type_id": fields.IntegerField(nullable=True),
        "user_data": fields.StringField(nullable=True),
        "reservation_id": fields.StringField(nullable=True),
        "launched_at": fields.DateTimeField(nullable=True),
        "terminated_at": fields.DateTimeField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "display_name": fields.StringField(nullable=True),
        "display_description": fields.StringField(nullable=True),
        "launched_on": fields.StringField(nullable=True),
        "locked": fields.BooleanField(default=False),
        "locked_by": fields.StringField(nullable=True),
        "os_type": fields.StringField(nullable=True),
        "architecture": fields.StringField(nullable=True),
        "vm_mode": fields.StringField(nullable=True),
        "uuid": fields.UUIDField(),
        "root_device_name": fields.StringField(nullable=True),
        "default_ephemeral_device": fields.StringField(nullable=True),
        "default_swap_device": fields.StringField(nullable=True),
        "config_drive": fields.StringField(nullable=True),
        "access_ip_v4": fields.IPV4AddressField(nullable=True),
        "access_ip_v6": fields.IPV6AddressField(nullable=True),
        "auto_disk_config": fields.BooleanField(default=False),
        "progress": fields.IntegerField(nullable=True),
        "shutdown_terminate": fields.BooleanField(default=False),
        "disable_terminate": fields.BooleanField(default=False),
        "cell_name": fields.StringField(nullable=True),
        "metadata": fields.DictOfStringsField(),
        "system_metadata": fields.DictOfNullableStringsField(),
        "info_cache": fields.ObjectField("InstanceInfoCache", nullable=True),
        "security_groups": fields.ObjectField("SecurityGroupList"),
        "fault": fields.ObjectField("InstanceFault", nullable=True),
        "cleaned": fields.BooleanField(default=False),
        "pci_devices": fields.ObjectField("PciDeviceList", nullable=True),
        "numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "device_metadata": fields.ObjectField("InstanceDeviceMetadata", nullable=True),
        "tags": fields.ObjectField("TagList"),
        "flavor": fields.ObjectField("Flavor"),
        "old_flavor": fields.ObjectField("Flavor", nullable=True),
        "new_flavor": fields.ObjectField("Flavor", nullable=True),
        "vcpu_model": fields.ObjectField("VirtCPUModel", nullable=True),
        "ec2_ids": fields.ObjectField("EC2Ids"),
        "migration_context": fields.ObjectField("MigrationContext", nullable=True),
        "keypairs": fields.ObjectField("KeyPairList"),
        "trusted_certs": fields.ObjectField("TrustedCerts", nullable=True),
        "hidden": fields.BooleanField(default=False),
        "resources": fields.ObjectField("ResourceList", nullable=True),
    }
