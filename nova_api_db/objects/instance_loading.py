# SPDX-License-Identifier: Apache-2.0
"""How the fields of servers are loaded: of one when first read, of a whole list beforehand.

One table, `LOADERS`, says for every field where it comes from; both ways go through it.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance as query
from nova_api_db.db.cell import instance_fault as fault_query
from nova_api_db.db.cell import instance_joins as joins
from nova_api_db.objects import instance_numa, instance_pci_requests, primitives
from nova_api_db.objects.ec2 import EC2Ids
from nova_api_db.objects.instance_fault import InstanceFault
from nova_api_db.objects.instance_info_cache import InstanceInfoCache
from nova_api_db.objects.instance_storage import COLUMNS, EXTRA_COLUMNS, FLAVORS
from nova_api_db.objects.keypair import KeyPairList
from nova_api_db.objects.pci_device import PciDevice, PciDeviceList
from nova_api_db.objects.security_group import SecurityGroup, SecurityGroupList
from nova_api_db.objects.service import Service, ServiceList
from nova_api_db.objects.tag import Tag, TagList

Servers = Sequence[Any]

#: Loads some fields of some servers.
Loader = Callable[[RequestContext, Servers, Sequence[str]], None]


def load(context: RequestContext, servers: Servers, names: Iterable[str]) -> None:
    """Load fields of servers: one statement a table, however many servers there are.

    :raises ObjectActionError: if a field cannot be loaded
    :raises UnreadableRecord: if what is stored cannot be read
    """
    by_loader: dict[Loader, list[str]] = {}
    for name in dict.fromkeys(names):
        check(name)
        by_loader.setdefault(LOADERS[name], []).append(name)
    for loader, loaded in by_loader.items():
        loader(context, servers, loaded)


def check(name: str) -> None:
    """Raise ObjectActionError if there is nothing to load a field from."""
    if name not in LOADERS:
        raise not_loadable(name)


def not_loadable(name: str) -> exception.ObjectActionError:
    """Return the error of reading a field that there is nothing to load from."""
    return exception.ObjectActionError(
        action="obj_load_attr", reason=f"attribute {name} not lazy-loadable"
    )


def _by_uuid(servers: Servers) -> list[str]:
    return [server.uuid for server in servers]


# The server's own row


def _load_columns(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    """Load all columns that are not set, of servers of which little more is known than the uuid.

    :raises InstanceNotFound: if one is gone
    """
    lacking = [
        server for server in servers if not all(server.obj_attr_is_set(name) for name in names)
    ]
    rows = {
        row["uuid"]: row
        for row in query.list_by_uuids(context, _by_uuid(lacking), context.read_deleted)
    }
    for server in lacking:
        if server.uuid not in rows:
            raise exception.InstanceNotFound(instance_id=server.uuid)
        unset = [name for name in COLUMNS if not server.obj_attr_is_set(name)]
        server.obj_load_columns(rows[server.uuid], unset)


# instance_extra


def _load_extra(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    columns = list(dict.fromkeys(EXTRA_COLUMNS[name] for name in names))
    rows = joins.extras(context, [server.uuid for server in servers], columns)
    for server in servers:
        row: Mapping[Any, Any] = rows.get(server.uuid, {})
        for column in columns:
            _set_extra(server, column, row.get(column), names)


def _set_extra(server: Any, column: str, text: str | None, names: Sequence[str]) -> None:
    with primitives.reading(f"{column} of instance", server.uuid):
        stored = json.loads(text) if text is not None else None
        if column == "flavor":
            # All of them at once: peers that ask for one read the others without asking again.
            for name in FLAVORS:
                if name in names or not server.obj_attr_is_set(name):
                    _set_flavor(server, name, stored)
        elif column == "pci_requests":
            primitive = instance_pci_requests.to_primitive(server.uuid, stored or [])
            server.obj_set_pending(column, primitive)
        elif stored is None:
            server.obj_set_loaded(column, _empty_keypairs() if column == "keypairs" else None)
        else:
            if column == "numa_topology":
                stored = _topology(server, stored)
            server.obj_set_pending(column, stored)


def _set_flavor(server: Any, name: str, stored: Mapping[str, Any] | None) -> None:
    primitive = stored.get(FLAVORS[name]) if stored else None
    if primitive is not None:
        server.obj_set_pending(name, primitive)
    elif name != "flavor":
        server.obj_set_loaded(name, None)


def _empty_keypairs() -> KeyPairList:
    return KeyPairList().obj_fill([])


def _topology(server: Any, stored: dict[str, Any]) -> dict[str, Any]:
    if primitives.NAME not in stored:
        return instance_numa.InstanceNUMATopology.obj_from_db_obj(
            server.obj_context, server.uuid, json.dumps(stored)
        ).obj_to_primitive()
    instance_numa.upgrade_cells(stored)
    return stored


# Tables of their own


def _load_info_cache(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = joins.info_caches(context, _by_uuid(servers))
    for server in servers:
        found = rows.get(server.uuid)
        cache = InstanceInfoCache.from_row(context, found[0]) if found else None
        server.obj_set_loaded("info_cache", cache)


def _load_metadata(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = joins.metadata(context, _by_uuid(servers))
    for server in servers:
        pairs = {row["key"]: row["value"] for row in rows.get(server.uuid, ())}
        server.obj_load_pairs("metadata", pairs)


def _load_system_metadata(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = joins.system_metadata(context, _by_uuid(servers))
    for server in servers:
        # Those of a deleted server were deleted with it, and are still its own.
        pairs = {
            row["key"]: row["value"]
            for row in rows.get(server.uuid, ())
            if not row["deleted"] or server.deleted
        }
        server.obj_load_pairs("system_metadata", pairs)


def _load_tags(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    _load_lists(context, servers, "tags", joins.tags, TagList, Tag)


def _load_security_groups(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    groups = joins.security_groups
    _load_lists(context, servers, "security_groups", groups, SecurityGroupList, SecurityGroup)


def _load_pci_devices(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = joins.pci_devices(context, _by_uuid(servers))
    for server in servers:
        devices = [_pci_device(context, row) for row in rows.get(server.uuid, ())]
        server.obj_set_loaded("pci_devices", PciDeviceList(context).obj_fill(devices))


def _pci_device(context: RequestContext, row: Mapping[Any, Any]) -> PciDevice:
    device = PciDevice(context)
    device.obj_load_row({name: value for name, value in row.items() if name != "extra_info"})
    device.obj_set_loaded("extra_info", json.loads(row["extra_info"] or "{}"))
    return device


def _load_services(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = joins.services(context, list({server.host for server in servers if server.host}))
    for server in servers:
        services = [Service.from_row(context, row) for row in rows.get(server.host, ())]
        server.obj_set_loaded("services", ServiceList(context).obj_fill(services))


def _load_lists(
    context: RequestContext,
    servers: Servers,
    name: str,
    query: Callable[[RequestContext, Sequence[str]], joins.Rows],
    list_class: Any,
    member_class: Any,
) -> None:
    rows = query(context, _by_uuid(servers))
    for server in servers:
        members = []
        for row in rows.get(server.uuid, ()):
            member = member_class(context)
            member.obj_load_row(row)
            members.append(member)
        server.obj_set_loaded(name, list_class(context).obj_fill(members))


def _load_fault(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    rows = fault_query.list_latest_by_instance_uuids(context, _by_uuid(servers))
    faults = {row["instance_uuid"]: InstanceFault.from_row(context, row) for row in rows}
    for server in servers:
        server.obj_set_loaded("fault", faults.get(server.uuid))


def _load_ec2_ids(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    for server in servers:
        # One without a number is left without the ids, and does not keep the others from theirs.
        with contextlib.suppress(exception.InstanceNotFound):
            server.obj_set_loaded("ec2_ids", EC2Ids.get_by_instance(context, server))


#: Field -> what loads it. The uuid is not among them: it is what all else is found by.
LOADERS: dict[str, Loader] = {
    **{name: _load_columns for name in COLUMNS if name != "uuid"},
    **dict.fromkeys(EXTRA_COLUMNS, _load_extra),
    "ec2_ids": _load_ec2_ids,
    "fault": _load_fault,
    "info_cache": _load_info_cache,
    "metadata": _load_metadata,
    "pci_devices": _load_pci_devices,
    "security_groups": _load_security_groups,
    "services": _load_services,
    "system_metadata": _load_system_metadata,
    "tags": _load_tags,
}
