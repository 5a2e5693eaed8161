# SPDX-License-Identifier: Apache-2.0
"""`nova-manage api_db`: the schema of the api database."""

import argparse
from collections.abc import Sequence
from typing import Any

from nova_api_db import conf
from nova_api_db.cmd.manage import schema

GROUP = "api_database"


class Sync(schema.Sync):
    """Make the tables of the api database, or bring them up to date.

    The database that [api_database] connection names must exist; on SQLite its folder. The
    revisions that it lacks are applied one after the other, and listed. Repeating the command does
    no harm, nor does running it on several machines at once: one of them migrates, the others
    wait. A database that other programs made is refused, and nothing in it is changed.
    """

    examples = """
        nova-manage api_db sync
        nova-manage api_db sync --dry-run
        nova-manage api_db sync --sql > review.sql
    """

    def targets(self, parsed_args: argparse.Namespace) -> Sequence[Any]:
        """Return the api database."""
        url = conf.require_connection(self.configuration(), GROUP)
        targets: Sequence[Any] = self.work(f"{schema.DEPLOYMENT}:api")(url)
        return targets


class Version(schema.Version):
    """Print the revision that the schema of the api database is at.

    That is one line, `None` while there are no tables.
    """

    group = GROUP
    examples = """
        nova-manage api_db version
        nova-manage api_db version -f json
    """


class Check(schema.Check):
    """Say whether tables, models and newest revision of the api database agree.

    Lists every difference; the exit code is 1 if there is one.
    """

    examples = """
        nova-manage api_db check
        nova-manage api_db check -f json
    """

    def targets(self) -> Sequence[Any]:
        """Return the api database."""
        url = conf.require_connection(self.configuration(), GROUP)
        targets: Sequence[Any] = self.work(f"{schema.DEPLOYMENT}:api")(url)
        return targets
