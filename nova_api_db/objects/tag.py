# SPDX-License-Identifier: Apache-2.0
"""The tags of servers; rows of a cell database (tags)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Tag(base.NovaObject):
    """One tag of a server."""

    VERSION = "1.1"

    fields = {
        "resource_id": fields.StringField(),
        "tag": fields.StringField(),
    }


@base.NovaObjectRegistry.register
class TagList(base.ObjectListBase[Tag], base.NovaObject):
    """The tags of a server."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("Tag")}
