# SPDX-License-Identifier: Apache-2.0
"""Show and list servers, wherever they are: in no cell yet, in a cell, or in one that is down.

A server that is in no cell yet is answered from its build request (api database), any other from
its cell. A cell that does not answer does not make a call fail: its servers are answered as
partial records, from what the api database knows of them.
"""

import contextlib
import dataclasses
import enum
from collections.abc import Mapping, Sequence
from typing import Any

from oslo_db import exception as db_exception

from nova_api_db import cells, exception
from nova_api_db.context import RequestContext, aimed, target_cell
from nova_api_db.objects.build_request import BuildRequest, BuildRequestList
from nova_api_db.objects.cell_mapping import CellMapping, CellMappingList
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_list import InstanceList
from nova_api_db.objects.instance_mapping import InstanceMapping
from nova_api_db.objects.instance_order import Order
from nova_api_db.servers import merge, partial

#: How servers are sorted unless asked otherwise; the uuid breaks ties.
DEFAULT_SORT_KEYS = ("created_at",)
DEFAULT_SORT_DIRS = ("desc",)


#: Errors of a cell that is down, as opposed to a question that is wrong.
_DOWN = (exception.DatabaseUnavailable, db_exception.DBConnectionError)


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """A page of servers, and the cells that did not answer while it was made."""

    servers: InstanceList
    silent_cells: tuple[CellMapping, ...] = ()


def show(context: RequestContext, uuid: str, expected_attrs: Sequence[str] = ()) -> Instance:
    """Return a server.

    If its cell does not answer it is a partial record (:func:`partial.is_partial`).

    :param expected_attrs: fields to load with it, where it is in a cell
    :raises InstanceNotFound: if there is none, or it is deleted
    """
    mapping = _mapping(context, uuid)
    if mapping.cell_mapping is None:
        if mapping.queued_for_delete:
            raise exception.InstanceNotFound(instance_id=uuid)
        try:
            return BuildRequest.get_by_instance_uuid(context, uuid).instance
        except exception.BuildRequestNotFound:
            # A cell took it over, or its user deleted it, since the mapping was read.
            mapping = _mapping(context, uuid)
        if mapping.cell_mapping is None:
            raise exception.InstanceNotFound(instance_id=uuid)
    server = _read_from_cell(context, mapping.cell_mapping, uuid, expected_attrs)
    if server is not None:
        return server
    if mapping.queued_for_delete:
        raise exception.InstanceNotFound(instance_id=uuid)
    return partial.show(context, mapping)


def _mapping(context: RequestContext, uuid: str) -> InstanceMapping:
    with target_cell(context, None) as api_context:
        try:
            return InstanceMapping.get_by_instance_uuid(api_context, uuid)
        except exception.InstanceMappingNotFound:
            raise exception.InstanceNotFound(instance_id=uuid) from None


def _read_from_cell(
    context: RequestContext, cell: CellMapping, uuid: str, expected_attrs: Sequence[str]
) -> Instance | None:
    """Return a server from its cell, None if the cell does not answer."""
    answers = cells.scatter(context, [cell], Instance.get_by_uuid, uuid, list(expected_attrs))
    answer = answers[cell.uuid]
    if isinstance(answer, cells.Answered):
        return answer.value
    _raise_unless_down(answer)
    return None


def _raise_unless_down(answer: cells.Failed | cells.Silent) -> None:
    """Raise what a cell answered with, unless it is that its database cannot be used."""
    if isinstance(answer, cells.Failed) and not isinstance(answer.error, _DOWN):
        raise answer.error


def list_servers(
    context: RequestContext,
    filters: Mapping[str, Any] | None = None,
    *,
    sort_keys: Sequence[str] = DEFAULT_SORT_KEYS,
    sort_dirs: Sequence[str] = DEFAULT_SORT_DIRS,
    limit: int | None = None,
    marker: str | None = None,
    expected_attrs: Sequence[str] = (),
) -> Listing:
    """Return a page of servers.

    First come the partial records of cells that do not answer, in the order of their booting;
    then the servers that are in no cell yet; then those in cells. The latter two are each sorted
    as asked, with the uuid as tie-break.

    :param filters: what :meth:`InstanceList.get_by_filters` takes. Deleted servers are left out
        unless they, or what changed at some time, are asked for. Partial records are part of the
        answer only if what the api database knows is enough to decide on every filter.
    :param limit: at most so many servers
    :param marker: uuid of the last server of the page before
    :raises MarkerNotFound: if there is no server of that uuid
    :raises InvalidSortKey: if servers cannot be sorted by a key
    """
    wanted = dict(filters or {})
    if wanted.keys().isdisjoint({"deleted", "changes-since", "changes-before"}):
        wanted["deleted"] = False
    return _Lister(
        context,
        wanted,
        Order.by(sort_keys, sort_dirs),
        marker,
        expected_attrs,
    ).page(limit)


