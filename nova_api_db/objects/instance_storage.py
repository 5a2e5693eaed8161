# SPDX-License-Identifier: Apache-2.0
"""How the fields of a server are stored: columns of its row, and documents of instance_extra."""

import datetime
import json
from collections.abc import Callable, Iterable
from typing import Any

from nova_api_db.db.cell import instance as query
from nova_api_db.objects import base, primitives

#: Fields that are columns of the server's own row.
COLUMNS = tuple(column.name for column in query.INSTANCES.columns if column.name != "internal_id")

#: Fields that are dictionaries with a row per item.
PAIRS = ("metadata", "system_metadata")

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

#: What a new server is stored without when there is nothing in it.
NULL_WHEN_EMPTY = frozenset({"numa_topology", "resources"})


def columns(server: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the columns of the server's row that hold some fields."""
    wanted = set(names)
    row = {name: _to_column(getattr(server, name)) for name in COLUMNS if name in wanted}
    # Numbers in the table, and PostgreSQL takes no boolean for one.
    row.update({name: int(row[name]) for name in ("deleted", "cleaned") if name in row})
    return row


def _to_column(value: Any) -> Any:
    """Return a field's value as its column takes it: naive UTC times, addresses as text."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def documents(server: Any, names: Iterable[str], *, new: bool = False) -> dict[str, str | None]:
    """Return the columns of instance_extra that hold some fields; other names are passed over.

    :param new: the server is not stored yet
    """
    found: dict[str, str | None] = {}
    for name in EXTRA_COLUMNS.keys() & set(names):
        column = EXTRA_COLUMNS[name]
        value = getattr(server, name)
        if column == "flavor":
            found[column] = _flavors(server, new=new)
        elif value is None or (new and name in NULL_WHEN_EMPTY and not len(value)):
            found[column] = None
        else:
            found[column] = _TEXTS.get(column, base.to_json)(value)
    return found


#: Columns whose text is not that of a versioned object.
_TEXTS: dict[str, Callable[[Any], str]] = {"pci_requests": lambda requests: requests.to_json()}


def _flavors(server: Any, *, new: bool) -> str:
    """Return the text of the flavors: now, before and after a resize."""
    stored = {}
    for name, key in FLAVORS.items():
        # A server that is stored loads those of its flavors that were not touched.
        known = server.obj_attr_is_set(name) or not new
        flavor = getattr(server, name) if known else None
        stored[key] = None if flavor is None else _without_description(flavor)
    return json.dumps(stored)


def _without_description(flavor: Any) -> primitives.Primitive:
    primitive: primitives.Primitive = flavor.obj_to_primitive()
    if "description" in primitive[primitives.DATA]:
        primitive[primitives.DATA]["description"] = None
    return primitive


def network_info(server: Any) -> str | None:
    """Return the text of the interfaces; None if nothing was seen of them yet."""
    cache = server.info_cache
    if cache is None:
        return None
    text: str | None = cache.obj_to_primitive()[primitives.DATA].get("network_info")
    return text
