# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor has and what is left of it; a row of a cell database (compute_nodes)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Self

from nova_api_db import exception, objects
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import compute_node as query
from nova_api_db.objects import back_level, base, creation, fields, primitives
from nova_api_db.objects import compute_node_storage as storage
from nova_api_db.objects.hv_spec import HVSpec
from nova_api_db.objects.pci_device_pool import PciDevicePoolList

#: What a receiver that cannot take null is told of a node without a service.
NO_SERVICE = -1

#: What a driver reports about its node; all else in a report is for others.
REPORTED = (
    "vcpus",
    "memory_mb",
    "local_gb",
    "cpu_info",
    "vcpus_used",
    "memory_mb_used",
    "local_gb_used",
    "numa_topology",
    "hypervisor_type",
    "hypervisor_version",
    "hypervisor_hostname",
    "disk_available_least",
    "host_ip",
)


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

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        # Field -> the stored JSON of it, until it is first read.
        self._texts: dict[str, str] = {}
        super().__init__(context, **kwargs)

    # What is stored as JSON is parsed when it is read: a scheduler loads thousands of nodes, and
    # needs of each but a few columns.

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row, _PLAIN_COLUMNS)
        self.obj_set_pending("host_ip", row["host_ip"])
        for name, ratio in storage.INITIAL_RATIOS.items():
            if not row[name]:
                self.obj_set_loaded(name, ratio)
        if row["mapped"] is None:
            self.obj_set_loaded("mapped", 0)
        for name, column in storage.JSON_COLUMNS.items():
            self.__dict__.pop("_obj_" + name, None)
            self._changed_fields.discard(name)
            if text := row[column]:
                self._texts[name] = text
        if not row["pci_stats"]:
            self.obj_set_loaded("pci_device_pools", None)
        return self

    def obj_attr_is_set(self, attrname: str) -> bool:
        """Say whether a field has a value; parses nothing."""
        return attrname in self._texts or super().obj_attr_is_set(attrname)

    def obj_load_attr(self, attrname: str) -> None:
        """Parse a field; raise ObjectActionError if it has no value.

        :raises UnreadableRecord: if what is stored cannot be parsed
        """
        if attrname not in self._texts:
            super().obj_load_attr(attrname)
        self.obj_set_loaded(attrname, self._parse(attrname))

    def _parse(self, name: str) -> Any:
        text = self._texts.pop(name)
        if name == "pci_device_pools":
            return base.from_json(
                PciDevicePoolList,
                text,
                self._context,
                noun="PCI device pools",
                key=self._key(),
                convert=primitives.forget_changes,
            )
        try:
            value = json.loads(text)
            if name == "stats":
                return self.fields[name].coerce(self, name, value)
            return [HVSpec.from_list(spec) for spec in value]
        except (ValueError, TypeError) as error:
            raise exception.UnreadableRecord(noun=name, key=self._key(), reason=error) from None

    def obj_to_primitive(
        self,
        target_version: str | None = None,
        version_manifest: dict[str, str] | None = None,
    ) -> primitives.Primitive:
        """Return the primitive, all of it parsed."""
        for name in list(self._texts):
            self.obj_load_attr(name)
        return super().obj_to_primitive(target_version, version_manifest)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the fields; what was not parsed stays so."""
        duplicate = super().__deepcopy__(memo)
        duplicate._texts = dict(self._texts)
        return duplicate

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; before 1.13 there was no node without a service."""
        super().obj_make_compatible(primitive, target_version)
        if back_level.is_older(target_version, "1.13") and primitive.get("service_id") is None:
            primitive["service_id"] = self._find_service_id()

    def _find_service_id(self) -> int:
        if not self._context or not self.obj_attr_is_set("host"):
            return NO_SERVICE
        try:
            service = objects.Service.get_by_compute_host(self._context, self.host or "")
        except (exception.ComputeHostNotFound, exception.CellNotAimed):
            return NO_SERVICE
        return int(service.id)

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, compute_id: int) -> Self:
        """Return a node.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, compute_id))

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, compute_uuid: str) -> Self:
        """Return a node.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, compute_uuid))

    @classmethod
    @base.remotable
    def get_by_service_id(cls, context: RequestContext, service_id: int) -> Self:
        """Return the first node of a service; nodes made since 2015 name none.

        :raises ServiceNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_service_id(context, service_id))

    @classmethod
    @base.remotable
    def get_by_host_and_nodename(cls, context: RequestContext, host: str, nodename: str) -> Self:
        """Return the node of a host that its hypervisor calls so.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_host_and_nodename(context, host, nodename))

    @classmethod
    @base.remotable
    def get_by_nodename(cls, context: RequestContext, hypervisor_hostname: str) -> Self:
        """Return the node that its hypervisor calls so, the first if there are several.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_nodename(context, hypervisor_hostname))

    @classmethod
    @base.remotable
    def get_first_node_by_host_for_old_compat(
        cls, context: RequestContext, host: str, use_slave: bool = False
    ) -> Self:
        """Return the first node of a host, for callers that know but one.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.list_by_host(context, use_slave, host)[0])

    @base.remotable
    def create(self) -> None:
        """Store it, with a uuid if it has none; a deleted node of its uuid comes back to life.

        :raises ObjectActionError: if it is stored already, or lacks what every node has
        :raises DuplicateRecord: if there is one of that uuid, or of that host and name
        """
        creation.check_new(self, *storage.REQUIRED)
        self._load(query.create(self._context, self._changed_columns()))

    @base.remotable
    def save(self, prune_stats: bool = False) -> None:
        """Store what changed.

        :param prune_stats: has no effect: stats are always stored as they are
        :raises ComputeHostNotFound: if it is gone
        """
        if changes := self._changed_columns():
            self._load(query.update(self._context, self.id, changes))

    @base.remotable
    def destroy(self) -> None:
        """Delete it.

        :raises ComputeHostNotFound: if it is gone
        """
        query.delete(self._context, self.id)

    def _changed_columns(self) -> dict[str, Any]:
        return storage.to_columns(self.obj_get_changes())

    def _key(self) -> str:
        return f"compute node {self.id}" if self.obj_attr_is_set("id") else "a compute node"

    def update_from_virt_driver(self, resources: Mapping[str, Any]) -> None:
        """Take what a driver reports about its node; what it does not say stays as it is.

        :raises InvalidNodeConfiguration: if it reports another node, by its uuid
        """
        if "uuid" in resources:
            self._check_identity(resources["uuid"])
            self.uuid = resources["uuid"]
        for name in REPORTED:
            if name in resources:
                setattr(self, name, resources[name])
        if "supported_instances" in resources:
            specs = [HVSpec.from_list(spec) for spec in resources["supported_instances"]]
            self.supported_hv_specs = specs

    def _check_identity(self, uuid: str) -> None:
        if self.obj_attr_is_set("uuid") and self.uuid != uuid:
            raise exception.InvalidNodeConfiguration(
                reason=f"node {self.uuid} cannot become {uuid}"
            )


