# SPDX-License-Identifier: Apache-2.0
"""The sizes of servers; rows of the api database (flavors, flavor_extra_specs, flavor_projects).

A copy of its flavor is stored with every server (instance_extra.flavor) and in its RequestSpec.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.api import flavor as query
from nova_api_db.objects import base, creation, fields

#: Fields that are changed in place, and so are compared with what was loaded.
_COLLECTIONS = ("extra_specs", "projects")

#: What save() stores; the rest of a flavor is as it was created.
_SAVED = frozenset({"description", *_COLLECTIONS})

_NOT_NULL = ("swap", "vcpu_weight", "root_gb", "ephemeral_gb")


def _visible_project(context: RequestContext) -> str | None:
    """Return the project whose flavors a context sees besides the public ones, None for all."""
    return None if context.is_admin else context.project_id or ""


@base.NovaObjectRegistry.register
class Flavor(base.PersistentFields, base.NovaObject, base.DictCompat):
    """A size of servers.

    Who is no administrator sees public flavors and those the own project has access to; others are
    not found. ``projects`` is loaded when it is first read.
    """

    # 1.2: field description (not meant to be stored with an instance)
    # 1.1: methods save_projects and save_extra_specs; save no longer remotable
    VERSION = "1.2"

    added_in = {"description": "1.2"}

    fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(nullable=True),
        "memory_mb": fields.IntegerField(),
        "vcpus": fields.IntegerField(),
        "root_gb": fields.IntegerField(),
        "ephemeral_gb": fields.IntegerField(),
        "flavorid": fields.StringField(),
        "swap": fields.IntegerField(),
        "rxtx_factor": fields.FloatField(nullable=True, default=1.0),
        "vcpu_weight": fields.IntegerField(nullable=True),
        "disabled": fields.BooleanField(),
        "is_public": fields.BooleanField(),
        "extra_specs": fields.DictOfStringsField(),
        "projects": fields.ListOfStringsField(),
        "description": fields.StringField(nullable=True),
    }

    # Collections as they were when nothing was changed in them.
    _originals: dict[str, Any]

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        self._originals = {}
        super().__init__(context, **kwargs)

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, id: int) -> Self:
        """Return the flavor of a row.

        :raises FlavorNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, id, _visible_project(context)))

    @classmethod
    @base.remotable
    def get_by_name(cls, context: RequestContext, name: str) -> Self:
        """Return the flavor of a name.

        :raises FlavorNotFoundByName: if there is none
        """
        return cls.from_row(context, query.get_by_name(context, name, _visible_project(context)))

    @classmethod
    @base.remotable
    def get_by_flavor_id(
        cls, context: RequestContext, flavor_id: str, read_deleted: str | None = None
    ) -> Self:
        """Return the flavor of the id that users know.

        :param read_deleted: has no effect: a flavor that is deleted is gone
        :raises FlavorNotFound: if there is none
        """
        row = query.get_by_flavor_id(context, flavor_id, _visible_project(context))
        return cls.from_row(context, row)

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make a flavor from what a query returns."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        for name in _NOT_NULL:
            if row[name] is None:
                self.obj_set_loaded(name, 0)
        for name in ("disabled", "is_public"):
            self.obj_set_loaded(name, bool(row[name]))
        self.obj_set_loaded("deleted_at", None)
        self.obj_set_loaded("deleted", False)
        self._set_original("extra_specs", row["extra_specs"])
        return self

    def _set_original(self, name: str, value: dict[str, str] | list[str]) -> None:
        self.obj_set_loaded(name, value)
        self._originals[name] = value.copy()

    def _hydrate(self, name: str) -> Any:
        value = super()._hydrate(name)
        if name in _COLLECTIONS:
            self._originals[name] = value.copy()
        return value

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        duplicate = super().__deepcopy__(memo)
        duplicate._originals = {name: value.copy() for name, value in self._originals.items()}
        return duplicate

    def obj_what_changed(self) -> set[str]:
        """Return the fields that were set, and the collections that were changed in place."""
        changes = super().obj_what_changed()
        for name, original in self._originals.items():
            if self.obj_attr_is_set(name) and getattr(self, name) != original:
                changes.add(name)
        return changes

    def obj_reset_changes(
        self, fields: Sequence[str] | None = None, recursive: bool = False
    ) -> None:
        """Forget what changed, in all fields or those given."""
        super().obj_reset_changes(fields, recursive)
        for name in _COLLECTIONS:
            is_read = self.__dict__.get("_obj_" + name) is not None
            if is_read and (not fields or name in fields):
                self._originals[name] = getattr(self, name).copy()

    def obj_load_attr(self, attrname: str) -> None:
        """Load the projects; raise ObjectActionError for any other field."""
        if attrname != "projects":
            super().obj_load_attr(attrname)
        self._load_projects()

    @base.remotable
    def _load_projects(self) -> None:
        self._set_original("projects", query.list_projects(self._context, self.flavorid))

    @base.remotable
    def create(self) -> None:
        """Store the flavor with its extra specs and projects, all or nothing.

        :raises ObjectActionError: if it is stored already, or lacks a field that it must have
        :raises FlavorExists: if there is one of that name
        :raises FlavorIdExists: if there is one of that flavorid
        """
        creation.check_new(self, "name", "flavorid", "memory_mb", "vcpus")
        values = {"rxtx_factor": 1.0, **self.obj_get_changes()}
        specs = values.pop("extra_specs", {})
        projects = list(dict.fromkeys(values.pop("projects", ())))
        self._load(query.create(self._context, values, specs, projects))
        self._set_original("projects", projects)
        self.obj_reset_changes()

    def save(self) -> None:
        """Store a changed description, extra specs and projects, all or nothing.

        :raises ObjectActionError: if another field was changed
        :raises FlavorNotFound: if it is gone
        """
        changes = self.obj_get_changes()
        if not changes.keys() <= _SAVED:
            raise exception.ObjectActionError(action="save", reason="read-only fields were changed")
        specs_to_add, specs_to_delete = self._changed_specs(changes.pop("extra_specs", None))
        projects_to_add, projects_to_delete = self._changed_projects(changes.pop("projects", None))
        row = query.update(
            self._context,
            self.id,
            changes,
            specs_to_add=specs_to_add,
            specs_to_delete=specs_to_delete,
            projects_to_add=projects_to_add,
            projects_to_delete=projects_to_delete,
        )
        self._load(row)
        self.obj_reset_changes()

    def _changed_specs(self, now: dict[str, str] | None) -> tuple[dict[str, str], list[str]]:
        if now is None:
            return {}, []
        before = self._originals.get("extra_specs")
        if before is None:
            before = query.get_by_id(self._context, self.id, None)["extra_specs"]
        return (
            {key: value for key, value in now.items() if before.get(key) != value},
            [key for key in before if key not in now],
        )

    def _changed_projects(self, now: list[str] | None) -> tuple[list[str], list[str]]:
        if now is None:
            return [], []
        before = self._originals.get("projects")
        if before is None:
            before = query.list_projects(self._context, self.flavorid)
        return (
            [project for project in dict.fromkeys(now) if project not in before],
            [project for project in before if project not in now],
        )

    @base.remotable
    def save_extra_specs(
        self, to_add: Mapping[str, str] | None = None, to_delete: Iterable[str] | None = None
    ) -> None:
        """Add or change stored extra specs, and delete others, all or nothing.

        :raises FlavorNotFound: if the flavor is gone
        :raises FlavorExtraSpecsNotFound: if it has not one that is to go
        """
        self._update(specs_to_add=to_add or {}, specs_to_delete=to_delete or ())

    @base.remotable
    def save_projects(
        self, to_add: Iterable[str] | None = None, to_delete: Iterable[str] | None = None
    ) -> None:
        """Give projects access to the stored flavor and take it from others, all or nothing.

        :raises FlavorNotFound: if the flavor is gone
        :raises FlavorAccessExists: if one that is to get access has it
        :raises FlavorAccessNotFound: if one that is to lose access has none
        """
        self._update(projects_to_add=to_add or (), projects_to_delete=to_delete or ())

    def _update(
        self,
        *,
        specs_to_add: Mapping[str, str] | None = None,
        specs_to_delete: Iterable[str] = (),
        projects_to_add: Iterable[str] = (),
        projects_to_delete: Iterable[str] = (),
    ) -> None:
        query.update(
            self._context,
            self.id,
            {},
            specs_to_add=specs_to_add or {},
            specs_to_delete=specs_to_delete,
            projects_to_add=projects_to_add,
            projects_to_delete=projects_to_delete,
        )

    @base.remotable
    def add_access(self, project_id: str) -> None:
        """Give a project access and load the projects again.

        :raises ObjectActionError: if the projects were changed and not saved
        :raises FlavorNotFound: if the flavor is gone
        :raises FlavorAccessExists: if the project has access
        """
        self._refuse_changed_projects("add_access")
        self._update(projects_to_add=[project_id])
        self._load_projects()

    @base.remotable
    def remove_access(self, project_id: str) -> None:
        """Take access from a project and load the projects again.

        :raises ObjectActionError: if the projects were changed and not saved
        :raises FlavorNotFound: if the flavor is gone
        :raises FlavorAccessNotFound: if the project has no access
        """
        self._refuse_changed_projects("remove_access")
        self._update(projects_to_delete=[project_id])
        self._load_projects()

    def _refuse_changed_projects(self, action: str) -> None:
        if "projects" in self.obj_what_changed():
            raise exception.ObjectActionError(action=action, reason="projects modified")

    @base.remotable
    def destroy(self) -> None:
        """Delete the flavor; servers keep their copies of it.

        :raises FlavorNotFound: if it is gone
        """
        if self.obj_attr_is_set("id"):
            query.delete(self._context, flavor_id=self.id, flavorid=None)
        else:
            query.delete(self._context, flavor_id=None, flavorid=self.flavorid)


