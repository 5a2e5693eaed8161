# SPDX-License-Identifier: Apache-2.0
"""The databases of a deployment that one command migrates.

That is the api database; or cell0, as the api database records it, and the configured cell.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import TypeVar

import sqlalchemy as sa

from nova_api_db import exception, urls
from nova_api_db.db.api.models import CellMapping
from nova_api_db.migrations import comparison, runner, state
from nova_api_db.migrations.database import Database
from nova_api_db.migrations.trees import Revision

CELL0_UUID = "00000000-0000-0000-0000-000000000000"
CELL0 = "cell0"


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A database to migrate, and what to call it."""

    name: str
    database: Database
    url: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A revision that a database gets, or got."""

    target: str
    revision: Revision


def api(api_url: str) -> list[Target]:
    """Return the api database."""
    return [Target("api", Database.API, api_url)]


def cells(api_url: str | None, cell_url: str) -> list[Target]:
    """Return cell0, if the api database records one, and the configured cell.

    :param api_url: None leaves cell0 out
    :raises Cell0Unreachable: if the api database cannot be asked
    """
    found = [Target("cell", Database.CELL, cell_url)]
    cell0_url = None if api_url is None else _cell0_url(api_url)
    if cell0_url is None:
        return found
    cell0 = Target(CELL0, Database.CELL, cell0_url)
    return [cell0] if cell0_url == cell_url else [cell0, *found]


def _cell0_url(api_url: str) -> str | None:
    query = sa.select(CellMapping.database_connection).where(CellMapping.uuid == CELL0_UUID)
    try:
        with state.connected(api_url) as connection:
            if not sa.inspect(connection).has_table(CellMapping.__tablename__):
                reason = f"the api database {urls.mask(api_url)} has no tables yet"
                raise exception.Cell0Unreachable(reason=f"{reason}; sync it first")
            template = connection.execute(query).scalar()
    except (exception.DatabaseUnavailable, exception.DatabaseURLInvalid) as error:
        raise exception.Cell0Unreachable(reason=str(error)) from None
    return urls.expand_database(template) if template else None


def upgrade(
    targets: Iterable[Target], version: str | None, report: Callable[[str], None]
) -> list[Step]:
    """Apply the revisions up to a version to each, in order; return those that were applied.

    :raises Cell0Unreachable: if cell0 is recorded but cannot be reached; nothing was changed
    :raises MigrationRefused: as the runner does, for the first that is refused
    """
    return [
        Step(target.name, revision)
        for target in targets
        for revision in _reached(
            target, lambda one: runner.upgrade(one.database, one.url, version, report=report)
        ).applied
    ]


def pending(targets: Iterable[Target], version: str | None) -> list[Step]:
    """Return the revisions that an upgrade would apply."""
    return [
        Step(target.name, revision)
        for target in targets
        for revision in _reached(target, lambda one: runner.pending(one.database, one.url, version))
    ]


def sql(targets: Iterable[Target], version: str | None) -> str:
    """Return the statements that an upgrade would run, a part for each database."""
    return "".join(
        f"-- {target.name}: {urls.mask(target.url)}\n\n"
        + _reached(target, lambda one: runner.sql(one.database, one.url, version))
        for target in targets
    )


def check(targets: Iterable[Target]) -> list[tuple[str, comparison.Difference]]:
    """Return where schema, models and newest revision do not agree."""
    return [
        (target.name, difference)
        for target in targets
        for difference in _reached(target, lambda one: runner.check(one.database, one.url))
    ]


T = TypeVar("T")


def _reached(target: Target, work: Callable[[Target], T]) -> T:
    """Do the work; that cell0 cannot be reached is an outcome of its own."""
    try:
        return work(target)
    except (exception.DatabaseUnavailable, exception.DatabaseURLInvalid) as error:
        if target.name != CELL0:
            raise
        raise exception.Cell0Unreachable(reason=str(error)) from None
