# SPDX-License-Identifier: Apache-2.0
"""What the databases hold beyond the contract, and why: the one list of it.

Code that reads a database of a Nova deployment cannot count on any of this being there.
"""

from nova_api_db.migrations import state
from nova_api_db.migrations.database import Database

#: Tables by database, each with the reason for it.
TABLES: dict[Database, dict[str, str]] = {
    Database.API: {
        state.VERSION_TABLE: "The revision of the schema. Nova's own table is never touched, so "
        "that neither takes the other's for its own.",
        "map_instances_progress": "How far map_instances has come in each cell. As a row of its "
        "own it cannot be taken for a mapping, and cells do not share it.",
    },
    Database.CELL: {
        state.VERSION_TABLE: "As in the api database.",
        "request_specs": "The table of the api database, for specs that live in their server's "
        "cell.",
    },
}
