# SPDX-License-Identifier: Apache-2.0
"""Filters of server lists as SQL conditions.

Names that are not known are ignored, as callers pass on more than is meant for the database.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from nova_api_db import exception
from nova_api_db.db import soft_delete
from nova_api_db.db.cell.instance import INSTANCES, METADATA, SYSTEM_METADATA, TAGS

Condition = sa.ColumnElement[bool]

#: The state of a server that its user deleted but can still get back.
SOFT_DELETED = "soft-delete"

#: Filters whose value, or one of whose values, the column must equal.
EXACT = (
    "uuid", "project_id", "user_id", "image_ref", "vm_state", "task_state", "instance_type_id",
    "host", "node", "locked", "locked_by", "power_state", "launch_index", "memory_mb", "vcpus",
    "root_gb", "ephemeral_gb", "progress", "auto_disk_config", "compute_id", "created_at",
    "updated_at", "launched_at", "terminated_at", "deleted_at", "shutdown_terminate",
    "disable_terminate", "ephemeral_key_uuid", "id",
)  # fmt: skip

#: Filters that are regular expressions, found anywhere in the column, whatever the case.
PATTERNS = (
    "display_name", "display_description", "hostname", "availability_zone", "key_name",
    "reservation_id", "config_drive", "kernel_id", "ramdisk_id", "os_type", "architecture",
    "vm_mode", "root_device_name", "launched_on", "cell_name", "access_ip_v4", "access_ip_v6",
    "user_data", "default_ephemeral_device", "default_swap_device",
)  # fmt: skip

#: Other names of filters.
ALIASES = {"name": "display_name", "description": "display_description", "image": "image_ref"}


def conditions(
    filters: Mapping[str, Any], *, dialect: str, read_deleted: str = "no"
) -> list[Condition]:
    """Return what all of a list's rows meet.

    :param read_deleted: ``no``, ``yes`` or ``only``; counts where no ``deleted`` filter is given
    :raises Invalid: if a filter's value makes no sense
    """
    wanted = {ALIASES.get(name, name): value for name, value in filters.items()}
    found = list(_visible(wanted, read_deleted))
    for name, value in wanted.items():
        if name in EXACT:
            found.append(_equals(INSTANCES.c[name], value))
        elif name in PATTERNS:
            found.append(_matches(INSTANCES.c[name], value, dialect))
        elif name in _SPECIAL:
            found.extend(_SPECIAL[name](value))
    return found


def _visible(filters: Mapping[str, Any], read_deleted: str) -> Iterator[Condition]:
    """Yield what deleted, soft-deleted, hidden and cleaned servers have to do with a list."""
    soft_deleted = INSTANCES.c.vm_state == SOFT_DELETED
    if "deleted" not in filters:
        yield soft_delete.shown(INSTANCES, read_deleted)
    elif filters["deleted"]:
        gone = INSTANCES.c.deleted != 0
        yield sa.or_(gone, soft_deleted) if filters.get("soft_deleted", True) else gone
    else:
        yield soft_delete.live(INSTANCES)
        if not filters.get("soft_deleted", False):
            yield sa.or_(INSTANCES.c.vm_state.is_(None), sa.not_(soft_deleted))
    if "cleaned" in filters:
        yield (INSTANCES.c.cleaned != 0) if filters["cleaned"] else (INSTANCES.c.cleaned == 0)
    hidden = INSTANCES.c.hidden == sa.true()
    yield hidden if filters.get("hidden") else sa.or_(INSTANCES.c.hidden.is_(None), sa.not_(hidden))


def _equals(column: sa.Column[Any], value: Any) -> Condition:
    if isinstance(value, datetime.datetime):
        value = _naive(value)
    if not isinstance(value, list | tuple | set | frozenset):
        return column.is_(None) if value is None else column == value
    values = [item for item in value if item is not None]
    if len(values) < len(value):
        return sa.or_(column.is_(None), column.in_(values))
    return column.in_(values)


def _matches(column: sa.Column[Any], value: Any, dialect: str) -> Condition:
    if value is None:
        return column.is_(None)
    if isinstance(value, list | tuple | set | frozenset):
        return sa.or_(sa.false(), *(_matches(column, item, dialect) for item in value))
    pattern = str(value)
    check_pattern(column.name, pattern)
    return matches(column, pattern, dialect)


def check_pattern(name: str, pattern: str) -> None:
    """Raise Invalid unless a filter's value is a regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise exception.Invalid(
            reason=f"filter {name}: {pattern!r} is no regular expression ({error})"
        ) from None


def matches(column: sa.ColumnElement[Any], pattern: str, dialect: str) -> Condition:
    """Return the condition that a column holds a match, whatever the case."""
    operator = {"postgresql": "~*"}.get(dialect, "REGEXP")
    return column.op(operator, is_comparison=True)(pattern)


def _naive(value: Any) -> datetime.datetime:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise exception.Invalid(reason=f"{value!r} is no time") from None
    if value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value  # type: ignore[no-any-return]


def _changed(since: bool) -> Callable[[Any], Iterator[Condition]]:
    def changed(value: Any) -> Iterator[Condition]:
        changed_at = sa.func.coalesce(INSTANCES.c.updated_at, INSTANCES.c.created_at)
        yield changed_at >= _naive(value) if since else changed_at <= _naive(value)

    return changed


# Tags


def _has_tag(tag: str) -> Condition:
    return sa.exists().where(TAGS.c.resource_id == INSTANCES.c.uuid, TAGS.c.tag == tag)


def _has_any_tag(tags: Iterable[str]) -> Condition:
    return sa.exists().where(TAGS.c.resource_id == INSTANCES.c.uuid, TAGS.c.tag.in_(_listed(tags)))


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | Mapping) else list(value)


def _tags(value: Any) -> Iterator[Condition]:
    yield from (_has_tag(tag) for tag in _listed(value))


def _tags_any(value: Any) -> Iterator[Condition]:
    yield _has_any_tag(value)


def _not_tags(value: Any) -> Iterator[Condition]:
    yield sa.not_(sa.and_(sa.true(), *(_has_tag(tag) for tag in _listed(value))))


def _not_tags_any(value: Any) -> Iterator[Condition]:
    yield sa.not_(_has_any_tag(value))


# Metadata


def _pairs(table: sa.Table) -> Callable[[Any], Iterator[Condition]]:
    """Return a filter of pairs: a dict, or several, all of whose items a server must have."""

    def pairs(value: Any) -> Iterator[Condition]:
        for wanted in _listed(value):
            if not isinstance(wanted, Mapping):
                raise exception.Invalid(reason=f"filter metadata: {wanted!r} is no mapping")
            for key, text in wanted.items():
                yield sa.exists().where(
                    table.c.instance_uuid == INSTANCES.c.uuid,
                    soft_delete.live(table),
                    table.c.key == key,
                    table.c.value == text,
                )

    return pairs


_SPECIAL: dict[str, Callable[[Any], Iterator[Condition]]] = {
    "changes-since": _changed(since=True),
    "changes-before": _changed(since=False),
    "tags": _tags,
    "tags-any": _tags_any,
    "not-tags": _not_tags,
    "not-tags-any": _not_tags_any,
    "metadata": _pairs(METADATA),
    "system_metadata": _pairs(SYSTEM_METADATA),
}
