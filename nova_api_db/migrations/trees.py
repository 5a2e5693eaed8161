# SPDX-License-Identifier: Apache-2.0
"""The two trees of revisions, as alembic reads them from `api/versions` and `cell/versions`.

A tree is one line from its first revision to its newest: it never branches, and is only ever
walked forward.
"""

import dataclasses
import functools
import pathlib

from alembic import script as alembic_script
from alembic.runtime.migration import MigrationStep

from nova_api_db import exception
from nova_api_db.migrations.database import Database

FOLDER = pathlib.Path(__file__).parent
NEWEST = ("head", "heads")


@dataclasses.dataclass(frozen=True, slots=True)
class Revision:
    """One step of a tree: its id, and what it does in one line."""

    id: str
    summary: str

    def __str__(self) -> str:
        return f"{self.id} {self.summary}"


@functools.cache
def script(database: Database) -> alembic_script.ScriptDirectory:
    """Return a tree as alembic knows it."""
    return alembic_script.ScriptDirectory(
        str(FOLDER), version_locations=[str(FOLDER / database.value / "versions")]
    )


@functools.cache
def revisions(database: Database) -> tuple[Revision, ...]:
    """Return the revisions of a tree, oldest first."""
    found = reversed(list(script(database).walk_revisions()))
    return tuple(Revision(one.revision, one.doc.rstrip(".")) for one in found)


def newest(database: Database) -> str:
    """Return the id of the newest revision of a tree."""
    return revisions(database)[-1].id


def knows(database: Database, revision: str) -> bool:
    """Tell whether a revision belongs to a tree."""
    return any(known.id == revision for known in revisions(database))


def resolve(database: Database, version: str | None) -> str:
    """Return the id of the revision that an operator asked for; the newest if none.

    :raises UnknownRevision: if the tree has no such revision
    """
    if version is None or version in NEWEST:
        return newest(database)
    if knows(database, version):
        return version
    if version.isdigit():
        hint = "numbers are versions of a former migration tool"
    else:
        hint = f"the newest is {newest(database)}"
    raise exception.UnknownRevision(database=database.value, version=version, hint=hint)


def between(database: Database, current: str | None, target: str) -> tuple[Revision, ...]:
    """Return the revisions that lead from one to another, without the first.

    :raises DowngradeRefused: if the target is older than the current revision
    """
    line = revisions(database)
    ids = [revision.id for revision in line]
    start = 0 if current is None else ids.index(current) + 1
    end = ids.index(target) + 1
    if end < start:
        raise exception.DowngradeRefused(
            database=database.value, current=current or "", version=target
        )
    return line[start:end]


def step(database: Database, revision: Revision) -> MigrationStep:
    """Return what alembic runs for a revision."""
    tree = script(database)
    return MigrationStep.upgrade_from_script(tree.revision_map, tree.get_revision(revision.id))
