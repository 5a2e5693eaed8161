# SPDX-License-Identifier: Apache-2.0
"""Where a move of a server has to end; part of a RequestSpec, never stored."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Destination(base.NovaObject):
    """Where a move has to end: a host, a node, a cell or aggregates."""

    # 1.4: forbidden_aggregates
    # 1.3: allow_cross_cell_move
    # 1.2: aggregates
    # 1.1: cell
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
