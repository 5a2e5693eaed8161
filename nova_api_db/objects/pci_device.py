# SPDX-License-Identifier: Apache-2.0
"""The PCI devices of compute nodes; rows of a cell database (pci_devices)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Self

from oslo_utils import uuidutils

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import pci_device as query
from nova_api_db.objects import back_level, base, creation, fields

VALUES_ADDED_IN: back_level.ValuesAddedIn = {
    "dev_type": {fields.PciDeviceType.VDPA: "1.7"},
}

#: What 1.5 brought for physical functions and their virtual ones. Receivers before 1.4, which know
#: no parents, have always been sent these; 1.4 has not.
STATUSES_OF_PARENTS = (fields.PciDeviceStatus.UNAVAILABLE, fields.PciDeviceStatus.UNCLAIMABLE)

#: What a row has to have.
REQUIRED = ("compute_node_id", "address", "vendor_id", "product_id", "dev_type", "status", "label")

#: What a hypervisor does not decide about its devices: a report of theirs does not change it.
NOT_REPORTED = ("id", "status", "instance_uuid", "extra_info")


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

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row.

        :raises UnreadableRecord: if its extra_info cannot be parsed
        """
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row, _PLAIN_COLUMNS)
        try:
            self.obj_set_pending("extra_info", json.loads(row["extra_info"] or "{}"))
        except ValueError as error:
            raise exception.UnreadableRecord(
                noun="extra_info", key=f"PCI device {row['id']}", reason=error
            ) from None
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Set extra_info to nothing; raise ObjectActionError for anything else."""
        if attrname != "extra_info":
            super().obj_load_attr(attrname)
        self.obj_set_loaded("extra_info", {})

    @classmethod
    def create(cls, context: RequestContext, dev_dict: Mapping[str, Any]) -> Self:
        """Make an available device from what a hypervisor reports; save() stores it."""
        device = cls(context)
        device.update_device(dev_dict)
        device.status = fields.PciDeviceStatus.AVAILABLE
        device.uuid = uuidutils.generate_uuid()
        return device

    def update_device(self, dev_dict: Mapping[str, Any]) -> None:
        """Take what a hypervisor reports: its keys that are no field go into extra_info.

        A device that is not reported to have a parent has none.
        """
        extra: dict[str, str] = {}
        for name, value in {"parent_addr": None, **dev_dict}.items():
            if name in NOT_REPORTED:
                continue
            if name in self.fields:
                setattr(self, name, value)
            else:
                extra[name] = value if isinstance(value, str) else json.dumps(value)
        self.extra_info = {**self.extra_info, **extra}

    @base.remotable
    def save(self) -> None:
        """Store what changed, or the device if it is new; one that was removed is deleted.

        A new one takes the place of what its node has at its address. One that is deleted is left.

        :raises PciDeviceNotFound: if a removed device is gone
        :raises PciDeviceNotFoundById: if any other is gone
        :raises ObjectActionError: if a new one lacks what every device has
        """
        if self.status == fields.PciDeviceStatus.REMOVED:
            query.delete(self._context, self._node_id(), self.address)
            self.status = fields.PciDeviceStatus.DELETED
            self.obj_reset_changes()
        elif self.status != fields.PciDeviceStatus.DELETED:
            self._store()

    def _store(self) -> None:
        changes: dict[str, Any] = self.obj_get_changes()
        changes.pop("id", None)
        if "extra_info" in changes:
            changes["extra_info"] = json.dumps(changes["extra_info"])
        if not self.obj_attr_is_set("id"):
            creation.check_new(self, *REQUIRED)
            self._load(query.update_or_create(self._context, {"extra_info": "{}", **changes}))
        elif changes:
            self._load(query.update(self._context, self.id, changes))

    def _node_id(self) -> int:
        # NULL is no node's id.
        return self.compute_node_id or 0

    @classmethod
    @base.remotable
    def get_by_dev_addr(cls, context: RequestContext, compute_node_id: int, dev_addr: str) -> Self:
        """Return the device of a node at an address.

        :raises PciDeviceNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_address(context, compute_node_id, dev_addr))

    @classmethod
    @base.remotable
    def get_by_dev_id(cls, context: RequestContext, id: int) -> Self:
        """Return a device by its number in the cell.

        :raises PciDeviceNotFoundById: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, id))

    def is_available(self) -> bool:
        """Say whether a server can have it."""
        return bool(self.status == fields.PciDeviceStatus.AVAILABLE)

    @property
    def capabilities(self) -> dict[str, Any]:
        """What the hypervisor found out about it."""
        found = json.loads(self.extra_info.get("capabilities") or "{}")
        return found if isinstance(found, dict) else {}

    @property
    def network_caps(self) -> list[str]:
        """What it can do as a network interface."""
        return list(self.capabilities.get("network", []))

    @property
    def sriov_cap(self) -> dict[str, Any]:
        """How it is part of a physical function."""
        return dict(self.capabilities.get("sriov", {}))

    @property
    def card_serial_number(self) -> str | None:
        """The number of the card it is on."""
        number: str | None = self.capabilities.get("vpd", {}).get("card_serial_number")
        return number

    @property
    def mac_address(self) -> str | None:
        """Its MAC address, where it is a network interface."""
        return self.extra_info.get("mac_address")


#: What is taken from a row as it is.
_PLAIN_COLUMNS = tuple(name for name in PciDevice.fields if name != "extra_info")


@base.NovaObjectRegistry.register
class PciDeviceList(base.ObjectListBase[PciDevice], base.NovaObject):
    """PCI devices."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("PciDevice")}

    @classmethod
    @base.remotable
    def get_by_compute_node(cls, context: RequestContext, node_id: int) -> Self:
        """Return the devices of a node."""
        return cls._of(context, query.list_by_compute_node(context, node_id))

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, uuid: str) -> Self:
        """Return the devices that a server has; those it only claims are not among them."""
        return cls._of(context, query.list_allocated_by_instance_uuid(context, uuid))

    @classmethod
    @base.remotable
    def get_by_parent_address(cls, context: RequestContext, node_id: int, parent_addr: str) -> Self:
        """Return the virtual functions of a physical one."""
        return cls._of(context, query.list_by_parent_address(context, node_id, parent_addr))

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([PciDevice.from_row(context, row) for row in rows])
