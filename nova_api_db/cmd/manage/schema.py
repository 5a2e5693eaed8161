# SPDX-License-Identifier: Apache-2.0
"""What the schema commands of the two kinds of databases have in common."""

import abc
import argparse
from collections.abc import Sequence
from typing import Any

from nova_api_db import conf
from nova_api_db.cmd.manage import command, progress
from nova_api_db.cmd.manage.exit_code import ExitCode

DEPLOYMENT = "nova_api_db.migrations.deployment"
CURRENT = "nova_api_db.migrations.state:current"

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


class Sync(command.List):
    """Apply revisions to the databases that a subclass names."""

    nothing = "Nothing to do: the schema is at this revision already."

    @abc.abstractmethod
    def targets(self, parsed_args: argparse.Namespace) -> Sequence[Any]:
        """Return the databases to migrate."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the version, and the two ways of only looking."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "version",
            metavar="VERSION",
            nargs="?",
            help="stop at this revision (default: the newest); never one that is older than the "
            "database is",
        )
        only = parser.add_mutually_exclusive_group()
        only.add_argument(
            "--dry-run", action="store_true", help="list the revisions to apply, change nothing"
        )
        only.add_argument(
            "--sql", action="store_true", help="print the statements to run, change nothing"
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print statements as they are; all else is a list."""
        if not parsed_args.sql:
            return super().run(parsed_args)
        text = self.work(f"{DEPLOYMENT}:sql")(self.targets(parsed_args), parsed_args.version)
        self.app.stdout.write(text)
        return ExitCode.DONE

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return the revisions that were applied, or would be."""
        targets = self.targets(parsed_args)
        if parsed_args.dry_run:
            steps = self.work(f"{DEPLOYMENT}:pending")(targets, parsed_args.version)
        else:
            upgrade = self.work(f"{DEPLOYMENT}:upgrade")
            with progress.Progress(self.app.stderr) as report:
                steps = upgrade(targets, parsed_args.version, report)
        columns = ("Database", "To apply" if parsed_args.dry_run else "Applied", "What it does")
        return columns, [(step.target, step.revision.id, step.revision.summary) for step in steps]


class Version(command.Show):
    """Show the revision of the database in a group of the configuration."""

    group: str

    @property
    def formatter_default(self) -> str:
        """Print the bare revision: what a script wants."""
        return "value"

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], Any]:
        """Return the revision."""
        url = conf.require_connection(self.configuration(), self.group)
        return ("revision",), (self.work(CURRENT)(url),)


class Check(command.List):
    """Compare schema and models of the databases that a subclass names."""

    code_if_any = ExitCode.NOT_DONE
    nothing = "Schema, models and newest revision agree."

    @abc.abstractmethod
    def targets(self) -> Sequence[Any]:
        """Return the databases to look at."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return the differences."""
        found = self.work(f"{DEPLOYMENT}:check")(self.targets())
        rows = [(name, difference.table, difference.what) for name, difference in found]
        return ("Database", "Table", "Difference"), rows
