# SPDX-License-Identifier: Apache-2.0
"""What a request asks of placement; parts of a RequestSpec, never stored."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.objects import base, fields, unset


@base.NovaObjectRegistry.register
class RequestGroup(base.EphemeralObject):
    """Resources and traits that one provider has to have."""

    # 1.3: field forbidden_aggregates
    # 1.2: field in_tree
    # 1.1: fields requester_id, provider_uuids
    VERSION = "1.3"

    added_in = {
        "requester_id": "1.1",
        "provider_uuids": "1.1",
        "in_tree": "1.2",
        "forbidden_aggregates": "1.3",
    }

    fields = {
        "use_same_provider": fields.BooleanField(default=True),
        "resources": fields.DictOfIntegersField(default={}),
        "required_traits": fields.SetOfStringsField(default=set()),
        "forbidden_traits": fields.SetOfStringsField(default=set()),
        "aggregates": fields.ListOfListsOfStringsField(default=[]),
        "forbidden_aggregates": fields.SetOfStringsField(default=set()),
        "requester_id": fields.StringField(nullable=True, default=fields.NONE),
        "provider_uuids": fields.ListOfUUIDField(default=[]),
        "in_tree": fields.UUIDField(nullable=True, default=fields.NONE),
    }

    @classmethod
    def from_port_request(
        cls, context: Any, port_uuid: str, port_resource_request: Mapping[str, Any]
    ) -> Self:
        """Make one from what a port asks for: ``resources`` and ``required`` traits."""
        return cls(
            context,
            use_same_provider=True,
            resources=port_resource_request["resources"],
            required_traits=set(port_resource_request.get("required", ())),
            requester_id=port_uuid,
        )

    @classmethod
    def from_extended_port_request(
        cls, context: Any, port_resource_request: Mapping[str, Any]
    ) -> list[Self]:
        """Make one for each of the ``request_groups`` that a port asks for."""
        return [
            cls.from_port_request(context, group["id"], group)
            for group in port_resource_request.get("request_groups", ())
        ]

    def add_resource(self, rclass: str, amount: int) -> None:
        """Ask for an amount of a resource class; zero stays until strip_zeros()."""
        self.resources[rclass] = amount

    def add_trait(self, trait_name: str, trait_type: str) -> None:
        """Take in a trait that is ``required`` or ``forbidden``; others have no effect."""
        if trait_type == "required":
            self.required_traits.add(trait_name)
        elif trait_type == "forbidden":
            self.forbidden_traits.add(trait_name)

    def strip_zeros(self) -> None:
        """Drop the resource classes of which nothing is asked for."""
        self.resources = {name: amount for name, amount in self.resources.items() if amount}

    def is_empty(self) -> bool:
        """Say whether this asks for no resource, no trait and no aggregate."""
        return not any(
            (
                self.resources,
                self.required_traits,
                self.forbidden_traits,
                self.aggregates,
                self.forbidden_aggregates,
            )
        )

    def to_queryparams(self) -> list[tuple[str, str]]:
        """Return the parameters of a query for allocation candidates that ask for this group.

        Their names end in who asked for it, which tells groups apart.
        """
        suffix = self.requester_id or ""
        amounts = sorted(self.resources.items())
        traits = [*sorted(self.required_traits), *(f"!{t}" for t in sorted(self.forbidden_traits))]
        params = [("resources", ",".join(f"{name}:{amount}" for name, amount in amounts))]
        if traits:
            params.append(("required", ",".join(traits)))
        params += [("member_of", "in:" + ",".join(sorted(any_of))) for any_of in self.aggregates]
        if self.in_tree:
            params.append(("in_tree", self.in_tree))
        if self.forbidden_aggregates:
            params.append(("member_of", "!in:" + ",".join(sorted(self.forbidden_aggregates))))
        return [(name + suffix, value) for name, value in params]


@base.NovaObjectRegistry.register
class RequestLevelParams(unset.DefaultsWhenUnset):
    """What a request asks of placement as a whole."""

    # 1.1: field same_subtree
    VERSION = "1.1"

    added_in = {"same_subtree": "1.1"}

    fields = {
        "root_required": fields.SetOfStringsField(default=set()),
        "root_forbidden": fields.SetOfStringsField(default=set()),
        "same_subtree": fields.ListOfListsOfStringsField(default=[]),
    }

    @classmethod
    def from_port_request(cls, port_resource_request: Mapping[str, Any]) -> Self:
        """Make one from what a port asks for: which groups go into the ``same_subtree``."""
        params = cls()
        if "same_subtree" in port_resource_request:
            params.same_subtree = [port_resource_request["same_subtree"]]
        return params

    def extend_with(self, other_req_lvl_params: "RequestLevelParams") -> None:
        """Add what another one asks for."""
        self.root_required |= other_req_lvl_params.root_required
        self.root_forbidden |= other_req_lvl_params.root_forbidden
        self.same_subtree += other_req_lvl_params.same_subtree
