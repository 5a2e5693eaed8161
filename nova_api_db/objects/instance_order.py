# SPDX-License-Identifier: Apache-2.0
"""How servers are sorted, wherever they stand: by some fields, and by uuid where those tie."""

import dataclasses
import datetime
import functools
from collections.abc import Callable, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.db import paging

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
        return [_plain(getattr(server, key)) for key in self.keys]

    def comparer(self, fold: Callable[[str], str] = paging.FOLDS["sqlite"]) -> Callable[[Any], Any]:
        """Return a sort key for servers that compares as the databases do.

        :param fold: what text is compared as, one of :data:`nova_api_db.db.paging.FOLDS`
        """
        descending = [direction == "desc" for direction in self.directions]

        def compare(one: list[Any], other: list[Any]) -> int:
            for mine, its, reverse in zip(one, other, descending, strict=True):
                if mine != its:
                    return -1 if (mine < its) != reverse else 1
            return 0

        wrap = functools.cmp_to_key(compare)

        def key(server: Any) -> Any:
            return wrap([_comparable(value, fold) for value in self.values(server)])

        return key


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    if value is None or isinstance(value, str | int | float | datetime.datetime):
        return value
    return str(value)


def _comparable(value: Any, fold: Callable[[str], str]) -> tuple[bool, Any]:
    """Return the value so that None comes first and text compares as it is folded."""
    if value is None:
        return (False, "")
    return (True, fold(value) if isinstance(value, str) else value)
