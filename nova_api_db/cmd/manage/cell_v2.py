# SPDX-License-Identifier: Apache-2.0
"""`nova-manage cell_v2`: the cells that are recorded, and the servers that are mapped to them."""

import argparse
from typing import Any

from nova_api_db import conf, exception, urls
from nova_api_db.cmd.manage import command, exit_code, running
from nova_api_db.cmd.manage.exit_code import ExitCode

CELL_SETUP = "nova_api_db.maintenance.cell_setup"
MAP_INSTANCES = "nova_api_db.maintenance.map_instances:map_instances"

#: create_cell: another cell uses one of the URLs.
IN_USE = 2
#: map_instances: --max-count is no number of mappings.
BAD_COUNT = 127

Fields = tuple[tuple[str, ...], tuple[Any, ...]]


class Deployment(command.Base):
    """Works on the api database and the cells that it records."""

    def context(self) -> Any:
        """Set the databases as configured; return a context that may do all."""
        configuration = self.configuration()
        conf.require_connection(configuration, "api_database")
        self.work("nova_api_db.db.facade:configure")(configuration)
        return self.work("nova_api_db.context:get_admin_context")()


class MapCell0(Deployment):
    """Record cell0, the cell of servers that no cell could take.

    Its database is the one named; without one it stands beside that of [database] connection,
    under the same name with `_cell0` behind it. The database itself is made by the means of its
    server, its tables by `nova-manage db sync`.

    Exit code 0: cell0 is recorded, now or earlier. 1: it is recorded with another database than
    the one named, or the URL is missing or not one.
    """

    examples = """
        nova-manage cell_v2 map_cell0
        nova-manage cell_v2 map_cell0 --database_connection \\
          '{scheme}://{username}:{password}@{hostname}:{port}/nova_cell0?{query}'
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the URL."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--database_connection",
            metavar="URL",
            help="where the database of cell0 is, or a template of it, filled from [database] "
            "connection (default: derived from that)",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Record it, or say that it is recorded."""
        context = self.context()
        with exit_code.ending(
            ExitCode.NOT_DONE, exception.ConfigurationError, exception.Cell0Elsewhere
        ):
            given = parsed_args.database_connection
            url = given or urls.derive_cell0(
                conf.require_connection(self.configuration(), "database")
            )
            cell, is_new = self.work(f"{CELL_SETUP}:map_cell0")(context, url, is_default=not given)
        said = "Cell0 is recorded" if is_new else "Nothing to do: cell0 is recorded already"
        self.say(f"{said}: {urls.mask(cell.database_connection)}")
        return ExitCode.DONE


class CreateCell(Deployment):
    """Record a cell: where its database and its message bus are.

    Either URL is that of the configuration unless it is given, and may be a template that is
    filled from the configuration of whoever reads it. Two runs at once record one cell.

    Exit code 0: recorded. 1: a URL is missing or not one. 2: another cell uses the same database
    or the same message bus.
    """

    examples = """
        nova-manage cell_v2 create_cell --name cell1 --verbose
        nova-manage --config-file /etc/nova/cell2.conf cell_v2 create_cell --name cell2
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is recorded of a cell."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--name", metavar="NAME", help="what people call the cell")
        parser.add_argument(
            "--database_connection",
            metavar="URL",
            help="where its database is (default: [database] connection)",
        )
        parser.add_argument(
            "--transport-url",
            metavar="URL",
            help="where its message bus is (default: [DEFAULT] transport_url)",
        )
        parser.add_argument("--verbose", action="store_true", help="print the uuid of the cell")
        parser.add_argument(
            "--disabled", action="store_true", help="give it no servers until it is enabled"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Record it."""
        context, configuration = self.context(), self.configuration()
        with (
            exit_code.ending(ExitCode.NOT_DONE, exception.ConfigurationError),
            exit_code.ending(IN_USE, exception.CellMappingExists),
        ):
            database = parsed_args.database_connection or conf.require_connection(
                configuration, "database"
            )
            cell = self.work(f"{CELL_SETUP}:create_cell")(
                context,
                name=parsed_args.name,
                database_connection=database,
                transport_url=parsed_args.transport_url or configuration.transport_url,
                disabled=parsed_args.disabled,
            )
        if parsed_args.verbose:
            self.say(cell.uuid)
        return ExitCode.DONE