class _Part(enum.IntEnum):
    """The parts of a listing, in their order."""

    PARTIAL = 0
    UNSCHEDULED = 1
    IN_CELL = 2


@dataclasses.dataclass(frozen=True, slots=True)
class _Start:
    """Where a page starts: in which part, and after which of its servers."""

    part: _Part = _Part.PARTIAL
    mapping_id: int = 0
    build_request: str | None = None
    server: Instance | None = None

    @classmethod
    def after(cls, context: RequestContext, marker: str) -> "_Start":
        """Find the marker wherever it is."""
        try:
            mapping = _mapping(context, marker)
            if mapping.cell_mapping is None:
                with contextlib.suppress(exception.BuildRequestNotFound):
                    BuildRequest.get_by_instance_uuid(context, marker)
                    return cls(_Part.UNSCHEDULED, build_request=marker)
                mapping = _mapping(context, marker)
            if mapping.cell_mapping is None:
                raise exception.MarkerNotFound(marker=marker)
            server = _read_from_cell(context, mapping.cell_mapping, marker, ())
        except exception.InstanceNotFound:
            raise exception.MarkerNotFound(marker=marker) from None
        if server is None:
            return cls(_Part.PARTIAL, mapping_id=mapping.id)
        return cls(_Part.IN_CELL, server=server)


class _Lister:
    """One listing: its parts, and how they follow on each other."""

    def __init__(
        self,
        context: RequestContext,
        filters: dict[str, Any],
        order: Order,
        marker: str | None,
        expected_attrs: Sequence[str],
    ) -> None:
        self.context = context
        self.api_context = aimed(context, None)
        self.filters = filters
        self.order = order
        self.expected_attrs = list(expected_attrs)
        self.start = _Start.after(self.api_context, marker) if marker else _Start()

    def page(self, limit: int | None) -> Listing:
        """Return a page of at most so many servers."""
        unscheduled = self._unscheduled(limit)
        # Without the cells' answers it is not known whose partial records come first.
        asks_cells = self.start.part != _Part.UNSCHEDULED or _left(limit, unscheduled) != 0
        in_cells, silent = self._in_cells(limit) if asks_cells else ([], ())
        # A server that a cell takes over while this runs is in both: the cell is right.
        seen = {server.uuid for server in in_cells}
        servers = [
            *self._partials(silent, limit),
            *(server for server in unscheduled if server.uuid not in seen),
            *in_cells,
        ]
        return Listing(InstanceList(self.context).obj_fill(servers[:limit]), tuple(silent))

    def _unscheduled(self, limit: int | None) -> list[Instance]:
        if self.start.part > _Part.UNSCHEDULED:
            return []
        requests = BuildRequestList.get_by_filters(
            self.api_context,
            self.filters,
            limit=limit,
            marker=self.start.build_request,
            sort_keys=list(self.order.keys),
            sort_dirs=list(self.order.directions),
        )
        return [request.instance for request in requests]

    def _in_cells(self, limit: int | None) -> tuple[list[Instance], Sequence[CellMapping]]:
        mappings = CellMappingList.get_by_disabled(self.api_context, False)
        by_uuid = {cell.uuid: cell for cell in mappings}

        def ask(
            last: Mapping[str, Instance | None], share: int | None
        ) -> Mapping[str, list[Instance]]:
            wanted = [by_uuid[uuid] for uuid in last]
            answers = cells.scatter(self.context, wanted, self._from_cell, last, share)
            for answer in answers.values():
                if not isinstance(answer, cells.Answered):
                    _raise_unless_down(answer)
            return {
                uuid: answer.value
                for uuid, answer in answers.items()
                if isinstance(answer, cells.Answered)
            }

        merged = merge.Merge(by_uuid, ask, self.order.key, after=self.start.server)
        servers = merged.take(limit)
        return servers, [by_uuid[uuid] for uuid in merged.silent]

    def _from_cell(
        self,
        cell_context: RequestContext,
        last: Mapping[str, Instance | None],
        limit: int | None,
    ) -> list[Instance]:
        cell_uuid = cell_context.cell_target.uuid if cell_context.cell_target else ""
        return list(
            InstanceList.get_after(
                cell_context,
                self.filters,
                self.order,
                last[cell_uuid],
                limit=limit,
                expected_attrs=self.expected_attrs,
            )
        )

    def _partials(self, silent: Sequence[CellMapping], limit: int | None) -> list[Instance]:
        if not silent or self.start.part > _Part.PARTIAL or not partial.is_decidable(self.filters):
            return []
        return partial.summaries(
            self.api_context, silent, self.filters, after_id=self.start.mapping_id, limit=limit
        )


def _left(limit: int | None, servers: Sequence[Instance]) -> int | None:
    return None if limit is None else limit - len(servers)