@base.NovaObjectRegistry.register
class FlavorList(base.ObjectListBase[Flavor], base.NovaObject):
    """Flavors."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("Flavor")}

    @classmethod
    @base.remotable
    def get_all(
        cls,
        context: RequestContext,
        inactive: bool = False,
        filters: Mapping[str, Any] | None = None,
        sort_key: str = "flavorid",
        sort_dir: str = "asc",
        limit: int | None = None,
        marker: str | None = None,
    ) -> Self:
        """Return a page of the flavors that the context sees.

        :param inactive: has no effect: a flavor that is deleted is gone
        :param filters: ``min_memory_mb``, ``min_root_gb``, ``disabled`` and ``is_public`` are
            known; for who is no administrator, flavors the project has access to are public
        :param marker: the flavorid of the last flavor of the page before
        :raises InvalidSortKey: if flavors cannot be sorted by that
        :raises InvalidSortDirection: if it is neither ``asc`` nor ``desc``
        :raises MarkerNotFound: if there is no flavor of that flavorid
        """
        if sort_key not in query.SORT_KEYS:
            raise exception.InvalidSortKey
        if sort_dir not in ("asc", "desc"):
            raise exception.InvalidSortDirection(direction=sort_dir)
        rows = query.list_by_filters(
            context,
            filters or {},
            project_id=_visible_project(context),
            sort_key=sort_key,
            descending=sort_dir == "desc",
            limit=limit,
            marker=marker,
        )
        return cls(context).obj_fill([Flavor.from_row(context, row) for row in rows])
