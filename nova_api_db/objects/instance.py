# SPDX-License-Identifier: Apache-2.0
"""A server; a row of a cell database (instances) and what hangs on it."""

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance as query
from nova_api_db.objects import base, fields, instance_loading
from nova_api_db.objects.instance_loading import EXTRA_COLUMNS, FLAVORS

#: How a server is called on its host; the number is its id in the cell.
NAME_TEMPLATE = "instance-%08x"

#: Fields that are columns of the server's own row.
COLUMNS = tuple(
    column.name
    for column in query.INSTANCES.columns
    if column.name not in ("internal_id", "metadata")
)

#: Fields that are dictionaries with a row per item.
PAIRS = ("metadata", "system_metadata")


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

    obj_extra_fields = ["name"]

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        #: the pairs as they are stored, to see what was changed in place
        self._stored_pairs: dict[str, dict[str, str | None]] = {}
        super().__init__(context, **kwargs)

    # Loading

    @classmethod
    def obj_from_row(cls, context: RequestContext, row: Mapping[Any, Any]) -> Self:
        """Make a server from its own row; what hangs on it is loaded when first read."""
        self = cls(context)
        self.obj_load_row(row, COLUMNS)
        return self

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls,
        context: RequestContext,
        uuid: str,
        expected_attrs: Sequence[str] | None = None,
        use_slave: bool = False,
    ) -> Self:
        """Return a server of the cell that the context is aimed at.

        :param expected_attrs: fields to load at once that have a table or document of their own
        :raises InstanceNotFound: if there is none
        """
        row = query.get_by_uuid(context, uuid, context.read_deleted)
        return cls._loaded(context, row, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_id(
        cls, context: RequestContext, inst_id: int, expected_attrs: Sequence[str] | None = None
    ) -> Self:
        """Return a server by its number in the cell that the context is aimed at.

        :raises InstanceNotFound: if there is none
        """
        row = query.get_by_id(context, inst_id, context.read_deleted)
        return cls._loaded(context, row, expected_attrs)

    @classmethod
    def _loaded(
        cls, context: RequestContext, row: Mapping[Any, Any], expected_attrs: Sequence[str] | None
    ) -> Self:
        self = cls.obj_from_row(context, row)
        if expected_attrs:
            instance_loading.load(context, [self], expected_attrs)
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Load what hangs on the server when it is first read.

        :raises OrphanedObjectError: if the server was made without a context
        :raises ObjectActionError: if there is nothing to load it from
        """
        if self._context is None:
            raise exception.OrphanedObjectError(method="obj_load_attr", objtype=self.obj_name())
        if not self.obj_attr_is_set("id"):
            super().obj_load_attr(attrname)
        instance_loading.load(self._context, [self], [attrname])

    def obj_load_pairs(self, name: str, pairs: dict[str, Any]) -> None:
        """Set metadata or system metadata as loaded."""
        self.obj_set_loaded(name, pairs)
        self._stored_pairs[name] = dict(pairs)

    @property
    def name(self) -> str:
        """How the server is called on its host; empty while it is in no cell."""
        return NAME_TEMPLATE % self.id if self.obj_attr_is_set("id") else ""

    # Changes

    def obj_what_changed(self) -> set[str]:
        """Return what changed, pairs that were changed in place too."""
        changes = super().obj_what_changed()
        for name, stored in self._stored_pairs.items():
            if self.obj_attr_is_set(name) and getattr(self, name) != stored:
                changes.add(name)
        return changes

    def obj_reset_changes(
        self, fields: Sequence[str] | None = None, recursive: bool = False
    ) -> None:
        """Forget what changed, the pairs' items too."""
        super().obj_reset_changes(fields, recursive)
        for name in PAIRS:
            if (not fields or name in fields) and self.obj_attr_is_set(name):
                self._stored_pairs[name] = dict(getattr(self, name))

    # Writing

    @base.remotable
    def create(self) -> None:
        """Write the server and what belongs to it alone into the cell, in one transaction.

        :raises ObjectActionError: if it was written before, or has no uuid
        :raises InstanceExists: if the cell has a server of that uuid
        """
        if self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="create", reason="already created")
        if not self.obj_attr_is_set("uuid"):
            raise exception.ObjectActionError(action="create", reason="no uuid is set")
        given = {name for name in self.fields if self.obj_attr_is_set(name)}
        tags = [tag.tag for tag in self.tags] if "tags" in given else []
        row = query.create(
            self._context,
            self._columns(given),
            extra=self._extra(given),
            network_info=self._network_info() if self._has_info_cache() else None,
            metadata=self.metadata if "metadata" in given else {},
            system_metadata=self.system_metadata if "system_metadata" in given else {},
            tags=tags,
        )
        self._stored(row)

    @base.remotable
    def save(
        self,
        expected_vm_state: Any = None,
        expected_task_state: Any = None,
        admin_state_reset: bool = False,
    ) -> None:
        """Write what changed; nothing is written if nothing did.

        :param expected_vm_state: a state, or several of which the server must be in one
        :param expected_task_state: the same for its task; None (no task) counts in a list only
        :raises InstanceNotFound: if the server is gone
        :raises UnexpectedVMStateError: if it is in another state
        :raises UnexpectedTaskStateError: if it is in another task
        """
        changes = self.obj_what_changed()
        writes = changes & {*COLUMNS, *EXTRA_COLUMNS, *PAIRS, "info_cache"}
        if not writes:
            return
        expected = {}
        for column, states in (
            ("vm_state", expected_vm_state),
            ("task_state", expected_task_state),
        ):
            if states is not None:
                expected[column] = list(states) if isinstance(states, list | tuple) else [states]
        row = query.update(
            self._context,
            self.uuid,
            self._columns(writes),
            extra=self._extra(writes),
            network_info=self._network_info() if "info_cache" in writes else None,
            metadata=self.metadata if "metadata" in writes else None,
            system_metadata=self.system_metadata if "system_metadata" in writes else None,
            expected=expected,
        )
        self._stored(row)

    def _stored(self, row: Mapping[Any, Any]) -> None:
        """Take over the row as it is now; nothing counts as changed."""
        self.obj_load_row(row, COLUMNS)
        self.obj_reset_changes(recursive=True)

    def _columns(self, names: set[str]) -> dict[str, Any]:
        """Return the columns of the row that hold these fields."""
        return {name: _to_column(getattr(self, name)) for name in COLUMNS if name in names}

    def _extra(self, names: set[str]) -> dict[str, str | None]:
        """Return the documents that hold these fields."""
        columns: dict[str, str | None] = {}
        for name in EXTRA_COLUMNS.keys() & names:
            column = EXTRA_COLUMNS[name]
            if column == "flavor":
                columns[column] = self._flavors()
            elif getattr(self, name) is None:
                columns[column] = None
            elif column == "pci_requests":
                columns[column] = getattr(self, name).to_json()
            else:
                columns[column] = base.to_json(getattr(self, name))
        return columns

    def _flavors(self) -> str:
        """Return the text of the flavors: now, before and after a resize."""
        stored = {}
        for name, key in FLAVORS.items():
            set_or_stored = self.obj_attr_is_set(name) or self.obj_attr_is_set("id")
            flavor = getattr(self, name) if set_or_stored else None
            primitive = flavor.obj_to_primitive() if flavor is not None else None
            if primitive is not None and "description" in primitive[base.DATA]:
                primitive[base.DATA]["description"] = None
            stored[key] = primitive
        return json.dumps(stored)

    def _has_info_cache(self) -> bool:
        return self.obj_attr_is_set("info_cache") and self.info_cache is not None

    def _network_info(self) -> str:
        cache = self.info_cache
        if cache is None or not cache.obj_attr_is_set("network_info"):
            return "[]"
        return json.dumps(cache.network_info or [])


def _to_column(value: Any) -> Any:
    """Return a field's value as its column takes it: naive UTC times, addresses as text."""
    if hasattr(value, "tzinfo"):
        return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
