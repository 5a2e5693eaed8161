# SPDX-License-Identifier: Apache-2.0
"""Resources that a server holds by name; stored as JSON (instance_extra.resources)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class ResourceMetadata(base.NovaObject):
    """What a kind of resource says about itself."""

    VERSION = "1.0"


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


@base.NovaObjectRegistry.register
class ResourceList(base.ObjectListBase[Resource], base.NovaObject):
    """The resources that a server holds."""

    VERSION = "1.0"

    fields = {"objects": fields.ListOfObjectsField("Resource")}
