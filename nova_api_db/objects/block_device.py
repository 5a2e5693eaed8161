# SPDX-License-Identifier: Apache-2.0
"""The disks and volumes of a server; rows of a cell database (block_device_mapping)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self

from nova_api_db import exception, objects
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import block_device as query
from nova_api_db.objects import base, creation, fields

#: Rows of before these columns were may hold NULL in them.
_FALSE_WHEN_NULL = ("delete_on_termination", "no_device", "encrypted")


@base.NovaObjectRegistry.register
class BlockDeviceMapping(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One disk or volume of a server."""

    # 1.21: fields encrypted, encryption_secret_uuid, encryption_format, encryption_options
    # 1.20: field volume_type
    # 1.19: field uuid
    # 1.18: field attachment_id
    # 1.17: field tag
    VERSION = "1.21"

    added_in = {
        "tag": "1.17",
        "attachment_id": "1.18",
        "uuid": "1.19",
        "volume_type": "1.20",
        "encrypted": "1.21",
        "encryption_secret_uuid": "1.21",
        "encryption_format": "1.21",
        "encryption_options": "1.21",
    }

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "instance_uuid": fields.UUIDField(),
        "instance": fields.ObjectField("Instance", nullable=True),
        "source_type": fields.BlockDeviceSourceTypeField(nullable=True),
        "destination_type": fields.BlockDeviceDestinationTypeField(nullable=True),
        "guest_format": fields.StringField(nullable=True),
        "device_type": fields.BlockDeviceTypeField(nullable=True),
        "disk_bus": fields.StringField(nullable=True),
        "boot_index": fields.IntegerField(nullable=True),
        "device_name": fields.StringField(nullable=True),
        "delete_on_termination": fields.BooleanField(default=False),
        "snapshot_id": fields.StringField(nullable=True),
        "volume_id": fields.StringField(nullable=True),
        "volume_size": fields.IntegerField(nullable=True),
        "image_id": fields.StringField(nullable=True),
        "no_device": fields.BooleanField(default=False),
        "connection_info": fields.SensitiveStringField(nullable=True),
        "tag": fields.StringField(nullable=True),
        "attachment_id": fields.UUIDField(nullable=True),
        "volume_type": fields.StringField(nullable=True),
        "encrypted": fields.BooleanField(default=False),
        "encryption_secret_uuid": fields.UUIDField(nullable=True),
        "encryption_format": fields.BlockDeviceEncryptionFormatTypeField(nullable=True),
        "encryption_options": fields.StringField(nullable=True),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; the instance goes as it is."""
        self._drop_newer_fields(primitive, target_version)

    @classmethod
    def from_row(
        cls,
        context: RequestContext,
        row: Mapping[str, Any],
        expected_attrs: Collection[str] | None = None,
    ) -> Self:
        """Make one from its row; expected attributes (``instance``) are loaded as well."""
        bdm = cls(context)._load(row)
        for name in expected_attrs or ():
            bdm.obj_load_attr(name)
        return bdm

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        for name in _FALSE_WHEN_NULL:
            if row[name] is None:
                self.obj_set_loaded(name, False)
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Load the server; raise ObjectActionError for anything else.

        :raises OrphanedObjectError: if it has no context
        """
        if attrname != "instance":
            super().obj_load_attr(attrname)
        if not self._context:
            raise exception.OrphanedObjectError(method="obj_load_attr", objtype=self.obj_name())
        instance = objects.Instance.get_by_uuid(self._context, self.instance_uuid)
        self.obj_set_loaded("instance", instance)

    # The name is that of the method it goes into: rows and changes are the same there.
    def _changes_for(self, action: str) -> dict[str, Any]:
        changes = self.obj_get_changes()
        if "instance" in changes:
            raise exception.ObjectActionError(
                action=action, reason="the server of a device is set by its uuid"
            )
        return changes

    @base.remotable
    def create(self) -> None:
        """Store it, with a uuid if it has none.

        :raises ObjectActionError: if it is stored already, or lacks its server
        :raises oslo_db.exception.DBReferenceError: if there is no such server
        """
        self._load(query.create(self._context, self._new_values()))

    @base.remotable
    def update_or_create(self) -> None:
        """Store it in place of what its server has under the same uuid or device name.

        A swap disk takes the place of any other.

        :raises ObjectActionError: if it is stored already, or lacks its server
        :raises oslo_db.exception.DBReferenceError: if there is no such server
        """
        self._load(query.update_or_create(self._context, self._new_values()))

    def _new_values(self) -> dict[str, Any]:
        creation.check_new(self, "instance_uuid")
        return self._changes_for("create")

    @base.remotable
    def save(self) -> None:
        """Store what changed.

        :raises BDMNotFound: if it is gone
        """
        if changes := self._changes_for("save"):
            changes.pop("id", None)
            self._load(query.update(self._context, self.id, changes))

    @base.remotable
    def destroy(self) -> None:
        """Delete it; it need not be there any more, and can be created again.

        :raises ObjectActionError: if it was never stored, or is destroyed already
        """
        if not self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="destroy", reason="already destroyed")
        query.delete(self._context, self.id)
        del self.id

    @classmethod
    @base.remotable
    def get_by_volume(
        cls,
        context: RequestContext,
        volume_id: str,
        expected_attrs: Collection[str] | None = None,
    ) -> Self:
        """Return the device that a volume is, which may be attached to one server only.

        :raises VolumeBDMNotFound: if it is attached to none
        :raises VolumeBDMIsMultiAttach: if it is attached to several
        """
        found = query.list_by_volume(context, False, volume_id)
        if len(found) > 1:
            raise exception.VolumeBDMIsMultiAttach(volume_id=volume_id)
        return cls.from_row(context, found[0], expected_attrs)

    @classmethod
    @base.remotable
    def get_by_volume_and_instance(
        cls,
        context: RequestContext,
        volume_id: str,
        instance_uuid: str,
        expected_attrs: Collection[str] | None = None,
    ) -> Self:
        """Return the device that a volume is in a server.

        :raises VolumeBDMNotFound: if it is not attached to it
        """
        row = query.get_by_volume_and_instance(context, volume_id, instance_uuid)
        return cls.from_row(context, row, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_volume_id(
        cls,
        context: RequestContext,
        volume_id: str,
        instance_uuid: str | None = None,
        expected_attrs: Collection[str] | None = None,
    ) -> Self:
        """Return the first device that a volume is.

        :raises VolumeBDMNotFound: if it is attached to no server
        :raises InvalidVolume: if that is not the server that was named
        """
        row = query.list_by_volume(context, False, volume_id)[0]
        if instance_uuid and row["instance_uuid"] != instance_uuid:
            raise exception.InvalidVolume(reason="it does not belong to the requested server")
        return cls.from_row(context, row, expected_attrs)

    @property
    def is_root(self) -> bool:
        """Whether the server boots from it."""
        return self.boot_index == 0

    @property
    def is_volume(self) -> bool:
        """Whether it is a volume."""
        return self.destination_type == fields.BlockDeviceDestinationType.VOLUME

    @property
    def is_image(self) -> bool:
        """Whether it is made from an image."""
        return self.source_type == fields.BlockDeviceSourceType.IMAGE

    @property
    def is_local(self) -> bool:
        """Whether it is on the disk of the host."""
        return self.destination_type == fields.BlockDeviceDestinationType.LOCAL


@base.NovaObjectRegistry.register
class BlockDeviceMappingList(base.ObjectListBase[BlockDeviceMapping], base.NovaObject):
    """The block devices of servers."""

    VERSION = "1.18"

    fields = {"objects": fields.ListOfObjectsField("BlockDeviceMapping")}

    @classmethod
    @base.remotable
    def get_by_instance_uuids(
        cls, context: RequestContext, instance_uuids: Iterable[str], use_slave: bool = False
    ) -> Self:
        """Return the devices of servers."""
        return cls._of(context, query.list_by_instance_uuids(context, use_slave, instance_uuids))

    @classmethod
    @base.remotable
    def get_by_instance_uuid(
        cls, context: RequestContext, instance_uuid: str, use_slave: bool = False
    ) -> Self:
        """Return the devices of a server."""
        return cls._of(context, query.list_by_instance_uuids(context, use_slave, [instance_uuid]))

    @classmethod
    @base.remotable
    def get_by_volume(
        cls, context: RequestContext, volume_id: str, use_slave: bool = False
    ) -> Self:
        """Return the devices that a volume is, one per server.

        :raises VolumeBDMNotFound: if it is attached to none
        """
        return cls._of(context, query.list_by_volume(context, use_slave, volume_id))

    @classmethod
    def bdms_by_instance_uuid(
        cls, context: RequestContext, instance_uuids: Iterable[str]
    ) -> dict[str, Self]:
        """Return the devices of servers, by server; one without any is not in it."""
        of_server: dict[str, list[BlockDeviceMapping]] = {}
        for bdm in cls.get_by_instance_uuids(context, instance_uuids):
            of_server.setdefault(bdm.instance_uuid, []).append(bdm)
        return {uuid: cls(context).obj_fill(bdms) for uuid, bdms in of_server.items()}

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([BlockDeviceMapping.from_row(context, row) for row in rows])

    @property
    def instance_uuids(self) -> set[str]:
        """The servers that these belong to."""
        return {bdm.instance_uuid for bdm in self.objects if bdm.obj_attr_is_set("instance_uuid")}

    def root_bdm(self) -> BlockDeviceMapping | None:
        """Return the one that the server boots from, if any; these must be of one server."""
        return next((bdm for bdm in self.objects if bdm.is_root), None)
