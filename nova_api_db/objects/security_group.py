# SPDX-License-Identifier: Apache-2.0
"""Security groups by name and uuid; rows of a cell database (security_groups)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class SecurityGroup(base.PersistentFields, base.NovaObject):
    """A security group."""

    # 1.2: field uuid
    VERSION = "1.2"

    added_in = {"uuid": "1.2"}

    fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(),
        "description": fields.StringField(),
        "user_id": fields.StringField(),
        "project_id": fields.StringField(),
        "uuid": fields.UUIDField(),
    }

    @property
    def identifier(self) -> str:
        """The uuid where there is one (Neutron's groups), else the name."""
        return self.uuid if self.obj_attr_is_set("uuid") else self.name


@base.NovaObjectRegistry.register
class SecurityGroupList(base.ObjectListBase[SecurityGroup], base.NovaObject):
    """Security groups."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("SecurityGroup")}
