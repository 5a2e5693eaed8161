# SPDX-License-Identifier: Apache-2.0
"""Which cell a compute host is in; a row of the api database (host_mappings)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class HostMapping(base.TimestampedFields, base.NovaObject):
    """The cell of one compute host."""

    VERSION = "1.0"

    fields = {
        "id": fields.IntegerField(read_only=True),
        "host": fields.StringField(),
        "cell_mapping": fields.ObjectField("CellMapping"),
    }


@base.NovaObjectRegistry.register
class HostMappingList(base.ObjectListBase[HostMapping], base.NovaObject):
    """Host mappings."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("HostMapping")}
