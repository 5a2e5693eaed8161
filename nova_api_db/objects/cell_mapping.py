# SPDX-License-Identifier: Apache-2.0
"""The cells and how to reach them; rows of the api database (cell_mappings)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class CellMapping(base.TimestampedFields, base.NovaObject):
    """One cell and the URLs of its database and message bus, which may be templates."""

    # 1.1: field disabled
    VERSION = "1.1"

    added_in = {"disabled": "1.1"}

    fields = {
        "id": fields.IntegerField(read_only=True),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(nullable=True),
        "transport_url": fields.StringField(),
        "database_connection": fields.StringField(),
        "disabled": fields.BooleanField(default=False),
    }


@base.NovaObjectRegistry.register
class CellMappingList(base.ObjectListBase[CellMapping], base.NovaObject):
    """Cells."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("CellMapping")}
