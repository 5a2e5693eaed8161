# SPDX-License-Identifier: Apache-2.0
"""What is known of the image of a server; stored in its RequestSpec and system metadata."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.objects import base, fields
from nova_api_db.objects.image_meta_props import ImageMetaProps

#: What the image service may leave null -> what the fields, which may not, have then.
EMPTY: dict[str, Any] = {
    "name": "",
    "checksum": "",
    "owner": "",
    "size": 0,
    "virtual_size": 0,
    "container_format": "",
    "disk_format": "",
}

#: What a server keeps of its image besides the properties, each under a key with this prefix.
INHERITED = ("min_ram", "min_disk", "disk_format", "container_format")
SYSTEM_METADATA_PREFIX = "image_"


@base.NovaObjectRegistry.register
class ImageMeta(base.NovaObject):
    """An image, as far as building a server from it needs to know."""

    VERSION = "1.8"

    fields = {
        "id": fields.UUIDField(),
        "name": fields.StringField(),
        "status": fields.StringField(),
        "visibility": fields.StringField(),
        "protected": fields.FlexibleBooleanField(),
        "checksum": fields.StringField(),
        "owner": fields.StringField(),
        "size": fields.IntegerField(),
        "virtual_size": fields.IntegerField(),
        "container_format": fields.StringField(),
        "disk_format": fields.StringField(),
        "created_at": fields.DateTimeField(nullable=True),
        "updated_at": fields.DateTimeField(nullable=True),
        "tags": fields.ListOfStringsField(),
        "direct_url": fields.StringField(),
        "min_ram": fields.IntegerField(),
        "min_disk": fields.IntegerField(),
        "properties": fields.ObjectField("ImageMetaProps"),
    }

    @classmethod
    def from_dict(cls, image_meta: Mapping[str, Any] | None) -> Self:
        """Make one from what the image service says of an image; what is no field is ignored.

        :raises Invalid: if a property has a value that it cannot have
        """
        given = dict(image_meta or {})
        known: dict[str, Any] = {name: given[name] for name in cls.fields if name in given}
        for name, empty in EMPTY.items():
            if name in known and known[name] is None:
                known[name] = empty
        known["properties"] = ImageMetaProps.from_dict(given.get("properties") or {})
        return cls(**known)

    @classmethod
    def from_instance(cls, instance: Any) -> Self:
        """Make one from what a server keeps of its image in its system metadata.

        :raises Invalid: if a property has a value that it cannot have
        """
        kept = {
            name.removeprefix(SYSTEM_METADATA_PREFIX): value
            for name, value in (instance.system_metadata or {}).items()
            if name.startswith(SYSTEM_METADATA_PREFIX) and value is not None
        }
        image: dict[str, Any] = {name: kept.pop(name) for name in INHERITED if name in kept}
        if instance.image_ref:
            image["id"] = instance.image_ref
        return cls.from_dict(image | {"properties": kept})

    @classmethod
    def from_image_ref(cls, context: Any, image_api: Any, image_ref: str) -> Self:
        """Make one from what the image service answers; what it raises is passed on."""
        return cls.from_dict(image_api.get(context, image_ref))
