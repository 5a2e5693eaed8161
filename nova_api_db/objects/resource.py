# SPDX-License-Identifier: Apache-2.0
"""Resources that a server holds by name; stored as JSON (instance_extra.resources)."""

from typing import Self

from nova_api_db.context import RequestContext
from nova_api_db.objects import base, document, fields


@base.NovaObjectRegistry.register
class ResourceMetadata(base.NovaObject):
    """What a kind of resource says about itself."""

    VERSION = "1.0"

    def __eq__(self, other: object) -> bool:
        return _have_equal_fields(self, other)

    def __hash__(self) -> int:
        return hash(self.obj_name())


@base.NovaObjectRegistry.register
class LibvirtVPMEMDevice(ResourceMetadata):
    """A virtual persistent memory device."""

    VERSION = "1.0"

    fields = {
        "label": fields.StringField(),
        "name": fields.StringField(),
        "size": fields.IntegerField(),
        "devpath": fields.StringField(),
        "align": fields.IntegerField(),
    }


@base.NovaObjectRegistry.register
class Resource(base.NovaObject):
    """One resource held from a provider."""

    VERSION = "1.0"

    fields = {
        "provider_uuid": fields.UUIDField(),
        "resource_class": fields.ResourceClassField(),
        "identifier": fields.StringField(),
        "metadata": fields.ObjectField("ResourceMetadata", subclasses=True),
    }

    def __eq__(self, other: object) -> bool:
        return _have_equal_fields(self, other)

    def __hash__(self) -> int:
        return hash((self.provider_uuid, self.resource_class, self.identifier))


@base.NovaObjectRegistry.register
class ResourceList(base.ObjectListBase[Resource], base.NovaObject):
    """The resources that a server holds."""

    VERSION = "1.0"

    fields = {"objects": fields.ListOfObjectsField("Resource")}

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the resources that a server holds, if any.

        :raises UnreadableRecord: if what is stored cannot be read
        """
        return document.find(cls, context, instance_uuid, "resources")


def _have_equal_fields(obj: base.NovaObject, other: object) -> bool:
    """Say whether two objects are of one class, have the same fields set, and to the same."""
    if not isinstance(other, base.NovaObject) or other.obj_name() != obj.obj_name():
        return False
    return all(
        obj.obj_attr_is_set(name) == other.obj_attr_is_set(name)
        and (not obj.obj_attr_is_set(name) or getattr(obj, name) == getattr(other, name))
        for name in obj.fields
    )
