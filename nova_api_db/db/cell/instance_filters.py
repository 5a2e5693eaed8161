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
from nova_api_db.db.cell.instance import FLAGS, INSTANCES, METADATA, SYSTEM_METADATA, TAGS

Condition = sa.ColumnElement[bool]

#: The state of a server that its user deleted but can still get back.
SOFT_DELETED = "soft-delete"

#: Filters whose value, or one of whose values, the column must equal.
EXACT = (
    "uuid", "project_id", "user_id", "image_ref", "vm_state", "task_state", "instance_type_id",
    "host", "locked", "locked_by", "power_state", "launch_index", "memory_mb", "vcpus",
    "root_gb", "ephemeral_gb", "progress", "auto_disk_config", "compute_id", "created_at",
    "updated_at", "launched_at", "terminated_at", "deleted_at", "shutdown_terminate",
    "disable_terminate", "ephemeral_key_uuid", "id",
)  # fmt: skip

#: Filters that are regular expressions, found anywhere in the column, whatever the case.
PATTERNS = (
    "display_name", "display_description", "hostname", "node", "availability_zone", "key_name",
    "reservation_id", "config_drive", "kernel_id", "ramdisk_id", "os_type", "architecture",
    "vm_mode", "root_device_name", "launched_on", "cell_name", "access_ip_v4", "access_ip_v6",
    "user_data", "default_ephemeral_device", "default_swap_device",
)  # fmt: skip

#: Other names of filters.
ALIASES = {"name": "display_name", "description": "display_description", "image": "image_ref"}

#: Every name under which a regular expression may be given.
PATTERN_NAMES = frozenset({*PATTERNS, *ALIASES})


def conditions(filters: Mapping[str, Any], *, dialect: str) -> list[Condition]:
    """Return what all of a list's rows meet.

    Without a ``deleted`` filter deleted and soft-deleted servers are among them.

    :raises Invalid: if a filter's value makes no sense
    """
    wanted = {ALIASES.get(name, name): value for name, value in filters.items()}
    found = list(_visible(wanted))
    for name, value in wanted.items():
        if name in EXACT:
            found.append(_equals(INSTANCES.c[name], value))
        elif name in PATTERNS:
            found.append(_matches(INSTANCES.c[name], value, dialect))
        elif name in _SPECIAL:
            found.extend(_SPECIAL[name](value))
    return found


def _visible(filters: Mapping[str, Any]) -> Iterator[Condition]:
    """Yield what deleted, soft-deleted, hidden and cleaned servers have to do with a list."""
    soft_deleted = INSTANCES.c.vm_state == SOFT_DELETED
    if filters.get("deleted"):
        gone = INSTANCES.c.deleted != 0
        yield sa.or_(gone, soft_deleted) if filters.get("soft_deleted", True) else gone
    elif "deleted" in filters:
        yield soft_delete.live(INSTANCES)
        if not filters.get("soft_deleted", False):
            yield sa.or_(INSTANCES.c.vm_state.is_(None), sa.not_(soft_deleted))
    if "cleaned" in filters:
        yield (INSTANCES.c.cleaned != 0) if filters["cleaned"] else (INSTANCES.c.cleaned == 0)
    hidden = INSTANCES.c.hidden == sa.true()
    yield hidden if filters.get("hidden") else sa.or_(INSTANCES.c.hidden.is_(None), sa.not_(hidden))


def _equals(column: sa.Column[Any], value: Any) -> Condition:
    given = value if isinstance(value, list | tuple | set | frozenset) else [value]
    values = [_typed(column, item) for item in given if item is not None]
    known = [item for item in values if item is not None]
    if column.name in FLAGS:
        # NULL is no.
        return sa.func.coalesce(column, sa.false()).in_(known)
    found = column.in_(known)
    return found if len(values) == len(given) else sa.or_(column.is_(None), found)


def _typed(column: sa.Column[Any], value: Any) -> Any:
    """Return a value as the column's type has it, None if it can be none of the column's."""
    if isinstance(column.type, sa.DateTime):
        return naive(value)
    if isinstance(column.type, sa.Boolean):
        return bool(value)
    if isinstance(column.type, sa.Integer):
        # A number may be asked for as text, as it stands in a URL.
        try:
            return int(value)
        except ValueError:
            return None
    return str(value)


def _matches(column: sa.Column[Any], value: Any, dialect: str) -> Condition:
    if isinstance(value, list | tuple | set | frozenset):
        return sa.or_(sa.false(), *(_matches(column, item, dialect) for item in value))
    if value is None:
        return column.is_(None)
    pattern = str(value)
    check_pattern(column.name, pattern)
    # What any text matches says nothing, and not every engine takes it for a pattern.
    return matches(column, pattern, dialect) if pattern else sa.true()


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
    operator = "~*" if dialect == "postgresql" else "REGEXP"
    return column.op(operator, is_comparison=True)(pattern)


def naive(value: Any) -> datetime.datetime:
    """Return a time, possibly given as ISO text, as rows hold it.

    :raises Invalid: if the text is no time
    """
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
        yield changed_at >= naive(value) if since else changed_at <= naive(value)

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
