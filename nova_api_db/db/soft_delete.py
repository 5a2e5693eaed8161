# SPDX-License-Identifier: Apache-2.0
"""Rows that are deleted by marking them: `deleted` becomes the id of the row.

That lets the unique constraints that include `deleted` take any number of deleted rows of a name,
and one that is not.
"""

import sqlalchemy as sa

from nova_api_db.db import types


def live(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a row is not deleted."""
    return table.c.deleted == 0


def shown(table: sa.FromClause, read_deleted: str) -> sa.ColumnElement[bool]:
    """Return the condition of a context's ``read_deleted``: no, yes or only."""
    if read_deleted == "yes":
        return sa.true()
    return table.c.deleted != 0 if read_deleted == "only" else live(table)


def delete(table: sa.Table) -> sa.Update:
    """Return the statement that deletes rows that are not deleted; add which.

    When a row was last changed stays as it was.
    """
    return (
        sa.update(table)
        .where(live(table))
        .values(
            deleted=table.c.id,
            deleted_at=sa.bindparam(None, callable_=types.utcnow, type_=sa.DateTime()),
            updated_at=table.c.updated_at,
        )
    )
