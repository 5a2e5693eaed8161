# SPDX-License-Identifier: Apache-2.0
"""Which cell a server is in; a row of the api database (instance_mappings)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstanceMapping(base.TimestampedFields, base.NovaObject):
    """The cell of one server, null until one is chosen."""

    # 1.2: field user_id
    # 1.1: field queued_for_delete
    VERSION = "1.2"

    added_in = {"queued_for_delete": "1.1", "user_id": "1.2"}

    fields = {
        "id": fields.IntegerField(read_only=True),
        "instance_uuid": fields.UUIDField(),
        "cell_mapping": fields.ObjectField("CellMapping", nullable=True),
        "project_id": fields.StringField(),
        "user_id": fields.StringField(),
        "queued_for_delete": fields.BooleanField(default=False),
    }


@base.NovaObjectRegistry.register
class InstanceMappingList(base.ObjectListBase[InstanceMapping], base.NovaObject):
    """Instance mappings."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("InstanceMapping")}
