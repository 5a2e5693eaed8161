# SPDX-License-Identifier: Apache-2.0
"""Shadow tables: where soft-deleted rows of a cell go when they are archived.

A shadow has the columns and the primary key of its table and nothing else: no other index, no
foreign key, and no default, because rows only ever come from the table itself.
"""

import sqlalchemy as sa

from nova_api_db.db import types

PREFIX = "shadow_"

# Tags are deleted at once, and request specs are deleted when their server is archived.
TABLES_WITHOUT_SHADOW = frozenset({"tags", "request_specs"})

# Where a shadow is not the copy that it should be: column, and whether it takes null.
NULLABLE_DIFFERS = {
    "pci_devices": {"deleted": False, "dev_type": True, "product_id": True, "vendor_id": True},
}


def add_shadows(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Add the shadow of every table that has one; return them by the name of that table."""
    tables = [table for name, table in metadata.tables.items() if name not in TABLES_WITHOUT_SHADOW]
    return {table.name: _shadow(table) for table in tables}


def _shadow(table: sa.Table) -> sa.Table:
    nullable = NULLABLE_DIFFERS.get(table.name, {})
    columns: list[sa.Column[object]] = [
        sa.Column(
            column.name,
            column.type,
            primary_key=column.primary_key,
            autoincrement=column.autoincrement,
            nullable=nullable.get(column.name, column.nullable),
        )
        for column in table.columns
    ]
    return sa.Table(PREFIX + table.name, table.metadata, *columns, **types.TABLE_OPTIONS)
