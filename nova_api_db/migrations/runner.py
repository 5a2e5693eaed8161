# SPDX-License-Identifier: Apache-2.0
"""Bring the schema of a database forward, and tell how it stands.

Every function takes the kind of the database and its URL. What goes wrong is one line.
"""

import dataclasses
import time
from collections.abc import Callable

from sqlalchemy.engine import Connection

from nova_api_db import exception, urls
from nova_api_db.db import facade
from nova_api_db.migrations import comparison, environment, lock, state, trees
from nova_api_db.migrations.database import Database
from nova_api_db.migrations.trees import Revision

Report = Callable[[str], None]

# How long a run waits for another one, in seconds.
LOCK_TIMEOUT = 600.0

# How long to stand back after a collision, in seconds.
PAUSE = 0.5

__all__ = [
    "Database",
    "Revision",
    "Upgraded",
    "check",
    "current",
    "pending",
    "sql",
    "stamp",
    "upgrade",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Upgraded:
    """Where an upgrade ended, and the revisions it applied on the way."""

    url: str
    revision: str
    applied: tuple[Revision, ...]


def _ignore(line: str) -> None:
    pass


def upgrade(
    database: Database,
    url: str,
    version: str | None = None,
    *,
    lock_timeout: float = LOCK_TIMEOUT,
    report: Report = _ignore,
) -> Upgraded:
    """Apply the revisions up to a version, by default the newest; none if it is already there.

    :param report: called with a line at every step that may take time
    :raises MigrationRefused: if the database is not one to migrate, or the version not one to
        migrate to; nothing is changed then
    :raises MigrationLocked: if another run held the lock for too long
    """
    target = trees.resolve(database, version)
    with (
        state.connected(url, create=True) as connection,
        lock.held(connection, lock_timeout, report),
    ):
        applied = _advance(connection, database, target, lock_timeout, report)
    return Upgraded(urls.mask(url), target, applied)


def _advance(
    connection: Connection, database: Database, target: str, timeout: float, report: Report
) -> tuple[Revision, ...]:
    """Apply what leads to a target; again where another node of a cluster was in the way."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            path = _path(connection, database, target)
            if path:
                environment.run(connection, database, path, report)
        except Exception as error:
            if time.monotonic() > deadline or not lock.collided(connection, error):
                raise
            report("Another node of the cluster is migrating this database too; looking again")
            time.sleep(PAUSE)
        else:
            return path


def pending(database: Database, url: str, version: str | None = None) -> tuple[Revision, ...]:
    """Return the revisions that an upgrade would apply."""
    target = trees.resolve(database, version)
    if state.is_missing_file(url):
        return trees.between(database, None, target)
    with state.connected(url) as connection:
        return _path(connection, database, target)


def sql(database: Database, url: str, version: str | None = None) -> str:
    """Return the statements that an upgrade would run."""
    target = trees.resolve(database, version)
    if state.is_missing_file(url):
        dialect = facade.create_engine(url).dialect
        return environment.render(dialect, database, None, trees.between(database, None, target))
    with state.connected(url) as connection:
        found = _known(connection, database).revision
        path = trees.between(database, found, target)
        return environment.render(connection.dialect, database, found, path)


def current(database: Database, url: str) -> str | None:
    """Return the revision a database is at; None while it has none."""
    with state.connected(url) as connection:
        return _known(connection, database).revision


def check(database: Database, url: str) -> list[comparison.Difference]:
    """Return where the schema, the models and the newest revision do not agree."""
    newest = trees.newest(database)
    with state.connected(url) as connection:
        revision = _known(connection, database).revision
        connection.rollback()
        found = comparison.differences(connection, database)
    if revision != newest:
        behind = comparison.Difference(
            state.VERSION_TABLE, f"is at {revision}, the newest revision is {newest}"
        )
        found.insert(0, behind)
    return found


def stamp(database: Database, url: str, version: str | None = None) -> str:
    """Record that the tables of a database are those of a version, without touching them.

    The caller has made sure that they are. Return the revision that was recorded.
    """
    target = trees.resolve(database, version)
    with (
        state.connected(url) as connection,
        lock.held(connection, LOCK_TIMEOUT, _ignore),
    ):
        environment.stamp(connection, database, target)
    return target


def _path(connection: Connection, database: Database, target: str) -> tuple[Revision, ...]:
    """Return the revisions that lead to a target; leaves no transaction open."""
    found = _known(connection, database)
    connection.rollback()
    return trees.between(database, found.revision, target)


def _known(connection: Connection, database: Database) -> state.State:
    """Return what the database holds, if it is one of this kind."""
    found = state.read(connection)
    url = urls.mask(connection.engine.url.render_as_string(hide_password=False))
    if found.revision is not None and not trees.knows(database, found.revision):
        other = next((kind for kind in Database if trees.knows(kind, found.revision)), None)
        if other is None:
            raise exception.NewerSchema(url=url, revision=found.revision)
        raise exception.WrongSchema(url=url, found=other.value, wanted=database.value)
    if found.revision is None:
        # The first revision was interrupted; whatever it left is of its own tree.
        strange = found.tables - comparison.METADATA[database].tables.keys()
        if strange:
            raise exception.ForeignSchema(
                url=url,
                found=f"tables that are not those of the {database.value} database, "
                f"such as {min(strange)}",
                version_table=f"revision in {state.VERSION_TABLE}",
            )
    return found
