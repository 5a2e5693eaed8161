# SPDX-License-Identifier: Apache-2.0
"""What the compute API does around a lookup: query string to filters, server to JSON.

Only as much as is needed to compare lookups with recorded answers (tests/cloud.py).
"""

import dataclasses
import datetime
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from nova_api_db.context import RequestContext
from nova_api_db.objects import Flavor, Instance
from nova_api_db.servers import status
from tests import cloud

#: Query parameter -> filter of a listing, where they have different names.
_RENAMED = {
    "name": "display_name",
    "description": "display_description",
    "image": "image_ref",
    "changes-since": "changes-since",
}
_PAGING = {"limit", "marker", "sort_key", "sort_dir", "all_tenants"}
_LISTS = {"tags", "tags-any", "not-tags", "not-tags-any"}
_BOOLEANS = {"locked", "deleted", "hidden"}


def asker(answer: cloud.Answer) -> RequestContext:
    """Return the context of who asked; who asks for changes sees what was deleted since."""
    return RequestContext(
        user_id=answer.user_id,
        project_id=answer.project_id,
        is_admin=answer.is_admin,
        read_deleted="yes" if "changes-since" in answer.path else "no",
    )


@dataclasses.dataclass(frozen=True)
class Query:
    """The arguments of a lookup that a listing's address stands for."""

    filters: dict[str, Any]
    paging: dict[str, Any]


def query(answer: cloud.Answer, context: Any) -> Query:
    """Return what a recorded `GET /servers...` asked for."""
    _, _, text = answer.path.partition("?")
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True)
    given = dict(pairs)
    filters: dict[str, Any] = {"deleted": False}
    for name, value in given.items():
        if name not in _PAGING:
            filters.update(_filter(context, name, value))
    if "changes-since" in given:
        del filters["deleted"]
    if "all_tenants" not in given:
        filters["project_id"] = answer.project_id
    paging: dict[str, Any] = {}
    keys = [value for name, value in pairs if name == "sort_key"]
    if keys:
        paging["sort_keys"] = keys
        paging["sort_dirs"] = [value for name, value in pairs if name == "sort_dir"]
    if "limit" in given:
        paging["limit"] = int(given["limit"])
    if "marker" in given:
        paging["marker"] = given["marker"]
    return Query(filters, paging)


def _filter(context: Any, name: str, value: str) -> dict[str, Any]:
    match name:
        case "status":
            found: dict[str, Any] = {"vm_state": status.vm_states(value)}
        case "flavor":
            found = {"instance_type_id": Flavor.get_by_flavor_id(context, value).id}
        case "metadata":
            found = {name: json.loads(value)}
        case "config_drive":
            found = {name: "True" if value == "true" else ""}
        case "changes-since":
            found = {name: datetime.datetime.fromisoformat(value)}
        case _ if name in _LISTS:
            found = {name: value.split(",")}
        case _ if name in _BOOLEANS:
            found = {name: value.lower() == "true"}
        case _:
            found = {_RENAMED.get(name, name): value}
    return found


def view(server: Instance) -> dict[str, Any]:
    """Return the fields of a server's JSON that do not need another service or table."""
    flavor = server.flavor
    return {
        "id": server.uuid,
        "name": server.display_name,
        "status": status.of(server),
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "created": time(server.created_at),
        "key_name": server.key_name or None,
        "metadata": dict(server.metadata),
        "config_drive": server.config_drive or "",
        "accessIPv4": str(server.access_ip_v4 or ""),
        "accessIPv6": str(server.access_ip_v6 or ""),
        "image": server.image_ref or "",
        "flavor": {
            "vcpus": flavor.vcpus,
            "ram": flavor.memory_mb,
            "disk": flavor.root_gb,
            "ephemeral": flavor.ephemeral_gb,
            "swap": flavor.swap,
            "original_name": flavor.name,
            "extra_specs": dict(flavor.extra_specs),
        },
        "description": server.display_description,
        "locked": server.locked,
        "tags": sorted(tag.tag for tag in server.tags),
        "OS-DCF:diskConfig": "AUTO" if server.auto_disk_config else "MANUAL",
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:power_state": server.power_state or 0,
        "OS-EXT-SRV-ATTR:hostname": server.hostname,
        "OS-EXT-SRV-ATTR:host": server.host,
        "OS-EXT-SRV-ATTR:hypervisor_hostname": server.node,
        "OS-EXT-SRV-ATTR:kernel_id": server.kernel_id or "",
        "OS-EXT-SRV-ATTR:ramdisk_id": server.ramdisk_id or "",
        "OS-EXT-SRV-ATTR:launch_index": server.launch_index,
        "OS-EXT-SRV-ATTR:reservation_id": server.reservation_id,
        "OS-EXT-SRV-ATTR:root_device_name": server.root_device_name,
        "OS-EXT-SRV-ATTR:user_data": server.user_data,
        "trusted_image_certificates": (
            list(server.trusted_certs.ids) if server.trusted_certs else None
        ),
    }


#: What :func:`view` reads that has a table of its own.
EXPECTED_ATTRS = ("flavor", "metadata", "tags", "trusted_certs")


def recorded(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recorded server's JSON in the form of :func:`view`."""
    known = dict(body)
    if "image" in known:
        known["image"] = known["image"]["id"] if known["image"] else ""
    if "tags" in known:
        known["tags"] = sorted(known["tags"])
    return known


def time(value: datetime.datetime | None) -> str:
    """Return a time as the API writes it."""
    if value is None:
        return ""
    return value.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