#: What is taken from a row as it is.
_PLAIN_COLUMNS = tuple(
    name for name in ComputeNode.fields if name not in storage.JSON_COLUMNS and name != "host_ip"
)


@base.NovaObjectRegistry.register
class ComputeNodeList(base.ObjectListBase[ComputeNode], base.NovaObject):
    """Hypervisors."""

    VERSION = "1.17"

    fields = {"objects": fields.ListOfObjectsField("ComputeNode")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all nodes."""
        return cls._of(context, query.list_all(context))

    @classmethod
    @base.remotable
    def get_all_by_not_mapped(cls, context: RequestContext, mapped_less_than: int) -> Self:
        """Return the nodes whose host was mapped to the cell less than so many times."""
        return cls._of(context, query.list_by_mapped_less_than(context, mapped_less_than))

    @classmethod
    @base.remotable
    def get_by_pagination(
        cls, context: RequestContext, limit: int | None = None, marker: int | None = None
    ) -> Self:
        """Return a number of nodes, or all, after the one with an id.

        :raises MarkerNotFound: if there is none with that id
        """
        return cls._of(context, query.list_page(context, limit, marker))

    @classmethod
    @base.remotable
    def get_by_hypervisor(cls, context: RequestContext, hypervisor_match: str) -> Self:
        """Return the nodes whose name has this in it, in upper or lower case."""
        return cls._of(context, query.list_by_hypervisor_match(context, hypervisor_match))

    @classmethod
    def get_by_hypervisor_type(cls, context: RequestContext, hv_type: str) -> Self:
        """Return the nodes of a type of hypervisor."""
        return cls._of(context, query.list_by_hypervisor_type(context, hv_type))

    @classmethod
    @base.remotable
    def _get_by_service(
        cls, context: RequestContext, service_id: int, use_slave: bool = False
    ) -> Self:
        """Return the nodes of a service."""
        return cls._of(context, query.list_by_service_id(context, use_slave, service_id))

    @classmethod
    @base.remotable
    def get_all_by_host(cls, context: RequestContext, host: str, use_slave: bool = False) -> Self:
        """Return the nodes of a host.

        :raises ComputeHostNotFound: if there are none
        """
        return cls._of(context, query.list_by_host(context, use_slave, host))

    @classmethod
    @base.remotable
    def get_all_by_uuids(cls, context: RequestContext, compute_uuids: Iterable[str]) -> Self:
        """Return the nodes of these uuids, as far as there are any."""
        return cls._of(context, query.list_by_uuids(context, compute_uuids))

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([ComputeNode.from_row(context, row) for row in rows])
