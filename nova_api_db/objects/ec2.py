# SPDX-License-Identifier: Apache-2.0
"""The ids that EC2 has for a server and its images.

They are made of numbers in a cell database: those of servers in instance_id_mappings, those of
images in s3_images.
"""

from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import image as query
from nova_api_db.db.cell import instance_joins
from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class EC2Ids(base.NovaObject):
    """The EC2 ids of a server and its images."""

    VERSION = "1.0"

    fields = {
        "instance_id": fields.StringField(read_only=True),
        "ami_id": fields.StringField(read_only=True, nullable=True),
        "kernel_id": fields.StringField(read_only=True, nullable=True),
        "ramdisk_id": fields.StringField(read_only=True, nullable=True),
    }

    @classmethod
    @base.remotable
    def get_by_instance(cls, context: RequestContext, instance: Any) -> Self:
        """Return the ids of a server; an image that has no number yet is given one.

        :raises InstanceNotFound: if the server has no number
        """
        numbers = instance_joins.id_mappings(context, [instance.uuid]).get(instance.uuid)
        if not numbers:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        ids = cls(
            context,
            instance_id=_ec2_id("i", numbers[0]["id"]),
            ami_id=_image_id(context, "ami", instance.image_ref),
            kernel_id=_image_id(context, "aki", instance.kernel_id),
            ramdisk_id=_image_id(context, "ari", instance.ramdisk_id),
        )
        ids.obj_reset_changes()
        return ids


def _image_id(context: RequestContext, prefix: str, uuid: str | None) -> str | None:
    if not uuid:
        return None
    known = query.find_number(context, uuid)
    return _ec2_id(prefix, known["id"] if known else query.create_number(context, uuid))


def _ec2_id(prefix: str, number: int) -> str:
    return f"{prefix}-{number:08x}"
