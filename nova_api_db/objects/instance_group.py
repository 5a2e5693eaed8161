# SPDX-License-Identifier: Apache-2.0
"""Servers to be placed together or apart; rows of the api database (instance_groups)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstanceGroup(base.PersistentFields, base.NovaObject, base.DictCompat):
    """Servers that belong together, and the policy for placing them."""

    # 1.11: policy
    # 1.7: adds metadetails
    VERSION = "1.11"

    added_in = {"policy": "1.11"}

    fields = {
        "id": fields.IntegerField(),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(nullable=True),
        "policies": fields.ListOfStringsField(read_only=True, nullable=True),
        "members": fields.ListOfStringsField(nullable=True),
        "hosts": fields.ListOfStringsField(nullable=True),
        "policy": fields.StringField(nullable=True),
        "_rules": fields.DictOfStringsField(),
    }


@base.NovaObjectRegistry.register
class InstanceGroupList(base.ObjectListBase[InstanceGroup], base.NovaObject):
    """Groups of servers."""

    VERSION = "1.8"

    fields = {"objects": fields.ListOfObjectsField("InstanceGroup")}
