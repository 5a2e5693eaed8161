# SPDX-License-Identifier: Apache-2.0
"""Pages of servers follow on each other, whatever is sorted by and whatever the values are."""

import datetime
from typing import Any

import hypothesis
import sqlalchemy
from hypothesis import strategies

from nova_api_db.db import facade
from nova_api_db.db.cell import models
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_list import InstanceList
from nova_api_db.objects.instance_order import Order
from tests import base

#: Few values, so that there are ties; letters that engines disagree on by themselves.
NAMES = strategies.one_of(
    strategies.none(),
    strategies.sampled_from(["", "a", "A", "b", "B", "_", "a b", "a_b", "ab", "é", "E", "ß", "ss"]),
    strategies.text(
        strategies.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=["Cs"]),
        max_size=3,
    ),
)
NUMBERS = strategies.one_of(strategies.none(), strategies.integers(0, 2))
TIMES = strategies.one_of(
    strategies.none(),
    strategies.integers(0, 2).map(lambda day: datetime.datetime(2026, 5, 1 + day)),
)
ROWS = strategies.lists(
    strategies.fixed_dictionaries(
        {
            "uuid": strategies.uuids().map(str),
            "display_name": NAMES,
            "memory_mb": NUMBERS,
            "created_at": TIMES,
            "cleaned": strategies.sampled_from([None, 0, 7]),
            "locked": strategies.sampled_from([None, False, True]),
            "locked_by": strategies.sampled_from([None, "owner", "admin"]),
        }
    ),
    max_size=12,
    unique_by=lambda row: row["uuid"],
)
KEYS = ("display_name", "memory_mb", "created_at", "locked", "locked_by", "cleaned", "uuid")
ORDERS = strategies.lists(
    strategies.tuples(strategies.sampled_from(KEYS), strategies.sampled_from(["asc", "desc"])),
    min_size=1,
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: Order.by(*zip(*pairs, strict=True)))


class TestPaging(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())

    def fill(self, rows: list[dict[str, Any]]) -> None:
        table = models.Instance.__table__
        with facade.cell_writer.using(self.cell) as connection:
            connection.execute(sqlalchemy.delete(table))
            if rows:
                connection.execute(sqlalchemy.insert(table), rows)

    def pages(self, order: Order, size: int) -> list[Instance]:
        servers: list[Instance] = []
        while True:
            last = servers[-1] if servers else None
            page = list(InstanceList.get_after(self.cell, {}, order, last, limit=size))
            servers += page
            if len(page) < size:
                return servers

    def test_pages_follow_the_order_that_lists_are_merged_by(self) -> None:
        @hypothesis.settings(max_examples=100, deadline=None, derandomize=True, database=None)
        @hypothesis.given(rows=ROWS, order=ORDERS, size=strategies.integers(1, 5))
        def check(rows: list[dict[str, Any]], order: Order, size: int) -> None:
            self.fill(rows)
            servers = self.pages(order, size)
            self.assertEqual(
                [server.uuid for server in sorted(servers, key=order.key)],
                [server.uuid for server in servers],
            )
            self.assertEqual({row["uuid"] for row in rows}, {server.uuid for server in servers})

        check()
