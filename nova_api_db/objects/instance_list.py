# SPDX-License-Identifier: Apache-2.0
"""Servers of a cell, found by what they are or where they run."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from oslo_utils import timeutils

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance as instance_query
from nova_api_db.db.cell import instance_list as query
from nova_api_db.db.cell import instance_usage as usage
from nova_api_db.objects import base, fields, instance_filters, instance_loading
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_fault import InstanceFaultList
from nova_api_db.objects.instance_order import Order
from nova_api_db.objects.security_group import SecurityGroup

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
        last = None if marker is None else cls._marker(context, marker)
        return cls.get_after(
            context,
            filters,
            order,
            last,
            limit=limit,
            expected_attrs=expected_attrs,
            use_replica=use_slave,
        )

    @staticmethod
    def _marker(context: RequestContext, uuid: str) -> Instance:
        try:
            row = instance_query.get_by_uuid(context, False, uuid, "yes")
        except exception.InstanceNotFound:
            raise exception.MarkerNotFound(marker=uuid) from None
        return Instance.obj_from_row(context, row)

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
        use_replica: bool = False,
    ) -> Self:
        """Return the servers that match and follow after another, which may be in another cell.

        Who is no administrator sees the servers of their project only, without one their own.
        """
        if limit == 0:
            return cls(context).obj_fill([])
        own = _own(context)
        if any(filters.get(name, value) != value for name, value in own.items()):
            return cls(context).obj_fill([])
        filters = {**filters, **own}
        has_address = instance_filters.address_check(filters)
        if has_address is not None:
            servers = cls._with_addresses(
                context, filters, order, last, limit, use_replica, has_address
            )
            if expected_attrs:
                instance_loading.load(context, servers, expected_attrs)
            return cls(context).obj_fill(servers)
        rows = cls._rows(context, filters, order, last, limit, use_replica)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @staticmethod
    def _rows(
        context: RequestContext,
        filters: Mapping[str, Any],
        order: Order,
        last: Instance | None,
        limit: int | None,
        use_replica: bool,
    ) -> Sequence[Mapping[Any, Any]]:
        return query.list_after(
            context,
            use_replica,
            filters,
            order.keys,
            order.directions,
            after=None if last is None else order.values(last),
            limit=limit,
        )

    @classmethod
    def _with_addresses(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any],
        order: Order,
        last: Instance | None,
        limit: int | None,
        use_replica: bool,
        has_address: instance_filters.Check,
    ) -> list[Instance]:
        """Return servers that have a fixed address that matches; pages until there are enough."""
        found: list[Instance] = []
        while limit is None or len(found) < limit:
            rows = cls._rows(context, filters, order, last, ADDRESSES_AT_ONCE, use_replica)
            servers = [Instance.obj_from_row(context, row) for row in rows]
            instance_loading.load(context, servers, ["info_cache"])
            found += [server for server in servers if has_address(server)]
            if len(rows) < ADDRESSES_AT_ONCE:
                break
            last = servers[-1]
        return found[:limit]

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext, expected_attrs: Sequence[str] | None = None) -> Self:
        """Return all servers of the cell."""
        rows = usage.list_all(context, context.read_deleted)
        return cls.obj_from_rows(context, rows, expected_attrs)

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
        return cls.obj_from_rows(
            context, usage.list_by_host(context, use_slave, host), expected_attrs
        )

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
        return cls.obj_from_rows(
            context, usage.list_by_host(context, False, host, node), expected_attrs
        )

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
        rows = usage.list_by_host_and_not_flavor(context, host, type_id)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_uuids_by_host(cls, context: RequestContext, host: str) -> list[str]:
        """Return the uuids of the servers on a host."""
        return [uuid for _, uuid in usage.list_uuids_by_hosts(context, [host])]

    @classmethod
    @base.remotable
    def get_uuids_by_host_and_node(cls, context: RequestContext, host: str, node: str) -> list[str]:
        """Return the uuids of the servers on a node of a host."""
        return [uuid for _, uuid in usage.list_uuids_by_hosts(context, [host], node)]

    @classmethod
    @base.remotable
    def get_uuids_by_hosts(
        cls, context: RequestContext, hosts: Sequence[str]
    ) -> dict[str, list[str]]:
        """Return the uuids of the servers on each of those hosts that have any."""
        found: dict[str, list[str]] = {}
        for host, uuid in usage.list_uuids_by_hosts(context, hosts):
            found.setdefault(host, []).append(uuid)
        return found

    @classmethod
    @base.remotable
    def get_hung_in_rebooting(
        cls,
        context: RequestContext,
        reboot_window: int,
        expected_attrs: Sequence[str] | None = None,
    ) -> Self:
        """Return the servers that are rebooting for at least so many seconds."""
        before = timeutils.utcnow() - datetime.timedelta(seconds=reboot_window)
        rows = usage.list_rebooting_since_before(context, before)
        return cls.obj_from_rows(context, rows, expected_attrs)

    @classmethod
    def get_active_by_window_joined(
        cls,
        context: RequestContext,
        begin: datetime.datetime,
        end: datetime.datetime | None = None,
        project_id: str | None = None,
        host: str | None = None,
        expected_attrs: Sequence[str] | None = None,
        use_slave: bool = False,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Self:
        """Return the servers that ran at some time of a period, deleted ones too.

        They are in the order of project and uuid.

        :param marker: uuid of the last server of the page before
        :raises MarkerNotFound: if the cell has no such server
        """
        # Times go over RPC as text.
        return cls._get_active_by_window_joined(
            context,
            _text(begin),
            None if end is None else _text(end),
            project_id,
            host,
            expected_attrs,
            use_slave,
            limit,
            marker,
        )

    @classmethod
    @base.remotable
    def _get_active_by_window_joined(
        cls,
        context: RequestContext,
        begin: str,
        end: str | None = None,
        project_id: str | None = None,
        host: str | None = None,
        expected_attrs: Sequence[str] | None = None,
        use_slave: bool = False,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Self:
        last = None if marker is None else cls._marker(context, marker)
        rows = usage.list_active_between(
            context,
            use_slave,
            _time(begin),
            None if end is None else _time(end),
            project_id=project_id,
            host=host,
            after=None if last is None else (last.project_id, last.uuid),
            limit=limit,
        )
        return cls.obj_from_rows(context, rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_security_group_id(cls, context: RequestContext, security_group_id: int) -> Self:
        """Return the servers in a security group of the cell's own."""
        rows = usage.list_by_security_groups(context, [security_group_id])
        return cls.obj_from_rows(context, rows)

    @classmethod
    @base.remotable
    def get_by_grantee_security_group_ids(
        cls, context: RequestContext, security_group_ids: Sequence[int]
    ) -> Self:
        """Return the servers in security groups that let in members of some groups."""
        rows = usage.list_by_granting_security_groups(context, security_group_ids)
        return cls.obj_from_rows(context, rows)

    @classmethod
    def get_by_security_group(cls, context: RequestContext, security_group: SecurityGroup) -> Self:
        """Return the servers in a security group of the cell's own."""
        return cls.get_by_security_group_id(context, security_group.id)

    @classmethod
    @base.remotable
    def get_counts(
        cls, context: RequestContext, project_id: str, user_id: str | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many servers, cores and MiB of memory a project, and a user of it, has."""
        names = ("instances", "cores", "ram")
        counts = {"project": dict(zip(names, usage.count(context, project_id), strict=True))}
        if user_id:
            mine = usage.count(context, project_id, user_id)
            counts["user"] = dict(zip(names, mine, strict=True))
        return counts

    @classmethod
    @base.remotable
    def get_count_by_vm_state(
        cls, context: RequestContext, project_id: str, user_id: str, vm_state: str | None
    ) -> int:
        """Return how many servers of a user in a project are in a state."""
        return usage.count_by_vm_state(context, project_id, user_id, vm_state)

    def fill_faults(self) -> list[str]:
        """Load the newest fault of every server; return the uuids of those that have one."""
        uuids = [server.uuid for server in self]
        newest = InstanceFaultList.get_latest_by_instance_uuids(self._context, uuids)
        faults = {fault.instance_uuid: fault for fault in newest}
        for server in self:
            server.obj_set_loaded("fault", faults.get(server.uuid))
        return [server.uuid for server in self if server.fault is not None]


def _text(time: datetime.datetime) -> str:
    return time.isoformat()


def _time(text: str) -> datetime.datetime:
    """Return a time as rows hold it."""
    return timeutils.normalize_time(timeutils.parse_isotime(text))


def _own(context: RequestContext) -> dict[str, str | None]:
    """Return the filters that leave the servers which a context may see in a list."""
    if context.is_admin:
        return {}
    if context.project_id:
        return {"project_id": context.project_id}
    return {"user_id": context.user_id}
