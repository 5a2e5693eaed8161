# SPDX-License-Identifier: Apache-2.0
"""What a database holds, read from its own version table; changes nothing, and needs no alembic."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Iterator

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception, urls
from nova_api_db.db import facade

VERSION_TABLE = "nova_api_db_version"

# What other programs keep their version in; the first is that of Nova.
OTHER_VERSION_TABLES = ("alembic_version", "migrate_version")


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """The tables of a database, without the version table, and the revision it is at."""

    tables: frozenset[str]
    has_version_table: bool = False
    revision: str | None = None


@contextlib.contextmanager
def connected(url: str, *, create: bool = False) -> Iterator[Connection]:
    """Yield a connection of its own; what goes wrong on it is raised as one line.

    :param create: make the file of a SQLite database that does not exist yet
    :raises DatabaseUnavailable: if the database cannot be reached or is not there
    :raises MigrationError: if the server refuses a statement
    """
    if not create and is_missing_file(url):
        # Opening it would make an empty one.
        raise exception.DatabaseUnavailable(
            url=urls.mask(url), reason="there is no such file; sync makes it"
        )
    engine = facade.create_engine(url, poolclass=sa.pool.NullPool)
    try:
        with facade.connect(engine) as connection:
            yield connection
    except (db_exception.DBError, sa.exc.SQLAlchemyError) as error:
        raise exception.MigrationError(
            reason=f"The database {urls.mask(url)} refused a statement: {_said(error)}. "
            "Once that is mended the same command goes on where it stopped."
        ) from error
    finally:
        engine.dispose()


def is_missing_file(url: str) -> bool:
    """Tell whether this is a SQLite database whose file is not there yet."""
    engine = facade.create_engine(url, poolclass=sa.pool.NullPool)
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path.startswith(("file:", ":memory:")):
        return False
    return not pathlib.Path(path).exists()


def _said(error: Exception) -> str:
    """Return what the server said, on one line and without the statement."""
    inner = getattr(error, "inner_exception", None) or error
    inner = getattr(inner, "orig", None) or inner
    said = inner.args[1] if len(inner.args) > 1 else inner
    return " ".join(str(said).split()).rstrip(".") or type(inner).__name__


def read(connection: Connection) -> State:
    """Return what the database holds.

    :raises ForeignSchema: if it holds tables, but not our version table
    """
    tables = frozenset(sa.inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        if tables:
            raise _foreign(connection, tables)
        return State(tables)
    revision = _version(connection, VERSION_TABLE)
    return State(tables - {VERSION_TABLE}, has_version_table=True, revision=revision)


def _version(connection: Connection, table: str) -> str | None:
    column: sa.ColumnClause[str] = sa.column("version_num")
    return connection.execute(sa.select(column).select_from(sa.table(table))).scalar()


def _foreign(connection: Connection, tables: frozenset[str]) -> exception.ForeignSchema:
    other = next((name for name in OTHER_VERSION_TABLES if name in tables), None)
    if other == "alembic_version":
        found = f"{len(tables)} tables, alembic_version at {_version(connection, other)}"
    else:
        found = f"{len(tables)} tables" + (f", {other} among them" if other else "")
    url = connection.engine.url.render_as_string(hide_password=False)
    return exception.ForeignSchema(url=urls.mask(url), found=found, version_table=VERSION_TABLE)


def current(url: str) -> str | None:
    """Return the revision that a database is at; None while it has none.

    :raises ForeignSchema: if it holds tables, but not our version table
    """
    with connected(url) as connection:
        return read(connection).revision
