# SPDX-License-Identifier: Apache-2.0
"""Servers to be placed together or apart; rows of the api database (instance_groups)."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Self

from oslo_utils import uuidutils

from nova_api_db import cells, exception
from nova_api_db.context import RequestContext
from nova_api_db.db.api import instance_group as query
from nova_api_db.db.cell import instance_host
from nova_api_db.objects import back_level, base, creation, fields
from nova_api_db.objects.instance_mapping import InstanceMappingList

#: What save() stores; the rest of a group is as it was created.
_SAVED = frozenset({"name", "user_id", "project_id", "uuid"})


def _visible_project(context: RequestContext) -> str | None:
    """Return the project whose groups a context sees, None for all."""
    return None if context.is_admin else context.project_id or ""


@base.NovaObjectRegistry.register
class InstanceGroup(base.PersistentFields, base.NovaObject, base.DictCompat):
    """Servers that belong together, and the policy for placing them.

    Who is no administrator sees the groups of the own project only; those of others are not found.
    ``hosts`` is asked of the cells when it is first read.
    """

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

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, uuid: str) -> Self:
        """Return a group.

        :raises InstanceGroupNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, uuid, _visible_project(context)))

    @classmethod
    @base.remotable
    def get_by_name(cls, context: RequestContext, name: str) -> Self:
        """Return the group of a name, the oldest one if there are several.

        :raises InstanceGroupNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_name(context, name, _visible_project(context)))

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return the group that a server is in.

        :raises InstanceGroupNotFound: if it is in none
        """
        row = query.get_by_instance_uuid(context, instance_uuid, _visible_project(context))
        return cls.from_row(context, row)

    @classmethod
    def get_by_hint(cls, context: RequestContext, hint: str) -> Self:
        """Return the group that a scheduler hint means, by its uuid or its name.

        :raises InstanceGroupNotFound: if there is none
        """
        if uuidutils.is_uuid_like(hint):
            return cls.get_by_uuid(context, hint)
        return cls.get_by_name(context, hint)

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make a group from what a query returns."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(
            row, ("id", "user_id", "project_id", "uuid", "name", "created_at", "updated_at")
        )
        policy = row["policy"] or None
        for name, value in (
            ("deleted_at", None),
            ("deleted", False),
            ("policy", policy),
            ("policies", [policy] if policy else []),
            ("members", list(row["members"])),
            ("_rules", self._parse_rules(row["rules"])),
        ):
            self.obj_set_loaded(name, value)
        return self

    def _parse_rules(self, text: str | None) -> dict[str, str]:
        try:
            rules = json.loads(text) if text else {}
            return {name: str(value) for name, value in rules.items()}
        except (ValueError, AttributeError) as error:
            raise exception.UnreadableRecord(
                noun="instance group policy", key=self.uuid, reason=error
            ) from None

    @base.remotable
    def create(self) -> None:
        """Store the group with its policy and members; it gets a uuid if it has none.

        :raises ObjectActionError: if it is stored already
        :raises InstanceGroupIdExists: if there is one of that uuid
        """
        creation.check_new(self)
        changes = self.obj_get_changes()
        policy, rules = changes.get("policy"), json.dumps(changes.get("_rules", {}))
        if changes.get("policies"):
            policy = changes["policies"][0]
        values = {name: changes.get(name) for name in _SAVED}
        values["uuid"] = values["uuid"] or uuidutils.generate_uuid()
        row = query.create(
            self._context,
            values,
            policy=policy,
            rules=rules if policy else None,
            members=changes.get("members") or (),
        )
        self._load(row)
        self.obj_reset_changes()

    @base.remotable
    def save(self) -> None:
        """Store what changed, and add those members that the stored group does not have.

        :raises InstanceGroupNotFound: if it is gone
        :raises InstanceGroupSaveException: if what changed cannot be saved
        """
        changes = self.obj_get_changes()
        members = changes.pop("members", None) or ()
        for name in sorted(changes.keys() - _SAVED):
            raise exception.InstanceGroupSaveException(field=name.lstrip("_"))
        row = query.update(
            self._context,
            self.uuid,
            changes,
            members=members,
            project_id=_visible_project(self._context),
        )
        self._load(row)
        self.obj_reset_changes()

    @base.remotable
    def refresh(self) -> None:
        """Take over what is stored by now.

        :raises InstanceGroupNotFound: if it is gone
        """
        context = self._context
        self._load(query.get_by_uuid(context, self.uuid, _visible_project(context)))
        self.obj_reset_changes()

    @base.remotable
    def destroy(self) -> None:
        """Delete the group; its servers stay.

        :raises InstanceGroupNotFound: if it is gone
        """
        query.delete(self._context, self.uuid, _visible_project(self._context))
        self.obj_reset_changes()

    @classmethod
    @base.remotable
    def add_members(
        cls, context: RequestContext, group_uuid: str, instance_uuids: Sequence[str]
    ) -> list[str]:
        """Put servers into a group, those that are not in it yet; return the uuids given.

        :raises InstanceGroupNotFound: if there is no such group
        """
        query.add_members(context, group_uuid, instance_uuids)
        return list(instance_uuids)

    @classmethod
    def destroy_members_bulk(cls, context: RequestContext, instance_uuids: Sequence[str]) -> int:
        """Take servers out of their groups and return how many memberships there were."""
        return query.delete_memberships(context, instance_uuids)

    def obj_load_attr(self, attrname: str) -> None:
        """Ask the cells for the hosts; raise ObjectActionError for any other field."""
        if attrname != "hosts":
            super().obj_load_attr(attrname)
        self.obj_set_loaded("hosts", self.get_hosts())

    @base.remotable
    def get_hosts(self, exclude: Collection[str] | None = None) -> list[str]:
        """Return the hosts that the members are on, by name.

        :param exclude: members that do not count
        :raises CellTimeout: if a cell that members are in does not answer: without its hosts the
            policy could be broken
        """
        members = set(self.members or ()) - set(exclude or ())
        mappings = InstanceMappingList.get_by_instance_uuids(self._context, members)
        of_members = {
            mapping.cell_mapping.id: mapping.cell_mapping
            for mapping in mappings
            if mapping.cell_mapping is not None
        }
        hosts: set[str] = set()
        answers = cells.scatter(
            self._context, of_members.values(), instance_host.list_hosts, members
        )
        for uuid, answer in answers.items():
            if isinstance(answer, cells.Failed):
                raise answer.error
            if isinstance(answer, cells.Silent):
                raise exception.CellTimeout(uuid=uuid)
            hosts |= answer.value
        return sorted(hosts)

    @base.remotable
    def count_members_by_user(self, user_id: str) -> int:
        """Return how many of the members are a user's, those in no cell yet included.

        Answered from the mappings, so it is right while a cell is down.
        """
        return InstanceMappingList.get_count_by_uuids_and_user(
            self._context, self.members or [], user_id
        )


