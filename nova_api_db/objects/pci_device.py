# SPDX-License-Identifier: Apache-2.0
"""The PCI devices of compute nodes; rows of a cell database (pci_devices)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class PciDevice(base.PersistentFields, base.NovaObject):
    """One PCI device of a compute node."""

    # 1.6: uuid
    # 1.4: parent_addr; changes extra_info
    # 1.2: request_id
    VERSION = "1.7"

    added_in = {"request_id": "1.2", "parent_addr": "1.4", "uuid": "1.6"}

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "compute_node_id": fields.IntegerField(nullable=True),
        "address": fields.StringField(),
        "vendor_id": fields.StringField(),
        "product_id": fields.StringField(),
        "dev_type": fields.PciDeviceTypeField(),
        "status": fields.PciDeviceStatusField(),
        "dev_id": fields.StringField(nullable=True),
        "label": fields.StringField(nullable=True),
        "instance_uuid": fields.StringField(nullable=True),
        "request_id": fields.StringField(nullable=True),
        "extra_info": fields.DictOfStringsField(default={}),
        "numa_node": fields.IntegerField(nullable=True),
        "parent_addr": fields.StringField(nullable=True),
    }


@base.NovaObjectRegistry.register
class PciDeviceList(base.ObjectListBase[PciDevice], base.NovaObject):
    """PCI devices."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("PciDevice")}
