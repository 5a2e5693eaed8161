# SPDX-License-Identifier: Apache-2.0
"""What commands are made of: a plain one, one that shows a thing, one that lists things."""

import argparse
import pkgutil
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from cliff import command, lister, show
from oslo_config import cfg

from nova_api_db import conf, urls

#: Where configuration comes from: set on the application by its global options.
Configuration = Callable[[], cfg.ConfigOpts]


class Base(command.Command):
    """Reads the configuration, and reaches the function that does the work.

    Work is named, not imported: `self.work("nova_api_db.migrations.runner:upgrade")(...)`. That
    way --help does not import what it does not need.
    """

    #: Lines to type, shown at the end of the help.
    examples: ClassVar[str] = ""

    def get_epilog(self) -> str:
        """Return the examples."""
        if not self.examples:
            return ""
        return "examples:\n" + textwrap.indent(textwrap.dedent(self.examples).strip("\n"), "  ")

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return a parser that keeps the line breaks of the description and the examples."""
        parser = super().get_parser(prog_name)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def configuration(self) -> cfg.ConfigOpts:
        """Return the configuration, and let URL templates be filled from it."""
        options = self.app_args or argparse.Namespace(config_file=[], config_dir=[])
        arguments = [f"--config-file={name}" for name in options.config_file]
        arguments += [f"--config-dir={name}" for name in options.config_dir]
        loaded = conf.load(arguments)
        urls.set_bases(database=loaded.database.connection, transport=loaded.transport_url)
        return loaded

    def work(self, name: str) -> Callable[..., Any]:
        """Return the function `package.module:function`, importing it now."""
        function: Callable[..., Any] = pkgutil.resolve_name(name)
        return function

    def say(self, line: str) -> None:
        """Write a line of the result."""
        self.app.stdout.write(f"{line}\n")


class Show(Base, show.ShowOne):
    """Shows one thing; `-f json` and the like come with it."""


class List(Base, lister.Lister):
    """Lists things; `-f json` and the like come with it."""

    #: The exit code when there is something to list.
    code_if_any: ClassVar[int] = 0

    #: What to say instead of an empty table.
    nothing: ClassVar[str] = "Nothing."

    _code = 0

    def run(self, parsed_args: argparse.Namespace) -> int:
        """List, and return the exit code that goes with what was listed."""
        return super().run(parsed_args) or self._code

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        """Write the rows; in words if there are none, where a person reads it."""
        rows = list(data)
        self._code = self.code_if_any if rows else 0
        if not rows and parsed_args.formatter == "table":
            self.say(self.nothing)
            return 0
        return super().produce_output(parsed_args, column_names, rows)
