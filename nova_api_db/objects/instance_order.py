# SPDX-License-Identifier: Apache-2.0
"""How servers are sorted, wherever they stand: by some fields, and by uuid where those tie."""

import dataclasses
import datetime
import functools
from collections.abc import Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.db.cell.instance import FLAGS

#: What servers can be sorted by: their own columns, but for those that hold documents.
SORT_KEYS = frozenset({
    "access_ip_v4", "access_ip_v6", "architecture", "auto_disk_config", "availability_zone",
    "cell_name", "cleaned", "compute_id", "config_drive", "created_at",
    "default_ephemeral_device", "default_swap_device", "deleted", "deleted_at",
    "disable_terminate", "display_description", "display_name", "ephemeral_gb",
    "ephemeral_key_uuid", "hidden", "host", "hostname", "id", "image_ref", "instance_type_id",
    "kernel_id", "key_name", "launch_index", "launched_at", "locked", "locked_by", "memory_mb",
    "node", "os_type", "power_state", "progress", "project_id", "ramdisk_id", "reservation_id",
    "root_device_name", "root_gb", "shutdown_terminate", "task_state", "terminated_at",
    "updated_at", "user_id", "uuid", "vcpus", "vm_mode", "vm_state",
})  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Fields and directions (``asc``, ``desc``), ending in the uuid: no two servers tie."""

    keys: tuple[str, ...]
    directions: tuple[str, ...]

    @classmethod
    def by(cls, keys: Sequence[str] | None, directions: Sequence[str] | None = None) -> Self:
        """Complete what was asked for: missing directions repeat the first, uuid breaks ties.

        :raises InvalidSortKey: if servers cannot be sorted by a key
        :raises InvalidSortDirection: if a direction is neither ``asc`` nor ``desc``
        """
        keys = list(keys or ("created_at",))
        directions = list(directions or ("desc" if keys == ["created_at"] else "asc",))
        if len(directions) > len(keys):
            raise exception.Invalid(reason="there are more sort directions than sort keys")
        for direction in directions:
            if direction not in ("asc", "desc"):
                raise exception.InvalidSortDirection(direction=direction)
        for key in keys:
            if key not in SORT_KEYS:
                raise exception.InvalidSortKey
        directions += directions[:1] * (len(keys) - len(directions))
        if "uuid" not in keys:
            keys.append("uuid")
            directions.append("asc")
        return cls(tuple(keys), tuple(directions))

    def values(self, server: Any) -> list[Any]:
        """Return a server's value of each key; datetimes are naive UTC, as rows hold them."""
        return [
            bool(getattr(server, key)) if key in FLAGS else _plain(getattr(server, key))
            for key in self.keys
        ]

    def key(self, server: Any) -> tuple[Any, ...]:
        """Return what compares servers as the databases do."""
        return tuple(
            _Descending(_comparable(value)) if direction == "desc" else _comparable(value)
            for value, direction in zip(self.values(server), self.directions, strict=True)
        )


@functools.total_ordering
class _Descending:
    """A value that comes before those smaller than itself."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.value == other.value)

    def __lt__(self, other: "_Descending") -> bool:
        return bool(other.value < self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    if value is None or isinstance(value, str | int | float | datetime.datetime):
        return value
    return str(value)


def _comparable(value: Any) -> tuple[bool, Any]:
    """Return the value so that None comes first."""
    return (value is not None, value)
