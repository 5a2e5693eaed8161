# SPDX-License-Identifier: Apache-2.0
"""The three sides of a comparison: ours, Nova in a process of its own, and the bare driver.

The bare driver sends the statements that ours sent, word for word and in the same order. So its
rate is the limit that the database and the driver set; whether ours are the right statements, the
comparison with Nova shows.
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa

from benchmarks import nova, operations
from benchmarks.comparison import Comparison, Options, Peer, Timing
from benchmarks.records import Side
from nova_api_db import context, fixture, objects
from nova_api_db.db import facade

#: The part of the bare driver's rate that every operation is to reach.
PART_OF_BARE = 0.5

_EMPTIED = {
    "api": ("request_specs", "build_requests", "instance_mappings"),
    "cell": ("compute_nodes",),
}


class Bare:
    """What ours sent, and connections that send it again."""

    def __init__(self) -> None:
        self._sent: list[tuple[sa.URL, str, Any, bool]] = []
        self._connections: dict[str, Any] = {}

    @contextlib.contextmanager
    def listening(self) -> Iterator[Callable[[], None]]:
        """Remember what is sent once the function was called that this yields."""

        def sent(conn: Any, cursor: Any, statement: str, given: Any, ctx: Any, many: bool) -> None:
            self._sent.append((conn.engine.url, statement, given, many))

        def begin() -> None:
            self._sent.clear()
            sa.event.listen(sa.Engine, "before_cursor_execute", sent)

        try:
            yield begin
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", sent)

    def send(self, *, parses: bool) -> float:
        """Return how many seconds it took to send it again and to fetch what came back.

        :param parses: parse the JSON in it too
        """
        sent = [(self._cursor(url), *statement) for url, *statement in self._sent]
        start = time.perf_counter()
        for cursor, statement, given, many in sent:
            (cursor.executemany if many else cursor.execute)(statement, given or None)
            if cursor.description is not None:
                rows = cursor.fetchall()
                if parses:
                    _parse(rows)
        return time.perf_counter() - start

    def _cursor(self, url: sa.URL) -> Any:
        database = url.database or ""
        if database not in self._connections:
            _, arguments = url.get_dialect()().create_connect_args(url)
            self._connections[database] = pymysql.connect(**arguments, autocommit=True)
        return self._connections[database].cursor()

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            connection.close()


def _parse(rows: Sequence[Sequence[Any]]) -> None:
    for row in rows:
        for value in row:
            if type(value) is str and value[:1] == "{":
                json.loads(value)


class Sides:
    """The sides, on databases of their own that are dropped afterwards."""

    def __init__(self, options: Options, peer: nova.Objects | None) -> None:
        self._options = options
        self._nova = peer

    def compare(
        self,
        title: str,
        unit: str,
        name: str,
        times_nova: float,
        *,
        ours: operations.Operation | None = None,
        count: int | None = None,
        bare: Callable[[Side], float] | None = None,
        parses: bool = False,
    ) -> Comparison:
        """Let each side do an operation in turn, more than once; the best of each counts.

        :param name: the operation, done with Nova's objects and with ours
        :param times_nova: how much faster than Nova ours is to be
        :param ours: what ours does instead
        :param count: how much of it (default: what the command line says)
        :param parses: the record is JSON text, so that without parsing it nothing was read
        :param bare: what stands for the bare driver instead of our statements; without a goal
        """
        side = self._side(count or self._options.count)
        work = ours or operations.OPERATIONS[name]
        timings: dict[str, list[float]] = {"ours": [], "Nova": [], "bare": []}
        driver = Bare()
        if bare is None:
            self._empty()
            with driver.listening() as begin:
                operations.do(side, work, begin)
        for _ in range(self._options.repeat):
            self._empty()
            timings["ours"].append(operations.do(side, work))
            if self._nova is not None:
                self._empty()
                timings["Nova"].append(self._nova.do(name, side.count))
            if bare is not None:
                timings["bare"].append(bare(side))
                continue
            self._empty()
            next(work(side))
            timings["bare"].append(driver.send(parses=parses))
        driver.close()
        best = {
            way: Timing(way, side.count, min(seconds))
            for way, seconds in timings.items()
            if seconds
        }
        bare_goal = PART_OF_BARE if bare is None else 0.0
        return Comparison(
            title,
            unit,
            best["ours"],
            [
                Peer(times_nova, best.get("Nova"), "" if self._nova is not None else nova.ABSENT),
                Peer(bare_goal, best["bare"]),
            ],
        )

    def _side(self, count: int) -> Side:
        asking = context.RequestContext(user_id="user", project_id="project", is_admin=True)
        return Side(objects, context, asking, count)

    def _empty(self) -> None:
        """Begin with empty tables and the same ids."""
        asking = context.get_admin_context()
        scopes = {"api": facade.api_writer, "cell": facade.cell_writer}
        for name, scope in scopes.items():
            with scope.using(asking) as connection:
                connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
                for table in _EMPTIED[name]:
                    connection.exec_driver_sql(f"TRUNCATE TABLE {table}")
                connection.exec_driver_sql("SET SESSION foreign_key_checks = 1")


@contextlib.contextmanager
def start(options: Options) -> Iterator[Sides]:
    """Make the databases and start Nova; end both afterwards."""
    with fixture.Databases(options.mysql_url) as databases:
        cell = databases.add_cell("cell1")
        databases.use_local_cell(cell.database_connection)
        with nova.objects(options, databases.api_url, cell.database_connection) as peer:
            yield Sides(options, peer)
