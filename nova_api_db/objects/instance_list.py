# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell, found by what they are or where they run."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance as instance_query
from nova_api_db.db.cell import instance_filters
from nova_api_db.db.cell import instance_list as query
from nova_api_db.objects import base, fields, instance_loading
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_order import Order

#: Filters on addresses -> the IP version; addresses are known from the info cache only.
ADDRESS_FILTERS = {"ip": 4, "ip6": 6}

#: How many servers are read at a time to find those with an address.
ADDRESSES_AT_ONCE = 500


@base.NovaObjectRegistry.register
class InstanceList(base.ObjectListBase[Instance], base.NovaObject):
    """Servers."""

    VERSION = "2.6"

    fields = {"objects": fields.ListOfObjectsField("Instance")}

    @classmethod
    def obj_from_rows(
        cls,
        context: RequestContext,
        rows: Iterable[Mapping[Any, Any]],
        expected_attrs: Sequence[str] | None = None,
    ) -> Self:
        """Make servers from their rows and load what else is asked for."""
        servers = [Instance.obj_from_row(context, row) for row in rows]
        if servers and expected_attrs:
            instance_loading.load(context, servers, expected_attrs)
        return cls(context).obj_fill(servers)

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        sort_key: str = "created_at",
        sort_dir: str = "desc",
        limit: int | None = None,
        marker: str | None = None,
        expected_attrs: Sequence[str] | None = None,
        use_slave: bool = False,
        sort_keys: Sequence[str] | None = None,
        sort_dirs: Sequence[str] | None = None,
    ) -> Self:
        """Return the servers that match all filters, sorted, the uuid breaking ties.

        :param filters: see :mod:`nova_api_db.db.cell.instance_filters`, and ``ip`` and ``ip6``
        :param sort_keys: replaces ``sort_key``, as ``sort_dirs`` does ``sort_dir``
        :param marker: uuid of the last server of the page before, deleted or not
        :raises MarkerNotFound: if the cell has no such server
        :raises InvalidSortKey: if servers cannot be sorted by a key
        :raises Invalid: if a filter's value makes no sense
        """
        order = Order.by(sort_keys or [sort_key], sort_dirs or [sort_dir])
        last = None
        if marker is not None:
            try:
                row = instance_query.get_by_uuid(context, marker, "yes")
            except exception.InstanceNotFound:
                raise exception.MarkerNotFound(marker=marker) from None
            last = Instance.obj_from_row(context, row)
        return cls.get_after(
            context, filters, order, last, limit=limit, expected_attrs=expected_attrs
        )

    @classmethod
    def get_after(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        order: Order,
        last: Instance | None = None,
        *,
        limit: int | None = None,
        expected_attrs: Sequence[str] | None = None,
    ) -> Self:
        """Return the servers that match and follow after another, which may be in another cell."""
        if limit == 0:
            return cls(context).obj_fill([])
        patterns = {
            version: filters[name] for name, version in ADDRESS_FILTERS.items() if filters.get(name)
        }
        if patterns:
            servers = cls._with_addresses(context, filters, order, last, limit, patterns)
            if expected_attrs:
                instance_loading.load(context, servers, expected_attrs)
            return cls(context).obj_fill(servers)
        rows = cls._rows(context, filters, order, last, limit)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @staticmethod
    def _rows(
        context: RequestContext,
        filters: Mapping[str, Any],
        order: Order,
        last: Instance | None,
        limit: int | None,
    ) -> Sequence[Mapping[Any, Any]]:
        return query.list_after(
            context,
            filters,
            order.keys,
            order.directions,
            after=None if last is None else order.values(last),
            limit=limit,
            read_deleted=context.read_deleted,
        )

    @classmethod
    def _with_addresses(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        order: Order,
        last: Instance | None,
        limit: int | None,
        patterns: Mapping[int, str],
    ) -> list[Instance]:
        """Return servers that have a fixed address that matches; pages until there are enough."""
        for pattern in patterns.values():
            instance_filters.check_pattern("ip", pattern)
        found: list[Instance] = []
        while limit is None or len(found) < limit:
            rows = cls._rows(context, filters, order, last, ADDRESSES_AT_ONCE)
            servers = [Instance.obj_from_row(context, row) for row in rows]
            instance_loading.load(context, servers, ["info_cache"])
            found += [server for server in servers if _has_address(server, patterns)]
            if len(rows) < ADDRESSES_AT_ONCE:
                break
            last = servers[-1]
        return found[:limit]

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext, expected_attrs: Sequence[str] | None = None) -> Self:
        """Return all servers of the cell."""
        return cls.obj_from_rows(
            context, query.list_all(context, context.read_deleted), expected_attrs
        )

    @classmethod
    @base.remotable
    def get_by_host(
        cls,
        context: RequestContext,
        host: str,
        expected_attrs: Sequence[str] | None = None,
        use_slave: bool = False,
    ) -> Self:
        """Return the servers on a host."""
        return cls.obj_from_rows(context, query.list_by_host(context, host), expected_attrs)

    @classmethod
    @base.remotable
    def get_by_host_and_node(
        cls,
        context: RequestContext,
        host: str,
        node: str,
        expected_attrs: Sequence[str] | None = None,
    ) -> Self:
        """Return the servers on a node of a host."""
        rows = query.list_by_host(context, host, node=node)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_host_and_not_type(
        cls,
        context: RequestContext,
        host: str,
        type_id: int | None = None,
        expected_attrs: Sequence[str] | None = None,
    ) -> Self:
        """Return the servers on a host that have another flavor."""
        rows = query.list_by_host(context, host, not_type=type_id)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_uuids_by_host(cls, context: RequestContext, host: str) -> list[str]:
        """Return the uuids of the servers on a host."""
        return [uuid for _, uuid in query.list_uuids_by_hosts(context, [host])]

    @classmethod
    @base.remotable
    def get_uuids_by_host_and_node(cls, context: RequestContext, host: str, node: str) -> list[str]:
        """Return the uuids of the servers on a node of a host."""
        return [uuid for _, uuid in query.list_uuids_by_hosts(context, [host], node)]

    @classmethod
    @base.remotable
    def get_uuids_by_hosts(
        cls, context: RequestContext, hosts: Sequence[str]
    ) -> dict[str, list[str]]:
        """Return the uuids of the servers on each of some hosts."""
        found: dict[str, list[str]] = {}
        for host, uuid in query.list_uuids_by_hosts(context, hosts):
            found.setdefault(host, []).append(uuid)
        return found

    @classmethod
    @base.remotable
    def get_counts(
        cls, context: RequestContext, project_id: str, user_id: str | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many servers, cores and MiB of memory a project, and a user of it, has."""
        names = ("instances", "cores", "ram")
        counts = {"project": dict(zip(names, query.count(context, project_id), strict=True))}
        if user_id:
            mine = query.count(context, project_id, user_id)
            counts["user"] = dict(zip(names, mine, strict=True))
        return counts


def _has_address(server: Instance, patterns: Mapping[int, str]) -> bool:
    addresses = list(_fixed_addresses(server))
    return all(
        any(kind == version and re.search(pattern, address) for kind, address in addresses)
        for version, pattern in patterns.items()
    )


def _fixed_addresses(server: Instance) -> Iterable[tuple[int, str]]:
    """Yield the fixed addresses of a server: IP version and address."""
    if server.info_cache is None:
        return
    for interface in server.info_cache.network_info or ():
        for subnet in (interface.get("network") or {}).get("subnets") or ():
            for address in subnet.get("ips") or ():
                yield address.get("version"), address["address"]
