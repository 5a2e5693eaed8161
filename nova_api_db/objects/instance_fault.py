# SPDX-License-Identifier: Apache-2.0
"""What went wrong with a server; rows of a cell database (instance_faults)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstanceFault(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One thing that went wrong with a server."""

    VERSION = "1.2"

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "code": fields.IntegerField(),
        "message": fields.StringField(nullable=True),
        "details": fields.StringField(nullable=True),
        "host": fields.StringField(nullable=True),
    }


@base.NovaObjectRegistry.register
class InstanceFaultList(base.ObjectListBase[InstanceFault], base.NovaObject):
    """Faults of servers."""

    VERSION = "1.2"

    fields = {"objects": fields.ListOfObjectsField("InstanceFault")}
