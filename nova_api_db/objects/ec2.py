# SPDX-License-Identifier: Apache-2.0
"""The numeric ids that the EC2 way of naming things needs; made from mappings, never stored."""

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
