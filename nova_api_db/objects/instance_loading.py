# SPDX-License-Identifier: Apache-2.0
"""What hangs on servers and how it is loaded: for one when first read, for a list beforehand.

One table says for each such field where it comes from; both ways go through it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_joins as joins
from nova_api_db.objects import base, instance_numa, instance_pci_requests
from nova_api_db.objects.instance_fault import InstanceFault
from nova_api_db.objects.instance_info_cache import InstanceInfoCache
from nova_api_db.objects.keypair import KeyPairList
from nova_api_db.objects.pci_device import PciDevice, PciDeviceList
from nova_api_db.objects.security_group import SecurityGroup, SecurityGroupList
from nova_api_db.objects.service import Service, ServiceList
from nova_api_db.objects.tag import Tag, TagList

#: Field -> the column of instance_extra that holds it.
EXTRA_COLUMNS = {
    "flavor": "flavor",
    "old_flavor": "flavor",
    "new_flavor": "flavor",
    "numa_topology": "numa_topology",
    "pci_requests": "pci_requests",
    "device_metadata": "device_metadata",
    "migration_context": "migration_context",
    "keypairs": "keypairs",
    "trusted_certs": "trusted_certs",
    "vcpu_model": "vcpu_model",
    "resources": "resources",
}

#: Field of a server -> key of the stored flavors.
FLAVORS = {"flavor": "cur", "old_flavor": "old", "new_flavor": "new"}

Servers = Sequence[Any]


def load(context: RequestContext, servers: Servers, names: Iterable[str]) -> None:
    """Load fields of servers: one statement a table, however many servers there are.

    :raises ObjectActionError: if a field cannot be loaded
    :raises UnreadableRecord: if what is stored cannot be read
    """
    wanted = list(dict.fromkeys(names))
    in_extra = [name for name in wanted if name in EXTRA_COLUMNS]
    if in_extra:
        _load_extra(context, servers, in_extra)
    for name in wanted:
        if name in EXTRA_COLUMNS:
            continue
        loader = LOADERS.get(name)
        if loader is None:
            raise exception.ObjectActionError(
                action="obj_load_attr", reason=f"attribute {name} not lazy-loadable"
            )
        loader(context, servers)


# instance_extra


def _load_extra(context: RequestContext, servers: Servers, names: Sequence[str]) -> None:
    columns = list(dict.fromkeys(EXTRA_COLUMNS[name] for name in names))
    rows = joins.extras(context, [server.uuid for server in servers], columns)
    for server in servers:
        row: Mapping[Any, Any] = rows.get(server.uuid, {})
        for column in columns:
            _set_extra(server, column, row.get(column), names)


def _set_extra(server: Any, column: str, text: str | None, names: Sequence[str]) -> None:
    with base.reading(f"{column} of instance", server.uuid):
        stored = json.loads(text) if text is not None else None
        if column == "flavor":
            for name in FLAVORS.keys() & set(names):
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
    else:
        raise KeyError("cur")


def _empty_keypairs() -> KeyPairList:
    return KeyPairList().obj_fill([])


def _topology(server: Any, stored: dict[str, Any]) -> dict[str, Any]:
    if base.NAME not in stored:
        return instance_numa.InstanceNUMATopology.obj_from_db_obj(
            server.obj_context, server.uuid, json.dumps(stored)
        ).obj_to_primitive()
    instance_numa.upgrade_cells(stored)
    return stored


# Tables of their own


def _by_uuid(servers: Servers) -> list[str]:
    return [server.uuid for server in servers]


def _load_info_cache(context: RequestContext, servers: Servers) -> None:
    rows = joins.info_caches(context, _by_uuid(servers))
    for server in servers:
        found = rows.get(server.uuid)
        cache = None
        if found:
            cache = InstanceInfoCache(context)
            cache.obj_load_row(found[0], _ROW_OF_INFO_CACHE)
            text = found[0]["network_info"]
            cache.obj_set_pending("network_info", text if text is not None else "[]")
        server.obj_set_loaded("info_cache", cache)


_ROW_OF_INFO_CACHE = ("instance_uuid", "created_at", "updated_at", "deleted_at", "deleted")


def _load_metadata(context: RequestContext, servers: Servers) -> None:
    rows = joins.metadata(context, _by_uuid(servers))
    for server in servers:
        pairs = {row["key"]: row["value"] for row in rows.get(server.uuid, ())}
        server.obj_load_pairs("metadata", pairs)


def _load_system_metadata(context: RequestContext, servers: Servers) -> None:
    rows = joins.system_metadata(context, _by_uuid(servers))
    for server in servers:
        pairs = {
            row["key"]: row["value"]
            for row in rows.get(server.uuid, ())
            if not row["deleted"] or server.deleted
        }
        server.obj_load_pairs("system_metadata", pairs)


def _load_tags(context: RequestContext, servers: Servers) -> None:
    _load_lists(context, servers, "tags", joins.tags, TagList, Tag)


def _load_security_groups(context: RequestContext, servers: Servers) -> None:
    query = joins.security_groups
    _load_lists(context, servers, "security_groups", query, SecurityGroupList, SecurityGroup)


def _load_pci_devices(context: RequestContext, servers: Servers) -> None:
    rows = joins.pci_devices(context, _by_uuid(servers))
    for server in servers:
        devices = [_pci_device(context, row) for row in rows.get(server.uuid, ())]
        server.obj_set_loaded("pci_devices", PciDeviceList(context).obj_fill(devices))


def _pci_device(context: RequestContext, row: Mapping[Any, Any]) -> PciDevice:
    device = PciDevice(context)
    device.obj_load_row({name: value for name, value in row.items() if name != "extra_info"})
    device.obj_set_loaded("extra_info", json.loads(row["extra_info"] or "{}"))
    return device


def _load_services(context: RequestContext, servers: Servers) -> None:
    hosts = list({server.host for server in servers if server.host})
    rows = joins.services(context, hosts)
    for server in servers:
        services = []
        for row in rows.get(server.host, ()):
            service = Service(context)
            service.obj_load_row(row)
            services.append(service)
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


def _load_fault(context: RequestContext, servers: Servers) -> None:
    rows = joins.faults(context, _by_uuid(servers))
    for server in servers:
        fault = None
        if rows.get(server.uuid):
            fault = InstanceFault(context)
            fault.obj_load_row(rows[server.uuid][0])
        server.obj_set_loaded("fault", fault)


LOADERS: dict[str, Callable[[RequestContext, Servers], None]] = {
    "fault": _load_fault,
    "info_cache": _load_info_cache,
    "metadata": _load_metadata,
    "pci_devices": _load_pci_devices,
    "security_groups": _load_security_groups,
    "services": _load_services,
    "system_metadata": _load_system_metadata,
    "tags": _load_tags,
}
