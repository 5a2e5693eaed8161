# SPDX-License-Identifier: Apache-2.0
"""Mapping the instances of a cell: Nova's command, the server alone, and the bare driver.

All work on the same rows: those of a cell that Nova recorded, as often as it takes.
"""

import datetime
import gzip
import itertools
import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import pymysql
import sqlalchemy as sa
from oslo_utils import uuidutils

from benchmarks import nova
from benchmarks.comparison import Comparison, Options, Peer, fastest
from nova_api_db import context, fixture
from nova_api_db.db import bulk, facade
from nova_api_db.db.cell.models import Instance
from nova_api_db.maintenance.map_instances import map_instances
from nova_api_db.objects.cell_mapping import CellMapping

_RECORDED = pathlib.Path(__file__).parent.parent / "tests" / "data" / "cloud" / "bulk.json.gz"
_MANAGE = [sys.executable, "-m", "nova_api_db.cmd.manage.main"]
_AT_ONCE = 1000

_INSERT_SELECT = """
INSERT INTO {api}.instance_mappings
    (created_at, instance_uuid, cell_id, project_id, user_id, queued_for_delete)
SELECT UTC_TIMESTAMP(), uuid, {cell_id}, project_id, user_id, deleted <> 0
FROM {cell}.instances WHERE NOT hidden ORDER BY created_at, id
"""
_SELECT = """
SELECT id, uuid, project_id, user_id, deleted <> 0
FROM instances WHERE NOT hidden AND id > %s ORDER BY id LIMIT %s
"""
_INSERT = """
INSERT INTO instance_mappings
    (created_at, instance_uuid, cell_id, project_id, user_id, queued_for_delete)
VALUES (%s, %s, %s, %s, %s, %s)
"""


def run(options: Options) -> Iterator[Comparison]:
    """Map the same instances in each way."""
    with fixture.Databases(options.mysql_url) as databases:
        # What is timed here must survive a power cut in each of the ways.
        facade.configure_urls(databases.api_url)
        bench = _Bench(databases, options)
        yield bench.in_process()
        yield bench.as_command()


class _Bench:
    def __init__(self, databases: fixture.Databases, options: Options) -> None:
        self.options = options
        self.context = context.get_admin_context()
        self.api_url = databases.api_url
        self.cell = databases.add_cell("cell1")
        self.mapping = CellMapping.get_by_uuid(self.context, self.cell.uuid)
        with facade.cell_writer.using(context.aimed(self.context, self.cell)) as connection:
            self.expected = _fill(connection, options.rows)

    def in_process(self) -> Comparison:
        """Compare with what a server and a driver can do."""
        ways = {
            "ours": self.ours,
            "INSERT … SELECT": self.insert_select,
            "bare PyMySQL": self.bare,
        }
        ours, *others = fastest(self.options.repeat, self.empty, ways).values()
        return Comparison(
            "map_instances, the function", "instances", ours, [Peer(0.5, one) for one in others]
        )

    def as_command(self) -> Comparison:
        """Compare with Nova, from the start of the process to its end."""
        words = ["cell_v2", "map_instances", "--cell_uuid", self.cell.uuid]
        with nova.configuration(self.api_url, self.cell.database_connection) as where:

            def ours() -> int:
                nova.execute(*_MANAGE, *where, *words)
                return self.count()

            timing = fastest(self.options.repeat, self.empty, {"ours": ours})["ours"]
            manage = nova.program(self.options, "nova-manage")
            if manage is None:
                peer = Peer(25, None, nova.ABSENT)
            else:
                program = manage

                def theirs() -> int:
                    nova.execute(program, *where, *words)
                    return self.count()

                peer = Peer(25, fastest(1, self.empty, {"Nova": theirs})["Nova"])
        return Comparison("map_instances, the command", "instances", timing, [peer])

    def empty(self) -> None:
        """Forget all mappings."""
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql("TRUNCATE TABLE instance_mappings")

    def count(self) -> int:
        """Return how many mappings there are: one per instance, or the figure means nothing."""
        with facade.api_reader.using(self.context) as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM instance_mappings").scalar()
        if found != self.expected:
            raise RuntimeError(f"{found} mappings for {self.expected} instances")
        return self.expected

    def ours(self) -> int:
        map_instances(self.context, self.mapping)
        return self.count()

    def insert_select(self) -> int:
        statement = _INSERT_SELECT.format(
            api=_name(self.api_url),
            cell=_name(self.cell.database_connection),
            cell_id=self.mapping.id,
        )
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql(statement)
        return self.count()

    def bare(self) -> int:
        """Read and write in batches with nothing but the driver; look for no mappings."""
        reader = _connect(self.cell.database_connection)
        writer = _connect(self.api_url)
        now, last = datetime.datetime.now(datetime.UTC).replace(tzinfo=None), 0
        with reader, writer, reader.cursor() as source, writer.cursor() as target:
            while source.execute(_SELECT, (last, _AT_ONCE)):
                rows = source.fetchall()
                last = rows[-1][0]
                values = [(now, row[1], self.mapping.id, *row[2:]) for row in rows]
                target.executemany(_INSERT, values)
                writer.commit()
        return self.count()


def _name(url: str) -> str:
    return sa.make_url(url).database or ""


def _connect(url: str) -> Any:
    parts = sa.make_url(url)
    return pymysql.connect(
        host=parts.host,
        port=parts.port or 3306,
        user=parts.username,
        password=parts.password or "",
        database=parts.database,
    )


def _fill(connection: sa.Connection, rows: int) -> int:
    """Write instances; return how many of them are to be mapped."""
    with gzip.open(_RECORDED) as file:
        recorded = json.load(file)["databases"]["cell1"]["instances"]
    table: sa.Table = Instance.__table__
    names = [column.name for column in table.columns if column.name != "id"]
    typed = [_typed(table, row) for row in recorded]
    # Each copy of the cell is a month younger than the one before.
    copies = [
        {
            **row,
            "uuid": uuidutils.generate_uuid(),
            "created_at": row["created_at"] + datetime.timedelta(days=30 * (number // len(typed))),
        }
        for number, row in enumerate(itertools.islice(itertools.cycle(typed), rows))
    ]
    for start in range(0, rows, _AT_ONCE):
        part = [[row[name] for name in names] for row in copies[start : start + _AT_ONCE]]
        bulk.insert(connection, table, names, part)
    return sum(not row["hidden"] for row in copies)


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.datetime.fromisoformat(value)
        if value is not None and isinstance(table.columns[name].type, sa.DateTime)
        else value
        for name, value in row.items()
    }
