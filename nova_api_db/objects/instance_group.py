# SPDX-License-Identifier: Apache-2.0
"""Servers to be placed together or apart; rows of the api database (instance_groups)."""

from typing import Any

from nova_api_db.objects import back_level, base, fields


@base.NovaObjectRegistry.register
class InstanceGroup(base.PersistentFields, base.NovaObject, base.DictCompat):
    """Servers that belong together, and the policy for placing them."""

    # 1.11: fields policy and _rules, in place of policies
    # 1.7: metadetails goes
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

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        if "rules" in kwargs:
            kwargs["_rules"] = kwargs.pop("rules")
        super().__init__(context, **kwargs)

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; before 1.11 the policy was the only member of a list."""
        policy = primitive.get("policy")
        super().obj_make_compatible(primitive, target_version)
        if back_level.is_older(target_version, "1.11"):
            primitive["policies"] = [policy] if policy else []
        if back_level.is_older(target_version, "1.7"):
            primitive["metadetails"] = {}

    @property
    def rules(self) -> dict[str, int]:
        """What the policy takes besides its name, such as ``max_server_per_host``."""
        if not self.obj_attr_is_set("_rules"):
            return {}
        return {name: int(value) for name, value in self._rules.items()}


@base.NovaObjectRegistry.register
class InstanceGroupList(base.ObjectListBase[InstanceGroup], base.NovaObject):
    """Groups of servers."""

    VERSION = "1.8"

    fields = {"objects": fields.ListOfObjectsField("InstanceGroup")}
