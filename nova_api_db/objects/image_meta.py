# SPDX-License-Identifier: Apache-2.0
"""What is known of the image of a server; stored in its RequestSpec and system metadata."""

from nova_api_db.objects import base, fields


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
