# SPDX-License-Identifier: Apache-2.0
"""A server that is in no cell yet; a row of the api database (build_requests)."""

import copy
import logging
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from nova_api_db import exception
from nova_api_db.context import RequestContext, aimed
from nova_api_db.db.api import build_request as query
from nova_api_db.objects import (
    back_level,
    base,
    fields,
    instance_filters,
    instance_order,
    primitives,
)
from nova_api_db.objects.block_device import BlockDeviceMappingList
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.request_spec import RequestSpec
from nova_api_db.objects.tag import TagList

LOG = logging.getLogger(__name__)

#: Columns that hold the JSON text of an object.
DOCUMENTS = ("instance", "block_device_mappings", "tags")

#: What a server that is in no cell cannot have, whatever the text says.
NOT_YET: dict[str, Any] = {
    "host": None,
    "node": None,
    "compute_id": None,
    "launched_at": None,
    "launched_on": None,
    "terminated_at": None,
    "cell_name": None,
    "disable_terminate": False,
}

#: What is not in every text: field -> what it means then.
IF_ABSENT: dict[str, Any] = {"deleted": False, "hidden": False, "locked_by": None}

_T = TypeVar("_T", bound=base.NovaObject)


@base.NovaObjectRegistry.register
class BuildRequest(base.NovaObject):
    """A server between its boot request and its cell."""

    # 1.3: field tags
    # 1.2: method save
    # 1.1: field block_device_mappings
    VERSION = "1.3"

    added_in = {"block_device_mappings": "1.1", "tags": "1.3"}

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "project_id": fields.StringField(),
        "instance": fields.ObjectField("Instance"),
        "block_device_mappings": fields.ObjectField("BlockDeviceMappingList"),
        "created_at": fields.DateTimeField(nullable=True),
        "updated_at": fields.DateTimeField(nullable=True),
        "tags": fields.ObjectField("TagList"),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; at 1.0 the tags stay when there are block device mappings."""
        tags = primitive.get("tags") if "block_device_mappings" in primitive else None
        super().obj_make_compatible(primitive, target_version)
        # Peers have always sent version 1.0 so.
        if tags is not None and back_level.is_older(target_version, "1.1"):
            primitive["tags"] = tags

    _request_spec: RequestSpec | None = None

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return the build request of a server.

        :raises BuildRequestNotFound: if there is none
        :raises UnreadableRecord: if what is stored is no build request
        :raises UnsupportedRecordVersion: if it has a version not known here
        """
        return cls._from_row(context, query.get_by_instance_uuid(context, instance_uuid))

    @classmethod
    def _from_row(cls, context: RequestContext, row: query.BuildRequestRow) -> Self:
        request = cls(context)
        request.obj_load_stored(row._asdict())
        return request

    def obj_load_stored(self, row: Mapping[str, Any]) -> None:
        """Become what a row of the table says, as :meth:`get_by_instance_uuid` would return it."""
        self.obj_load_row(row, ("id", "instance_uuid", "project_id", "created_at", "updated_at"))
        for name, kind in (("block_device_mappings", BlockDeviceMappingList), ("tags", TagList)):
            text = row[name]
            # A list that was never set is empty.
            loaded = kind().obj_fill([]) if text is None else self._parse(kind, text)
            self.obj_set_loaded(name, loaded)
        if row["instance"] is None:
            raise exception.UnreadableRecord(
                noun="build request", key=row["instance_uuid"], reason="it holds no instance"
            )
        self.obj_set_loaded("instance", self._parse(Instance, row["instance"]))
        self._settle()

    def _parse(self, kind: type[_T], text: str) -> _T:
        return base.from_json(
            kind,
            text,
            # It is in no cell, so what it does not say cannot be loaded from one.
            None,
            noun="build request",
            key=self.instance_uuid,
            convert=primitives.forget_changes,
        )

    def _settle(self) -> None:
        """Bring the instance in line with the row and with being in no cell."""
        instance = self.instance
        of_the_row = ("created_at", "updated_at", "tags")
        values = {
            **NOT_YET,
            **{name: getattr(self, name) for name in of_the_row if self.obj_attr_is_set(name)},
            **{name: IF_ABSENT[name] for name in IF_ABSENT if not instance.obj_attr_is_set(name)},
        }
        for name, value in values.items():
            instance.obj_set_loaded(name, value)

    def obj_to_row(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the columns of those fields (default: all) that are set, as they are stored."""
        row = {}
        for name in names or ("instance_uuid", "project_id", *DOCUMENTS):
            if self.obj_attr_is_set(name):
                value = getattr(self, name)
                row[name] = base.to_json(value) if name in DOCUMENTS else value
        return row

    @base.remotable
    def create(self) -> None:
        """Store the build request of a new server.

        :raises ObjectActionError: if it is stored already, or names or holds no server
        :raises oslo_db.exception.DBDuplicateEntry: if the server has one
        """
        if self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="create", reason="already created")
        for name in ("instance_uuid", "instance"):
            if not self.obj_attr_is_set(name):
                raise exception.ObjectActionError(action="create", reason=f"{name} must be set")
        self.obj_load_stored(query.create(self._context, self.obj_to_row())._asdict())

    @base.remotable
    def save(self) -> None:
        """Store the columns of what was changed.

        :raises BuildRequestNotFound: if it is gone: the server is in a cell, or deleted
        """
        changes = self.obj_what_changed() & {"instance_uuid", "project_id", *DOCUMENTS}
        if not changes:
            return
        if not self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="save", reason="it is not stored")
        row = self.obj_to_row(changes)
        updated_at = query.update(self._context, self.id, self.instance_uuid, row)
        self.obj_load_row({"updated_at": updated_at})
        self._settle()
        self.obj_reset_changes(recursive=True)

    @base.remotable
    def destroy(self) -> None:
        """Delete the build request: the claim on what becomes of the server.

        :raises BuildRequestNotFound: if somebody else did so before
        """
        query.delete(self._context, self.instance_uuid)

    def get_new_instance(self, context: RequestContext) -> Instance:
        """Return the server as it is to be created in a cell: all that it says is new.

        Its tags are not among that; they have a table of their own.
        """
        instance = copy.deepcopy(self.instance)
        instance._context = context
        if instance.obj_attr_is_set("tags"):
            del instance.tags
        instance._changed_fields = {
            name for name in instance.fields if instance.obj_attr_is_set(name)
        }
        return instance

    @property
    def request_spec(self) -> RequestSpec:
        """What was asked for, read from the api database when first asked for.

        :raises RequestSpecNotFound: if it is not stored
        """
        if self._request_spec is None:
            self._request_spec = RequestSpec.get_by_instance_uuid(
                aimed(self._context, None), self.instance_uuid
            )
        return self._request_spec


class _Sortable:
    """A build request as an Order reads a server."""

    __slots__ = ("_request",)

    def __init__(self, request: BuildRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        if name == "id":
            return self._request.id
        return instance_filters.value_of(self._request.instance, name)


def _is_own(context: RequestContext) -> instance_filters.Check:
    """Return what says whether the context's user may see a server in a list."""
    if context.is_admin:
        return lambda _: True
    if context.project_id:
        return lambda server: server.project_id == context.project_id
    return lambda server: server.user_id == context.user_id


def _values(filters: Mapping[str, Any], name: str) -> list[str] | None:
    """Return the values of an exact filter that a statement can name, None if it cannot."""
    value = filters.get(name)
    values = [value] if isinstance(value, str) else value
    if not values or len(values) > IN_SQL or not all(isinstance(item, str) for item in values):
        return None
    return list(values)


#: More values than this are not named in a statement but looked for in all rows.
IN_SQL = 1000


@base.NovaObjectRegistry.register
class BuildRequestList(base.ObjectListBase[BuildRequest], base.NovaObject):
    """Build requests.

    A context without administrator rights sees those of its project, without a project those of
    its user. A record that cannot be read is left out, with a warning.
    """

    VERSION = "1.0"

    fields = {"objects": fields.ListOfObjectsField("BuildRequest")}

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> Self:
        """Return all, in the order they were made."""
        is_own = _is_own(context)
        found = [request for request in cls._read(context, {}) if is_own(request.instance)]
        return cls(context).obj_fill(found)

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        limit: int | None = None,
        marker: str | None = None,
        sort_keys: Sequence[str] | None = None,
        sort_dirs: Sequence[str] | None = None,
    ) -> Self:
        """Return those whose servers match, as lists of servers in cells do.

        :param filters: names and values as :mod:`nova_api_db.db.cell.instance_filters` has them
        :param limit: at most so many
        :param marker: uuid of the last server of the page before, whether it matches or not
        :raises MarkerNotFound: if no build request is that server's
        :raises Invalid: if a filter, the limit or what to sort by makes no sense
        """
        order = instance_order.Order.by(sort_keys, sort_dirs)
        if limit is not None and limit < 0:
            raise exception.Invalid(reason=f"the limit {limit} is negative")
        matches = instance_filters.matching(filters)
        is_own = _is_own(context)
        after = None
        if marker is not None:
            after = order.key(_Sortable(cls._marked(context, marker, is_own)))
        if limit == 0:
            return cls(context).obj_fill([])
        found = [
            (order.key(_Sortable(request)), request)
            for request in cls._read(context, filters)
            if is_own(request.instance) and matches(request.instance)
        ]
        found.sort(key=operator.itemgetter(0))
        page = [request for place, request in found if after is None or after < place]
        return cls(context).obj_fill(page[:limit])

    @staticmethod
    def _marked(
        context: RequestContext, marker: str, is_own: instance_filters.Check
    ) -> BuildRequest:
        try:
            request = BuildRequest.get_by_instance_uuid(context, marker)
        except exception.BuildRequestNotFound:
            raise exception.MarkerNotFound(marker=marker) from None
        if not is_own(request.instance):
            raise exception.MarkerNotFound(marker=marker)
        return request

    @classmethod
    def _read(cls, context: RequestContext, filters: Mapping[str, Any]) -> list[BuildRequest]:
        """Return at least those that match the filters and the context's user may see, by id."""
        requests = []
        projects = _values(filters, "project_id")
        if not context.is_admin and context.project_id:
            projects = [context.project_id]
        rows = query.list_by(context, project_ids=projects, instance_uuids=_values(filters, "uuid"))
        for row in rows:
            try:
                requests.append(BuildRequest._from_row(context, row))
            except exception.UnreadableRecord as error:
                LOG.warning("Left out of a list: %s", error)
        return requests
