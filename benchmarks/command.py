# SPDX-License-Identifier: Apache-2.0
"""A command line from the start of its process to the end: little work, so what counts is imports.

The bare way is a program that imports the driver, asks for the version, and ends.
"""

import json
import sys
import time
from collections.abc import Iterator

import sqlalchemy as sa

from benchmarks import nova
from benchmarks.comparison import Comparison, Options, Peer, Timing
from nova_api_db import fixture

_MANAGE = [sys.executable, "-m", "nova_api_db.cmd.manage.main"]
_WORDS = ["api_db", "version"]
_NEEDED = ("host", "port", "user", "password", "database", "unix_socket")
_BARE = """
import json, sys, pymysql
connection = pymysql.connect(**json.loads(sys.argv[1]))
cursor = connection.cursor()
cursor.execute("SELECT version_num FROM nova_api_db_version")
print(cursor.fetchone()[0])
"""


def run(options: Options) -> Iterator[Comparison]:
    """Ask for the version of the api database."""
    with fixture.Databases(options.mysql_url) as databases:
        api_url, cell_url = databases.empty_database("api"), databases.empty_database("cell")
        with nova.configuration(api_url, cell_url) as where:
            nova.execute(*_MANAGE, *where, "api_db", "sync")
            commands = {
                "ours": [*_MANAGE, *where, *_WORDS],
                "bare": [sys.executable, "-c", _BARE, _arguments(api_url)],
            }
            manage = nova.program(options, "nova-manage")
            if manage is not None:
                commands["Nova"] = [manage, *where, *_WORDS]
            best = _race(commands, options.repeat)
        peer = Peer(3, best.get("Nova"), "" if manage is not None else nova.ABSENT)
        title = "nova-manage api_db version"
        yield Comparison(title, "processes", best["ours"], [peer, Peer(0, best["bare"])])


def _race(commands: dict[str, list[str]], repeat: int) -> dict[str, Timing]:
    """Run each command in turn, more than once; return the best time of each."""
    seconds: dict[str, list[float]] = {way: [] for way in commands}
    for _ in range(repeat):
        for way, command in commands.items():
            began = time.perf_counter()
            nova.execute(*command)
            seconds[way].append(time.perf_counter() - began)
    return {way: Timing(way, 1, min(took)) for way, took in seconds.items()}


def _arguments(url: str) -> str:
    parsed = sa.make_url(url)
    _, arguments = parsed.get_dialect()().create_connect_args(parsed)
    return json.dumps({name: arguments[name] for name in _NEEDED if name in arguments})