@base.NovaObjectRegistry.register
class InstanceGroupList(base.ObjectListBase[InstanceGroup], base.NovaObject):
    """Groups of servers, the oldest first."""

    VERSION = "1.8"

    fields = {"objects": fields.ListOfObjectsField("InstanceGroup")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all groups that the context sees."""
        return cls._from_rows(
            context, query.list_by_project_id(context, None, _visible_project(context))
        )

    @classmethod
    @base.remotable
    def get_by_project_id(cls, context: RequestContext, project_id: str) -> Self:
        """Return the groups of a project, if the context sees them."""
        return cls._from_rows(
            context, query.list_by_project_id(context, project_id, _visible_project(context))
        )

    @classmethod
    @base.remotable
    def get_counts(
        cls, context: RequestContext, project_id: str, user_id: str | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many groups a project has, and a user in it.

        :returns: ``{"project": {"server_groups": ...}, "user": {"server_groups": ...}}``, the
            latter only for a user
        """
        of_project, of_user = query.count_by_project_and_user(context, project_id, user_id)
        counts = {"project": {"server_groups": of_project}}
        if user_id:
            counts["user"] = {"server_groups": of_user}
        return counts

    @classmethod
    def _from_rows(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([InstanceGroup.from_row(context, row) for row in rows])
