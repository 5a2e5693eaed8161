# SPDX-License-Identifier: Apache-2.0
"""A server; a row of a cell database (instances) and what hangs on it."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance as query
from nova_api_db.db.cell import instance_removal
from nova_api_db.objects import base, fields, instance_loading, instance_storage, remote
from nova_api_db.objects.flavor import Flavor
from nova_api_db.objects.image_meta import ImageMeta
from nova_api_db.objects.instance_pairs import WithPairs
from nova_api_db.objects.instance_storage import COLUMNS, EXTRA_COLUMNS, PAIRS
from nova_api_db.objects.row_loader import RowLoader

#: How a server is called on its host; the number is its id in the cell.
NAME_TEMPLATE = "instance-%08x"

#: What one server is loaded with unless asked otherwise.
DEFAULT_ATTRS = ("info_cache",)

#: What a new server has none of unless it was made with some: there is nothing to load.
_NULL_WHEN_NEW = (
    "device_metadata",
    "migration_context",
    "numa_topology",
    "resources",
    "trusted_certs",
    "vcpu_model",
)


@base.NovaObjectRegistry.register
class Instance(WithPairs, base.PersistentFields, base.NovaObject, base.DictCompat):
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

    pairs = PAIRS

    # Loading

    @classmethod
    def obj_from_row(cls, context: RequestContext, row: Mapping[Any, Any]) -> Self:
        """Make a server from a row as it was read; what hangs on it is loaded when first read."""
        self = cls(context)
        _FROM_ROW.load(self, row.values())
        return self

    def _load_row(self, row: Mapping[Any, Any]) -> None:
        self.obj_load_columns(row, COLUMNS)

    def obj_load_columns(self, row: Mapping[Any, Any], names: Sequence[str]) -> None:
        """Set columns of the server's own row as loaded."""
        self.obj_load_row(row, names)
        for name in query.FLAGS:
            if name in names:
                self.obj_set_loaded(name, bool(row[name]))

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
        :raises InstanceNotFound: if there is none that the context's user may see
        """
        row = query.get_by_uuid(
            context, use_slave, uuid, context.read_deleted, visible_project(context)
        )
        return cls._loaded(context, row, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_id(
        cls, context: RequestContext, inst_id: int, expected_attrs: Sequence[str] | None = None
    ) -> Self:
        """Return a server by its number in the cell that the context is aimed at.

        :raises InstanceNotFound: if there is none
        """
        row = query.get_by_id(context, inst_id, context.read_deleted, visible_project(context))
        return cls._loaded(context, row, expected_attrs)

    @classmethod
    def _loaded(
        cls, context: RequestContext, row: Mapping[Any, Any], expected_attrs: Sequence[str] | None
    ) -> Self:
        self = cls.obj_from_row(context, row)
        attributes = DEFAULT_ATTRS if expected_attrs is None else expected_attrs
        instance_loading.load(context, [self], attributes)
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Load what hangs on the server when it is first read.

        :raises OrphanedObjectError: if the server was made without a context
        :raises ObjectActionError: if there is nothing to load it from
        :raises InstanceNotFound: if the server is gone
        """
        if self._context is None:
            raise exception.OrphanedObjectError(method="obj_load_attr", objtype=self.obj_name())
        if not self.obj_attr_is_set("uuid"):
            raise instance_loading.not_loadable(attrname)
        if remote.is_used(self):
            self._load_remotely(attrname)
        else:
            instance_loading.load(self._context, [self], [attrname])
        if not self.obj_attr_is_set(attrname):
            raise exception.ObjectActionError(
                action="obj_load_attr", reason=f"no {attrname} is stored of instance {self.uuid}"
            )

    def _load_remotely(self, name: str) -> None:
        instance_loading.check(name)
        context = copy.copy(self._context)
        # A deleted server can be read still.
        context.read_deleted = "yes"
        loaded = type(self).get_by_uuid(context, self.uuid, expected_attrs=[name])
        if not loaded.obj_attr_is_set(name):
            return
        if name in self.pairs:
            self.obj_load_pairs(name, getattr(loaded, name))
        else:
            self.obj_set_loaded(name, getattr(loaded, name))

    @property
    def name(self) -> str:
        """How the server is called on its host; empty while it is in no cell."""
        return NAME_TEMPLATE % self.id if self.obj_attr_is_set("id") else ""

    @property
    def image_meta(self) -> ImageMeta:
        """What the server keeps of its image, from its system metadata."""
        return ImageMeta.from_instance(self)

    def get_flavor(self, namespace: str | None = None) -> Flavor | None:
        """Return the flavor, or the ``old`` or ``new`` one of a resize."""
        flavor: Flavor | None = getattr(self, _flavor_field(namespace))
        return flavor

    def set_flavor(self, flavor: Flavor, namespace: str | None = None) -> None:
        """Set the flavor, or the ``old`` or ``new`` one of a resize; save() stores it."""
        setattr(self, _flavor_field(namespace), flavor)

    def delete_flavor(self, namespace: str) -> None:
        """Forget the ``old`` or ``new`` flavor; save() stores that."""
        setattr(self, _flavor_field(namespace), None)

    # Writing

    @base.remotable
    def create(self) -> None:
        """Write the server and what belongs to it alone into the cell, in one transaction.

        :raises ObjectActionError: if it was written before, is deleted, or has no uuid
        :raises InstanceExists: if the cell has a server of that uuid
        """
        if self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="create", reason="already created")
        if self.obj_attr_is_set("deleted") and self.deleted:
            raise exception.ObjectActionError(action="create", reason="already deleted")
        if not self.obj_attr_is_set("uuid"):
            raise exception.ObjectActionError(action="create", reason="no uuid is set")
        given = {name for name in self.fields if self.obj_attr_is_set(name)}
        row = query.create(
            self._context,
            instance_storage.columns(self, given),
            extra=instance_storage.documents(self, given, new=True),
            network_info=(instance_storage.network_info(self) if "info_cache" in given else None),
            metadata=self.metadata if "metadata" in given else {},
            system_metadata=self.system_metadata if "system_metadata" in given else {},
            tags=[tag.tag for tag in self.tags] if "tags" in given else [],
            group_owner=(self._context.project_id, self._context.user_id),
        )
        for name in _NULL_WHEN_NEW:
            if name not in given:
                self.obj_set_loaded(name, None)
        self._stored(row)

    @base.remotable
    def save(
        self,
        expected_vm_state: Any = None,
        expected_task_state: Any = None,
        admin_state_reset: bool = False,
    ) -> None:
        """Write what changed, all or nothing; nothing is written if nothing did.

        Columns that others changed meanwhile are taken over. What has a life of its own (tags,
        faults, PCI devices, security groups, services) is saved by itself, not here.

        :param expected_vm_state: a state, or several of which the server must be in one
        :param expected_task_state: the same for its task; None (no task) counts in a list only
        :param admin_state_reset: has no effect
        :raises InstanceNotFound: if the server is gone
        :raises InstanceUpdateConflict: if it is in another state, UnexpectedTaskStateError or
            UnexpectedDeletingTaskStateError where it is in another task; nothing was written
        """
        changes = self.obj_what_changed()
        writes = changes & {*COLUMNS, *EXTRA_COLUMNS, *PAIRS, "info_cache"} - {"id", "uuid"}
        if not writes:
            return
        expected = {
            column: list(states) if isinstance(states, list | tuple | set) else [states]
            for column, states in (
                ("vm_state", expected_vm_state),
                ("task_state", expected_task_state),
            )
            if states is not None
        }
        info_cache = {}
        if "info_cache" in writes and self.info_cache is not None:
            info_cache["network_info"] = instance_storage.network_info(self)
        row = query.update(
            self._context,
            self.uuid,
            instance_storage.columns(self, writes),
            extra=instance_storage.documents(self, writes),
            info_cache=info_cache,
            metadata=self.metadata if "metadata" in writes else None,
            system_metadata=self.system_metadata if "system_metadata" in writes else None,
            expected=expected,
            read_deleted=self._context.read_deleted,
        )
        self._stored(row)

    def _stored(self, row: Mapping[Any, Any]) -> None:
        """Take over the row as it is now; nothing counts as changed."""
        self._load_row(row)
        self.obj_reset_changes(recursive=True)

    @base.remotable
    def refresh(self, use_slave: bool = False) -> None:
        """Read again what is set; what was changed and not saved is lost.

        :raises InstanceNotFound: if the server is gone
        """
        context = self._context
        row = query.get_by_uuid(context, use_slave, self.uuid, context.read_deleted)
        names = [
            name
            for name in instance_loading.LOADERS
            if name not in COLUMNS and self.obj_attr_is_set(name)
        ]
        self._load_row(row)
        instance_loading.load(context, [self], names)
        self.obj_reset_changes(recursive=True)

    @base.remotable
    def destroy(self, hard_delete: bool = False) -> None:
        """Mark the server and what belongs to it as deleted, in one transaction.

        :param hard_delete: delete the rows instead; also those of a server that is marked
        :raises ObjectActionError: if it was destroyed through this object before, or has come to
            a host while this object says that it has none
        :raises InstanceNotFound: if the server is gone
        """
        if not (self.obj_attr_is_set("id") and self.obj_attr_is_set("uuid")):
            raise exception.ObjectActionError(action="destroy", reason="already destroyed")
        unscheduled = self.obj_attr_is_set("host") and self.host is None
        if hard_delete:
            instance_removal.delete_for_good(
                self._context,
                self.uuid,
                unscheduled=unscheduled,
                read_deleted=self._context.read_deleted,
            )
        else:
            deleted_at = instance_removal.delete(
                self._context,
                self.uuid,
                unscheduled=unscheduled,
                read_deleted=self._context.read_deleted,
            )
            self.obj_load_row({"deleted_at": deleted_at, "deleted": True})
        # Without its number it cannot be destroyed again.
        del self.id
        self.obj_reset_changes()

    @base.remotable
    def delete_metadata_key(self, key: str) -> None:
        """Delete a pair of the user's at once.

        :raises KeyError: if the server has none of that key
        """
        pairs = self.metadata
        del pairs[key]
        query.delete_metadata_key(self._context, self.uuid, key)
        self._stored_pairs.setdefault("metadata", {}).pop(key, None)

    @base.remotable
    def drop_migration_context(self) -> None:
        """Forget what the server held before and after a move, at once."""
        if self.migration_context is not None:
            query.update_extra(self._context, self.uuid, {"migration_context": None})
            self.obj_set_loaded("migration_context", None)


_FROM_ROW = RowLoader(Instance, COLUMNS, dict.fromkeys(query.FLAGS, False))


def visible_project(context: RequestContext) -> str | None:
    """Return the project whose servers a context sees; None for an administrator: all."""
    return None if context.is_admin else context.project_id


def _flavor_field(namespace: str | None) -> str:
    return f"{namespace}_flavor" if namespace else "flavor"
