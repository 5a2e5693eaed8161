# SPDX-License-Identifier: Apache-2.0
"""Where a move of a server has to end; part of a RequestSpec, never stored."""

from collections.abc import Iterable

from nova_api_db.objects import base, fields, unset


@base.NovaObjectRegistry.register
class Destination(unset.DefaultsWhenUnset):
    """Where a move has to end: a host, a node, a cell or aggregates."""

    # 1.4: field forbidden_aggregates
    # 1.3: field allow_cross_cell_move
    # 1.2: field aggregates
    # 1.1: field cell
    VERSION = "1.4"

    added_in = {
        "cell": "1.1",
        "aggregates": "1.2",
        "allow_cross_cell_move": "1.3",
        "forbidden_aggregates": "1.4",
    }

    fields = {
        "host": fields.StringField(),
        "node": fields.StringField(nullable=True),
        "cell": fields.ObjectField("CellMapping", nullable=True),
        "aggregates": fields.ListOfStringsField(nullable=True, default=fields.NONE),
        "allow_cross_cell_move": fields.BooleanField(default=False),
        "forbidden_aggregates": fields.SetOfStringsField(nullable=True, default=fields.NONE),
    }

    def require_aggregates(self, aggregates: Iterable[str]) -> None:
        """Ask for a host in any of these aggregates, beside what is asked for already."""
        any_of = ",".join(aggregates)
        self.aggregates = [*(self.aggregates or []), any_of]

    def append_forbidden_aggregates(self, forbidden_aggregates: Iterable[str]) -> None:
        """Forbid the hosts in these aggregates, beside those that are forbidden already."""
        self.forbidden_aggregates = {*(self.forbidden_aggregates or ()), *forbidden_aggregates}
