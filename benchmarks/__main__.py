# SPDX-License-Identifier: Apache-2.0
"""The command line: finds the benchmarks, runs them, prints a table or JSON."""

import argparse
import importlib
import itertools
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import prettytable

import benchmarks
from benchmarks.comparison import Comparison, Options, Peer, Timing

Run = Callable[[Options], Iterable[Comparison]]


def _find() -> dict[str, Run]:
    """Return the benchmarks there are, by the name of their module."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    modules = {
        name: importlib.import_module(f"benchmarks.{name}") for name in names if name[0] != "_"
    }
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _parser(known: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time operations side by side with Nova and with the bare driver.",
        epilog="Exit code 1: a goal was missed. --smoke has no goals.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of: {', '.join(known)}")
    parser.add_argument("--smoke", action="store_true", help="run each once, on little data")
    parser.add_argument("--repeat", type=int, default=3, help="the best of N (default: 3)")
    parser.add_argument("--rows", type=int, default=20_000, help="default: 20000")
    parser.add_argument("--count", type=int, default=200, help="records (default: 200)")
    parser.add_argument(
        "--mysql",
        metavar="URL",
        default=os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306"),
        help="a server whose user may create databases (default: TEST_MYSQL_URL or %(default)s)",
    )
    parser.add_argument(
        "--nova-python",
        metavar="FILE",
        default=os.environ.get("TEST_NOVA_PYTHON"),
        help="the interpreter of an environment that has Nova (default: TEST_NOVA_PYTHON)",
    )
    parser.add_argument("-f", "--format", choices=("table", "json"), default="table")
    return parser


def _rows(comparison: Comparison) -> Iterator[dict[str, Any]]:
    yield _row(comparison, comparison.ours)
    for peer in comparison.peers:
        if peer.timing is None:
            yield {"operation": comparison.operation, "way": peer.reason}
            continue
        ratio = comparison.ratio(peer) or 0.0
        yield {
            **_row(comparison, peer.timing),
            "ours is": round(ratio, 2),
            "goal": peer.goal,
            "reached": ratio >= peer.goal,
        }


def _row(comparison: Comparison, timing: Timing) -> dict[str, Any]:
    return {
        "operation": comparison.operation,
        "way": timing.way,
        "count": timing.count,
        "unit": comparison.unit,
        "seconds": round(timing.seconds, 3),
        "per second": round(timing.rate),
    }


_BARE = "bare"

_COLUMNS = (
    "operation",
    "unit",
    "ours /s",
    "Nova /s",
    "times Nova",
    "goal",
    "bare /s",
    "part of bare",
    "goal ",
)


def _table(comparisons: Iterable[Comparison]) -> str:
    table = prettytable.PrettyTable(_COLUMNS, align="r")
    table.align.update({"operation": "l", "unit": "l"})
    for comparison in comparisons:
        of_nova = [peer for peer in comparison.peers if _is_nova(peer)]
        of_driver = [peer for peer in comparison.peers if not _is_nova(peer)]
        for theirs, bare in itertools.zip_longest(of_nova, of_driver):
            # What is not the bare driver alone says what it is.
            way = bare.timing.way if bare is not None and bare.timing is not None else _BARE
            table.add_row(
                [
                    comparison.operation + ("" if way == _BARE else f", {way}"),
                    comparison.unit,
                    _number(comparison.ours.rate),
                    *_against(comparison, theirs),
                    *_against(comparison, bare),
                ]
            )
    return str(table)


def _is_nova(peer: Peer) -> bool:
    return peer.timing is None or peer.timing.way == "Nova"


def _against(comparison: Comparison, peer: Peer | None) -> list[str]:
    """Return a peer's rate, ours in terms of it, and the goal; a missed one is marked."""
    if peer is None or peer.timing is None:
        return ["-", "-", "-"]
    ratio = comparison.ratio(peer) or 0.0
    goal = f"{peer.goal:g}" if peer.goal else "-"
    return [_number(peer.timing.rate), f"{ratio:.2f}", goal if ratio >= peer.goal else f"{goal} !"]


def _number(rate: float) -> str:
    return f"{rate:.2g}" if rate < 10 else f"{rate:,.0f}"


def main(argv: list[str]) -> int:
    """Run the benchmarks that the words name, all without one."""
    known = _find()
    parser = _parser(known)
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    options = Options(
        is_smoke=arguments.smoke,
        repeat=1 if arguments.smoke else arguments.repeat,
        mysql_url=arguments.mysql,
        nova_python=arguments.nova_python,
        rows=min(arguments.rows, 300) if arguments.smoke else arguments.rows,
        count=min(arguments.count, 5) if arguments.smoke else arguments.count,
    )
    comparisons: list[Comparison] = []
    for name in arguments.names or known:
        sys.stderr.write(f"{name} ...\n")
        comparisons += known[name](options)
    rows = [row for comparison in comparisons for row in _rows(comparison)]
    print(json.dumps(rows, indent=1) if arguments.format == "json" else _table(comparisons))
    for reason in sorted({row["way"] for row in rows if "count" not in row}):
        sys.stderr.write(f"{reason}\n")
    missed = any(row.get("reached") is False for row in rows)
    return 1 if missed and not options.is_smoke else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
