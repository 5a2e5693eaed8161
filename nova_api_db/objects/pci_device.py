# SPDX-License-Identifier: Apache-2.0
"""The PCI devices of compute nodes; rows of a cell database (pci_devices)."""

from typing import Any

from nova_api_db.objects import back_level, base, fields

VALUES_ADDED_IN: back_level.ValuesAddedIn = {
    "dev_type": {fields.PciDeviceType.VDPA: "1.7"},
}

#: What 1.5 brought for physical functions and their virtual ones. Receivers before 1.4, which know
#: no parents, have always been sent these; 1.4 has not.
STATUSES_OF_PARENTS = (fields.PciDeviceStatus.UNAVAILABLE, fields.PciDeviceStatus.UNCLAIMABLE)


@base.NovaObjectRegistry.register
class PciDevice(base.PersistentFields, base.NovaObject):
    """One PCI device of a compute node."""

    # 1.7: value vdpa of dev_type
    # 1.6: field uuid
    # 1.5: values unavailable and unclaimable of status
    # 1.4: field parent_addr, which was phys_function in extra_info
    # 1.2: field request_id
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

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Refuse values and drop fields that are newer; keep the parent where it was before 1.4."""
        back_level.refuse_newer_values(primitive, target_version, VALUES_ADDED_IN)
        parent = primitive.get("parent_addr")
        super().obj_make_compatible(primitive, target_version)
        if back_level.is_older(target_version, "1.4"):
            if parent and "extra_info" in primitive:
                primitive["extra_info"] = primitive["extra_info"] | {"phys_function": parent}
        elif (
            back_level.is_older(target_version, "1.5")
            and "parent_addr" in primitive
            and primitive.get("status") in STATUSES_OF_PARENTS
        ):
            back_level.refuse(primitive, "status", target_version)


@base.NovaObjectRegistry.register
class PciDeviceList(base.ObjectListBase[PciDevice], base.NovaObject):
    """PCI devices."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("PciDevice")}
