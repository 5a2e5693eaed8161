# SPDX-License-Identifier: Apache-2.0
"""The one environment that revisions of both trees run in.

Each revision is one transaction on PostgreSQL and SQLite. MySQL commits every statement that
changes the schema by itself, so a run that is killed there leaves a revision half done; the next
run passes over the tables and indexes that are already there, and so completes it.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic.ddl.mysql import MySQLImpl
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from sqlalchemy.engine import Connection, Dialect

from nova_api_db.migrations import state, trees
from nova_api_db.migrations.database import Database

Report = Callable[[str], None]


class _ResumingMySQLImpl(MySQLImpl):
    """Passes over tables and indexes that an interrupted run has left."""

    connection: Connection

    def create_table(self, table: sa.Table, **kw: Any) -> None:
        if table.name not in self._left_tables():
            super().create_table(table, **kw)

    def create_index(self, index: sa.Index, **kw: Any) -> None:
        table = index.table
        if table is None or index.name not in self._left_indexes(table.name):
            super().create_index(index, **kw)

    def _left_tables(self) -> frozenset[str]:
        if "left" not in self.memo:
            self.memo["left"] = frozenset(sa.inspect(self.connection).get_table_names())
        left: frozenset[str] = self.memo["left"]
        return left

    def _left_indexes(self, table: str) -> set[str | None]:
        if table not in self._left_tables():
            return set()
        return {index["name"] for index in sa.inspect(self.connection).get_indexes(table)}


def context(
    connection: Connection | None, *, dialect: Dialect | None = None, **options: Any
) -> MigrationContext:
    """Return alembic's view of a database, set as all of ours are; without a connection, of none.

    The connection must not be in a transaction.
    """
    dialect = dialect or (connection.dialect if connection else None)
    options = {
        "version_table": state.VERSION_TABLE,
        "transaction_per_migration": True,
        **options,
    }
    if dialect is not None and dialect.name == "sqlite":
        # The driver is told to leave transactions alone, so they hold schema changes too.
        options["transactional_ddl"] = True
    made = MigrationContext.configure(connection, dialect=dialect, opts=options)
    if connection is not None and connection.dialect.name == "mysql":
        made.impl = _ResumingMySQLImpl(connection.dialect, connection, False, None, None, options)
    return made


def run(
    connection: Connection,
    database: Database,
    revisions: Sequence[trees.Revision],
    report: Report,
) -> None:
    """Apply revisions, one transaction each; report each before it runs."""

    def steps(heads: Any, migration_context: MigrationContext) -> Iterator[MigrationStep]:
        for number, revision in enumerate(revisions, start=1):
            report(f"{database.value} database: {number} of {len(revisions)}: {revision}")
            yield trees.step(database, revision)

    migration_context = context(connection, fn=steps)
    with Operations.context(migration_context):
        migration_context.run_migrations()


def render(
    dialect: Dialect,
    database: Database,
    current: str | None,
    revisions: Sequence[trees.Revision],
) -> str:
    """Return the statements that applying revisions would run."""
    output = io.StringIO()

    def steps(heads: Any, migration_context: MigrationContext) -> list[MigrationStep]:
        return [trees.step(database, revision) for revision in revisions]

    migration_context = context(
        None,
        dialect=dialect,
        fn=steps,
        as_sql=True,
        output_buffer=output,
        starting_rev=current,
    )
    with Operations.context(migration_context):
        migration_context.run_migrations()
    return output.getvalue()


def stamp(connection: Connection, database: Database, revision: str) -> None:
    """Write a revision into the version table, making that if need be."""
    migration_context = context(connection)
    with connection.begin():
        migration_context.stamp(trees.script(database), revision)
