# SPDX-License-Identifier: Apache-2.0
"""`nova-manage db`: the schema of cell databases."""

import argparse
from collections.abc import Sequence
from typing import Any

from nova_api_db import conf
from nova_api_db.cmd.manage import schema

GROUP = "database"


class Sync(schema.Sync):
    """Make the tables of the cell databases, or bring them up to date.

    First cell0, where the api database says that it is; then the database that [database]
    connection names. If cell0 cannot be reached, neither is touched and the exit code is 1. While
    no cell0 is recorded, it is left out with a word.

    Repeating the command does no harm, nor does running it on several machines at once: one of
    them migrates, the others wait. A database that other programs made is refused, and nothing in
    it is changed.
    """

    examples = """
        nova-manage db sync
        nova-manage db sync --local_cell
        nova-manage --config-file /etc/nova/cell2.conf db sync --local_cell
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the way around cell0."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--local_cell",
            "--local-cell",
            action="store_true",
            help="leave cell0 out, and do not ask the api database",
        )
        return parser

    def targets(self, parsed_args: argparse.Namespace) -> Sequence[Any]:
        """Return cell0 and the configured cell, or the latter alone."""
        configuration = self.configuration()
        url = conf.require_connection(configuration, GROUP)
        api_url = None
        if not parsed_args.local_cell:
            api_url = conf.require_connection(configuration, "api_database")
        targets: Sequence[Any] = self.work(f"{schema.DEPLOYMENT}:cells")(api_url, url)
        if api_url is not None and targets[0].name != "cell0":
            self.app.stderr.write(
                "No cell0 is recorded in the api database (cell_v2 map_cell0 does that); only the "
                "configured cell is migrated.\n"
            )
        return targets


class Version(schema.Version):
    """Print the revision that the schema of the configured cell database is at.

    That is one line, `None` while there are no tables. The database is the one that [database]
    connection names.
    """

    group = GROUP
    examples = """
        nova-manage db version
        nova-manage --config-file /etc/nova/cell2.conf db version
    """


class Check(schema.Check):
    """Say whether tables, models and newest revision of the configured cell database agree.

    Lists every difference; the exit code is 1 if there is one.
    """

    examples = """
        nova-manage db check
        nova-manage db check -f json
    """

    def targets(self) -> Sequence[Any]:
        """Return the configured cell."""
        url = conf.require_connection(self.configuration(), GROUP)
        targets: Sequence[Any] = self.work(f"{schema.DEPLOYMENT}:cells")(None, url)
        return targets
