# SPDX-License-Identifier: Apache-2.0
"""The `nova-manage` program: global options, the way to a command, and how errors end."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from cliff import app, help  # noqa: A004 - the module's name

from nova_api_db import exception, version
from nova_api_db.cmd.manage import exit_code, plugins
from nova_api_db.cmd.manage.exit_code import ExitCode

DESCRIPTION = """\
Set up and look after the databases of a Nova deployment: the api database and the cells.

Databases are found through the configuration: [api_database] connection and [database]
connection, in /etc/nova/nova.conf or the files named with --config-file.
"""

EPILOG = """\
examples:
  nova-manage api_db sync            make or update the tables of the api database
  nova-manage help api_db sync       say all about one command
  nova-manage api_db version -f json
"""


class _Version(argparse.Action):
    """Prints the version; finding it out takes a while, so only when asked."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        sys.stdout.write(f"{parser.prog} {version.version_string()}\n")
        parser.exit(ExitCode.DONE)


class ManageApp(app.App):
    """The program."""

    NAME = "nova-manage"
    LOG = logging.getLogger(NAME)
    command_manager: plugins.CommandManager

    def __init__(self) -> None:
        super().__init__(DESCRIPTION, None, plugins.CommandManager(plugins.NAMESPACE))

    def build_option_parser(
        self,
        description: str | None,
        version: str | None,
        argparse_kwargs: dict[str, Any] | None = None,
    ) -> argparse.ArgumentParser:
        """Return the parser of what stands before the command."""
        parser = argparse.ArgumentParser(
            prog=self.NAME,
            description=description,
            epilog=EPILOG,
            add_help=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument(
            "--config-file",
            action="append",
            default=[],
            metavar="FILE",
            help="read this configuration file; may be given several times, later ones win",
        )
        parser.add_argument(
            "--config-dir",
            action="append",
            default=[],
            metavar="FOLDER",
            help="read the *.conf files of this folder, after the files",
        )
        parser.add_argument(
            "-v",
            "--verbose",
            action="count",
            dest="verbose_level",
            default=0,
            help="log more to stderr; -vv logs all there is",
        )
        parser.add_argument("--log-file", metavar="FILE", help="log to this file too")
        parser.add_argument(
            "--debug", action="store_true", help="show the traceback of an error, and log all"
        )
        parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
        parser.add_argument(
            "-h", "--help", action=help.HelpAction, nargs=0, default=self, help="print this help"
        )
        # Everything from the first word on belongs to the command, also what is spelled like a
        # global option.
        parser.add_argument("command", nargs=argparse.REMAINDER, help="category, verb, arguments")
        return parser

    def configure_logging(self) -> None:
        """Log warnings to stderr, and as much more as was asked for."""
        wanted = 2 if self.options.debug else self.options.verbose_level
        level = {0: logging.WARNING, 1: logging.INFO}.get(wanted, logging.DEBUG)
        handlers: list[logging.Handler] = [logging.StreamHandler(self.stderr)]
        if self.options.log_file:
            try:
                handlers.append(logging.FileHandler(self.options.log_file))
            except OSError as error:
                self.parser.error(f"cannot write --log-file: {error}")
        logging.basicConfig(
            level=level, handlers=handlers, format=self.LOG_FILE_MESSAGE_FORMAT, force=True
        )
        if not wanted:
            # It logs the errors that it does not know, with a traceback, and raises them too.
            logging.getLogger("oslo_db.sqlalchemy.exc_filters").setLevel(logging.ERROR)

    def run(self, argv: list[str]) -> int:
        """Run a command line and return its exit code; every error is one line on stderr."""
        self.options = argparse.Namespace(debug=False)
        try:
            self.options = self.parser.parse_args(argv)
            self.configure_logging()
            code = self.run_subcommand(self.options.command)
            self.stdout.flush()
        except KeyboardInterrupt as error:
            self._complain("Interrupted", error)
            return ExitCode.INTERRUPTED
        except BrokenPipeError:
            _forget_stdout()
            return ExitCode.BROKEN_PIPE
        except exception.NovaApiDbError as error:
            self._complain(str(error), error)
            return exit_code.of(error)
        except Exception as error:  # noqa: BLE001 - the last resort
            hint = "" if self.options.debug else " (--debug shows where)"
            self._complain(f"Unexpected error: {type(error).__name__}: {error}{hint}", error)
            return ExitCode.CRASHED
        return code

    def run_subcommand(self, argv: list[str]) -> int:
        """Find the command that the words name and run it."""
        try:
            factory, name, arguments = self.command_manager.find_command(argv)
        except ValueError:
            return self._run_nothing(argv)
        command = factory(self, self.options, cmd_name=name)
        parser = command.get_parser(f"{self.NAME} {name}")
        return command.run(parser.parse_args(arguments))

    def _run_nothing(self, argv: list[str]) -> int:
        """Say what could have been meant; asked for the help of a category, that is the answer."""
        word = next(iter(argv), "")
        commands = self.command_manager.category(word)
        asked = bool(commands) and argv[1:] in (["-h"], ["--help"])
        stream = self.stdout if asked else self.stderr
        if commands:
            title = f"Commands of {word}:"
        else:
            commands = self.command_manager.categories()
            title = f"There is no command {' '.join(argv)!r}. " if argv else "Name a command. "
            title += "Categories:"
        lines = [title, *(f"  {self.NAME} {name}" for name in commands)]
        stream.write("\n".join([*lines, f"See {self.NAME} --help.", ""]))
        return ExitCode.DONE if asked else ExitCode.USAGE

    def _complain(self, line: str, error: BaseException) -> None:
        if self.options.debug:
            self.LOG.error("What led to the error:", exc_info=error)
        self.stderr.write(f"{self.NAME}: {' '.join(line.split())}\n")


def _forget_stdout() -> None:
    """Keep the interpreter from writing to the broken pipe again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(argv: list[str] | None = None) -> int:
    """Run the program; the entry point."""
    return ManageApp().run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
