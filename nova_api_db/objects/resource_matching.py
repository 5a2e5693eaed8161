# SPDX-License-Identifier: Apache-2.0
"""Find out which resource provider gives which of the resources that were asked for.

Placement answers a request with what is allocated on each provider, not with whose it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nova_api_db import exception
from nova_api_db.objects.request_group import RequestGroup

#: Resource provider -> ``{"resources": {class: amount}}``.
Allocations = Mapping[str, Mapping[str, Any]]

#: Resource provider -> its traits.
Traits = Mapping[str, Sequence[str]]


def match(groups: Sequence[RequestGroup], allocations: Allocations, traits: Traits) -> list[str]:
    """Return the provider of each group.

    Together the groups of a provider have to ask for exactly what is allocated on it, in those
    resource classes that any group asks for.

    :raises Invalid: if there is no such match, or a group asks for what only placement can check
    """
    for group in groups:
        if not group.use_same_provider or group.aggregates or group.forbidden_aggregates:
            raise exception.Invalid(
                reason=f"resource group {group.requester_id} spans providers or names aggregates, "
                "so its provider cannot be told from the allocations"
            )
    classes = {name for group in groups for name in group.resources}
    left = {
        provider: {name: amount for name, amount in given["resources"].items() if name in classes}
        for provider, given in allocations.items()
    }
    found = _assign(list(groups), left, traits)
    if found is None:
        names = ", ".join(str(group.requester_id) for group in groups)
        raise exception.Invalid(
            reason=f"what is allocated is not what the resource groups {names} ask for"
        )
    return found


def _assign(
    groups: list[RequestGroup], left: dict[str, dict[str, int]], traits: Traits
) -> list[str] | None:
    """Give the groups providers, one after the other; None if nothing fits what is left."""
    if not groups:
        is_used_up = not any(amount for resources in left.values() for amount in resources.values())
        return [] if is_used_up else None
    group, *others = groups
    for provider, resources in left.items():
        if not _fits(group, resources, traits.get(provider, ())):
            continue
        rest = {name: amount - group.resources.get(name, 0) for name, amount in resources.items()}
        found = _assign(others, {**left, provider: rest}, traits)
        if found is not None:
            return [provider, *found]
    return None


def _fits(group: RequestGroup, resources: Mapping[str, int], traits: Sequence[str]) -> bool:
    return (
        all(amount <= resources.get(name, 0) for name, amount in group.resources.items())
        and group.required_traits.issubset(traits)
        and group.forbidden_traits.isdisjoint(traits)
    )
