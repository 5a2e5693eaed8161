# SPDX-License-Identifier: Apache-2.0
"""Security groups by name and uuid; rows of a cell database (security_groups)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from nova_api_db.context import RequestContext
from nova_api_db.db.cell import security_group as query
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

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row, which has no uuid."""
        group = cls(context)
        group.obj_load_row(row)
        return group

    @classmethod
    @base.remotable
    def get(cls, context: RequestContext, secgroup_id: int) -> Self:
        """Return a group; who is no administrator sees those of the own project.

        :raises SecurityGroupNotFound: if there is none
        """
        project_id = None if context.is_admin else context.project_id
        return cls.from_row(context, query.get_by_id(context, secgroup_id, project_id))

    @classmethod
    @base.remotable
    def get_by_name(cls, context: RequestContext, project_id: str, group_name: str) -> Self:
        """Return the group of a project that is called so.

        :raises SecurityGroupNotFoundForProject: if there is none
        """
        return cls.from_row(context, query.get_by_name(context, project_id, group_name))

    @base.remotable
    def in_use(self) -> bool:
        """Say whether a server is in it."""
        return query.is_in_use(self._context, self.id)

    @base.remotable
    def save(self) -> None:
        """Store what changed.

        :raises SecurityGroupNotFound: if it is gone
        :raises SecurityGroupExists: if its project has another of that name
        """
        changes = self.obj_get_changes()
        # Groups with a uuid are Neutron's; there is no column for it.
        columns = {name: changes[name] for name in changes if name not in ("id", "uuid")}
        if columns:
            self.obj_load_row(query.update(self._context, self.id, columns))
        self.obj_reset_changes()

    @base.remotable
    def refresh(self) -> None:
        """Read it again.

        :raises SecurityGroupNotFound: if it is gone
        """
        self.obj_load_row(query.get_by_id(self._context, self.id))

    @property
    def identifier(self) -> str:
        """The uuid where there is one (Neutron's groups), else the name."""
        return self.uuid if self.obj_attr_is_set("uuid") else self.name


@base.NovaObjectRegistry.register
class SecurityGroupList(base.ObjectListBase[SecurityGroup], base.NovaObject):
    """Security groups."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("SecurityGroup")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all groups."""
        return cls._of(context, query.list_all(context))

    @classmethod
    @base.remotable
    def get_by_project(cls, context: RequestContext, project_id: str) -> Self:
        """Return the groups of a project."""
        return cls._of(context, query.list_by_project_id(context, project_id))

    @classmethod
    @base.remotable
    def get_by_instance(cls, context: RequestContext, instance: Any) -> Self:
        """Return the groups that a server is in."""
        return cls._of(context, query.list_by_instance_uuid(context, instance.uuid))

    @classmethod
    @base.remotable
    def get_counts(
        cls, context: RequestContext, project_id: str, user_id: str | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many groups a project has, and how many of them are a user's.

        :returns: ``{"project": {"security_groups": n}, "user": {"security_groups": n}}``, the
            second only if a user is given
        """
        in_project, of_user = query.count(context, project_id, user_id)
        counts = {"project": {"security_groups": in_project}}
        if user_id:
            counts["user"] = {"security_groups": of_user}
        return counts

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([SecurityGroup.from_row(context, row) for row in rows])
