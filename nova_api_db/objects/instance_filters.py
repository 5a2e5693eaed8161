# SPDX-License-Identifier: Apache-2.0
"""The filters of server lists on objects, for servers that stand in no cell's tables yet.

Names and meanings are those of :mod:`nova_api_db.db.cell.instance_filters`, which says the same in
SQL.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nova_api_db import exception
from nova_api_db.db.cell import instance_filters as in_sql
from nova_api_db.db.cell.instance import FLAGS
from nova_api_db.objects.instance import Instance

Check = Callable[[Instance], bool]


def matching(filters: Mapping[str, Any]) -> Check:
    """Return what says whether a server meets all filters; unknown ones are ignored.

    :raises Invalid: if a filter's value makes no sense
    """
    wanted = {in_sql.ALIASES.get(name, name): value for name, value in filters.items()}
    checks = [*_visible(wanted)]
    for name, value in wanted.items():
        if name in in_sql.EXACT:
            checks.append(_equals(name, value))
        elif name in in_sql.PATTERNS:
            checks.append(_matches(name, value))
        elif name in _SPECIAL:
            checks.append(_SPECIAL[name](value))
    return lambda server: all(check(server) for check in checks)


def value_of(server: Instance, name: str) -> Any:
    """Return a field, None if it is not set: a row would have NULL."""
    return getattr(server, name) if server.obj_attr_is_set(name) else None


def _visible(filters: Mapping[str, Any]) -> Iterator[Check]:
    """Yield what deleted, soft-deleted, hidden and cleaned servers have to do with a list."""
    takes_soft = filters.get("soft_deleted", bool(filters.get("deleted")))
    if filters.get("deleted"):
        yield (
            lambda server: _flag(server, "deleted") or bool(takes_soft and _is_soft_deleted(server))
        )
    elif "deleted" in filters:
        yield _has_flag("deleted", wanted=False)
        if not takes_soft:
            yield lambda server: not _is_soft_deleted(server)
    if "cleaned" in filters:
        yield _has_flag("cleaned", wanted=bool(filters["cleaned"]))
    yield _has_flag("hidden", wanted=bool(filters.get("hidden")))


def _has_flag(name: str, *, wanted: bool) -> Check:
    return lambda server: _flag(server, name) == wanted


def _flag(server: Instance, name: str) -> bool:
    return bool(value_of(server, name))


def _is_soft_deleted(server: Instance) -> bool:
    return bool(value_of(server, "vm_state") == in_sql.SOFT_DELETED)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _equals(name: str, value: Any) -> Check:
    wanted = [_plain(item) for item in _listed(value)]
    texts = {str(item) for item in wanted if isinstance(item, str)}

    def equals(server: Instance) -> bool:
        held = _plain(value_of(server, name))
        if name in FLAGS:
            # What is not said is no.
            held = bool(held)
        # A number may be asked for as text, as it stands in a URL.
        return held in wanted or (type(held) is int and str(held) in texts)

    return equals


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value


def _matches(name: str, value: Any) -> Check:
    wanted = _listed(value)
    takes_null = None in wanted
    patterns = [_compiled(name, item) for item in wanted if item is not None]
    if "" in wanted:
        return lambda _: True

    def matches(server: Instance) -> bool:
        held = value_of(server, name)
        if held is None:
            return takes_null
        text = str(held)
        return any(pattern.search(text) for pattern in patterns)

    return matches


def _compiled(name: str, value: Any) -> re.Pattern[str]:
    in_sql.check_pattern(name, str(value))
    return re.compile(str(value), re.IGNORECASE)


def _changed_since(value: Any) -> Check:
    limit = in_sql.naive(value)
    return lambda server: (changed := _changed_at(server)) is not None and changed >= limit


def _changed_before(value: Any) -> Check:
    limit = in_sql.naive(value)
    return lambda server: (changed := _changed_at(server)) is not None and changed <= limit


def _changed_at(server: Instance) -> datetime.datetime | None:
    changed = value_of(server, "updated_at") or value_of(server, "created_at")
    return None if changed is None else _plain(changed)


def _tags(meets: Callable[[set[str], set[str]], bool]) -> Callable[[Any], Check]:
    """Return a filter that compares the tags asked for with those of a server."""

    def tags(value: Any) -> Check:
        wanted = {value} if isinstance(value, str) else set(value)
        return lambda server: meets(wanted, {tag.tag for tag in value_of(server, "tags") or ()})

    return tags


def _pairs(name: str) -> Callable[[Any], Check]:
    """Return a filter of pairs: a dict, or several, all of whose items a server must have."""

    def pairs(value: Any) -> Check:
        items: list[tuple[str, Any]] = []
        for wanted in [value] if isinstance(value, str | Mapping) else value:
            if not isinstance(wanted, Mapping):
                raise exception.Invalid(reason=f"filter {name}: {wanted!r} is no mapping")
            items.extend(wanted.items())
        if any(text is None for _, text in items):
            # As in SQL, where nothing equals NULL.
            return lambda _: False

        def has_all(server: Instance) -> bool:
            held = value_of(server, name) or {}
            return all(held.get(key) == text for key, text in items)

        return has_all

    return pairs


def address_check(filters: Mapping[str, Any]) -> Check | None:
    """Return what says whether a server meets the filters of addresses, None without any.

    :raises Invalid: if a filter's value is no regular expression
    """
    checks = [check(filters[name]) for name, check in _ADDRESSES.items() if filters.get(name)]
    return (lambda server: all(check(server) for check in checks)) if checks else None


def _address(version: int) -> Callable[[Any], Check]:
    """Return a filter of the addresses of an IP version; only a server with ports has any."""

    def address(value: Any) -> Check:
        patterns = [_compiled(f"ip (version {version})", item) for item in _listed(value)]
        return lambda server: any(
            pattern.search(held) for held in _addresses(server, version) for pattern in patterns
        )

    return address


def _addresses(server: Instance, version: int) -> Iterable[str]:
    cache = value_of(server, "info_cache")
    interfaces: Any = cache.network_info if cache is not None else None
    for interface in interfaces or ():
        for subnet in (interface.get("network") or {}).get("subnets") or ():
            for ip in subnet.get("ips") or ():
                if ip.get("version") == version:
                    yield ip["address"]


_ADDRESSES = {"ip": _address(4), "ip6": _address(6)}

_SPECIAL: dict[str, Callable[[Any], Check]] = {
    "changes-since": _changed_since,
    "changes-before": _changed_before,
    "tags": _tags(set.issubset),
    "tags-any": _tags(lambda wanted, held: not wanted.isdisjoint(held)),
    "not-tags": _tags(lambda wanted, held: not wanted <= held),
    "not-tags-any": _tags(set.isdisjoint),
    "metadata": _pairs("metadata"),
    "system_metadata": _pairs("system_metadata"),
    **_ADDRESSES,
}
