# SPDX-License-Identifier: Apache-2.0
"""The stored form of a RequestSpec, as changes to its primitive.

What belongs to one request only is not stored: a later move would be held to hosts, retries and
networks that were right at boot.
"""

import copy
from typing import Any

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.objects import instance_numa, primitives
from nova_api_db.objects.instance_group import InstanceGroup

#: Stored as null where they say anything.
NULL_IN_STORE = ("retry", "requested_destination", "requested_resources", "ignore_hosts")

#: Not stored where they say anything.
ABSENT_FROM_STORE = ("network_metadata", "requested_networks", "request_level_params")

#: The members and hosts of a group are read from its own tables each time.
READ_ANEW_IN_GROUP = ("members", "hosts")

_ABSENT_AFTER_LOAD = ("requested_destination", "requested_resources", *ABSENT_FROM_STORE)
_NULL_AFTER_LOAD = ("retry", "ignore_hosts")


def strip(primitive: primitives.Primitive) -> None:
    """Make the primitive of a RequestSpec the one to store, in place."""
    data = primitive[primitives.DATA]
    for name in NULL_IN_STORE:
        if data.get(name):
            data[name] = None
    for name in ABSENT_FROM_STORE:
        if name in data and _says_anything(data[name]):
            del data[name]
    group = data.get("instance_group")
    if group is not None:
        data["instance_group"] = _strip_group(group)
        _add_changes(primitive, ["instance_group"])
    changes = primitive.get(primitives.CHANGES)
    if changes is not None:
        primitive[primitives.CHANGES] = [name for name in changes if name in data]


def _says_anything(value: primitives.Primitive | None) -> bool:
    """Say whether an object is there, and if it is a list, whether it has members."""
    if value is None:
        return False
    return bool(value[primitives.DATA].get("objects", True))


def _strip_group(group: primitives.Primitive) -> primitives.Primitive:
    stripped = dict(group)
    stripped[primitives.DATA] = {**group[primitives.DATA], **dict.fromkeys(READ_ANEW_IN_GROUP)}
    _add_changes(stripped, READ_ANEW_IN_GROUP)
    return stripped


def _add_changes(primitive: primitives.Primitive, names: Any) -> None:
    changes = primitive.get(primitives.CHANGES, [])
    primitive[primitives.CHANGES] = [*changes, *(name for name in names if name not in changes)]


def restore(primitive: primitives.Primitive) -> None:
    """Make a stored primitive the one to load, in place.

    Whatever an older release left in the text, what belongs to one request only is not loaded.
    """
    data = primitive[primitives.DATA]
    for name in _ABSENT_AFTER_LOAD:
        data.pop(name, None)
    for name in _NULL_AFTER_LOAD:
        data[name] = None
    topology = data.get("numa_topology")
    if topology is not None:
        instance_numa.upgrade_cells(topology)
    primitive.pop(primitives.CHANGES, None)


class Groups:
    """The instance groups that specs refer to, each read once."""

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self._found: dict[str, InstanceGroup | None] = {}

    def find(self, uuid: str) -> InstanceGroup | None:
        """Return a group, None if it is gone; each caller gets its own."""
        if uuid not in self._found:
            try:
                self._found[uuid] = InstanceGroup.get_by_uuid(self._context, uuid)
            except exception.InstanceGroupNotFound:
                self._found[uuid] = None
        return copy.deepcopy(self._found[uuid])