class ListCells(Deployment, command.List):
    """List the cells by name, those without a name first.

    Passwords are masked unless --verbose is given. Templates are shown as what they become with
    the configuration of this program.
    """

    examples = """
        nova-manage cell_v2 list_cells
        nova-manage cell_v2 list_cells -f json
    """
    nothing = "No cell is recorded."

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the way to see passwords."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--verbose", action="store_true", help="show passwords")
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Return the cells."""
        cells = self.work(f"{CELL_SETUP}:list_cells")(self.context())
        show = str if parsed_args.verbose else urls.mask
        columns = ("Name", "UUID", "Transport URL", "Database Connection", "Disabled")
        return columns, [
            (
                cell.name or "",
                cell.uuid,
                show(cell.transport_url),
                show(cell.database_connection),
                cell.disabled,
            )
            for cell in cells
        ]


class MapInstances(Deployment, command.Show):
    """Map the instances of a cell: record for each in the api database that it is in this cell.

    From the oldest to the newest, each that has no mapping gets one; deleted ones are mapped as
    queued for delete. A mapping without a cell gets this one, unless the server is being built. A
    mapping that names another cell is left and counted. The losing copy of a move between cells is
    never mapped.

    May be stopped at any point and run again, and run for several cells or twice at once.

    Exit code 0: every instance is mapped. 1: there is more to do; run it again. 127: --max-count
    is no number of mappings.
    """

    examples = """
        nova-manage cell_v2 map_instances --cell_uuid cell1
        nova-manage cell_v2 map_instances --cell_uuid cell1 --dry-run
        until nova-manage cell_v2 map_instances --cell_uuid cell1 --max-count 50000; do
          [ $? = 1 ] || break; sleep 10
        done
    """

    _code = ExitCode.DONE

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the cell, and how much to do of it."""
        parser = super().get_parser(prog_name)
        cell = parser.add_mutually_exclusive_group(required=True)
        cell.add_argument("cell", metavar="CELL", nargs="?", help="its uuid or its name")
        cell.add_argument(
            "--cell_uuid", "--cell", metavar="UUID|NAME", help="the same, as an option"
        )
        # The short one is what scripts may have written, and would mean --max-width too.
        parser.add_argument(
            "--max-count",
            "--max",
            metavar="N",
            help="make at most this many mappings (default: all)",
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="begin with the oldest instance, wherever an earlier run has stopped",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="count what would be done, change nothing; the exit code is 1 if that is anything",
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Map, and return whether that was all."""
        return super().run(parsed_args) or self._code

    def take_action(self, parsed_args: argparse.Namespace) -> Fields:
        """Return what became of the instances."""
        max_count = _count(parsed_args.max_count)
        context = self.context()
        cell = self.work(f"{CELL_SETUP}:get_cell")(
            context, parsed_args.cell or parsed_args.cell_uuid
        )
        with running.RunningTotals(self.app.stderr, "instances") as show:
            totals = self.work(MAP_INSTANCES)(
                context,
                cell,
                max_count=max_count,
                reset=parsed_args.reset,
                dry_run=parsed_args.dry_run,
                on_progress=lambda totals, of: show(totals.seen, of, _in_words(totals)),
            )
        is_done = totals.complete and not (parsed_args.dry_run and totals.changes)
        self._code = ExitCode.DONE if is_done else ExitCode.NOT_DONE
        uuids = list(totals.elsewhere_uuids)
        fields = {
            "cell": cell.uuid,
            "mapped": totals.mapped,
            "adopted": totals.adopted,
            "already": totals.already,
            "waiting": totals.waiting,
            "elsewhere": totals.elsewhere,
            "elsewhere_uuids": uuids if parsed_args.formatter == "json" else "\n".join(uuids),
            "hidden": totals.hidden,
            "complete": is_done,
        }
        return tuple(fields), tuple(fields.values())


def _count(text: str | None) -> int | None:
    """Return the number that --max-count gives."""
    if text is None:
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or not int(text):
        line = f"--max-count must be a whole number greater than 0, not {text!r}"
        raise exit_code.Outcome(BAD_COUNT, line)
    return int(text)


def _in_words(totals: Any) -> str:
    parts = {
        "mapped": totals.mapped,
        "given their cell": totals.adopted,
        "mapped before": totals.already,
        "being built": totals.waiting,
        "in another cell": totals.elsewhere,
        "hidden": totals.hidden,
    }
    return ", ".join(f"{number:,} {what}" for what, number in parts.items() if number)
