# SPDX-License-Identifier: Apache-2.0
"""Lists go over build requests and cells as over one table, page by page; cells may be down."""

import threading
import time
from typing import Any

import sqlalchemy as sa
from oslo_utils import uuidutils

from nova_api_db import cells, context, exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.servers import boot, lookup, partial, records, status
from tests import base, builders


class LookupTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = context.RequestContext(user_id="user", project_id="project")
        self.targets = [self.make_cell(name) for name in ("cell1", "cell2", "cell3")]
        self.mappings = {cell.uuid: cell for cell in objects.CellMappingList.get_all(self.context)}

    def boot(self, name: str, **changes: Any) -> str:
        [server] = boot.boot(self.user, builders.server_request(name=name, **changes))
        return server.uuid

    def place(self, number: int, name: str, **changes: Any) -> str:
        """Make a server in a cell, mapped to it."""
        target = self.targets[number]
        server = builders.make_instance(self.aim(target), display_name=name, **changes)
        mapping = objects.InstanceMapping(
            self.context,
            instance_uuid=server.uuid,
            project_id=server.project_id,
            user_id=server.user_id,
            cell_mapping=self.mappings[target.uuid],
        )
        mapping.create()
        return server.uuid

    def take_down(self, number: int) -> None:
        url = {
            "sqlite": "sqlite:////nonexistent/folder/cell.sqlite",
            "mysql": "mysql+pymysql://root@127.0.0.1:1/cell",
            "postgresql": "postgresql+psycopg2://postgres@127.0.0.1:1/cell",
        }[self.engine]
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sa.update(models.CellMapping)
                .where(models.CellMapping.uuid == self.targets[number].uuid)
                .values(database_connection=url)
            )

    def listed(self, filters: dict[str, Any] | None = None, **arguments: Any) -> lookup.Listing:
        return lookup.list_servers(self.user, filters, **arguments)

    def pages(self, limit: int, **arguments: Any) -> list[str]:
        uuids: list[str] = []
        while True:
            page = self.listed(limit=limit, marker=uuids[-1] if uuids else None, **arguments)
            self.assertLessEqual(len(page.servers), limit)
            uuids += [server.uuid for server in page.servers]
            if len(page.servers) < limit:
                return uuids


class TestListing(LookupTestCase):
    def fill(self) -> None:
        for number, name in enumerate(["b", "d", "a", "c", "d", "a", "e", "b"]):
            self.place(number % 3, name)
        for name in ("y", "x", "z"):
            self.boot(name)

    def test_unscheduled_servers_come_first_each_part_sorted(self) -> None:
        self.fill()
        found = self.listed(sort_keys=["display_name"], sort_dirs=["desc"]).servers
        names = [server.display_name for server in found]
        self.assertEqual([*"zyx", *"eddcbbaa"], names)

    def test_pages_of_any_size_are_the_whole_list(self) -> None:
        self.fill()
        orders: list[dict[str, Any]] = [
            {},
            {"sort_keys": ["display_name"], "sort_dirs": ["asc"]},
            {"sort_keys": ["host", "display_name"], "sort_dirs": ["desc", "asc"]},
        ]
        for order in orders:
            whole = [server.uuid for server in self.listed(**order).servers]
            self.assertEqual(11, len(set(whole)))
            for limit in (1, 2, 3, 5, 11, 20):
                self.assertEqual(whole, self.pages(limit, **order), f"{order} by {limit}")

    def test_pages_go_on_while_a_cell_is_down(self) -> None:
        self.fill()
        self.take_down(1)
        whole = self.listed(sort_keys=["display_name"], sort_dirs=["asc"])
        self.assertEqual(["cell2"], [cell.name for cell in whole.silent_cells])
        uuids = [server.uuid for server in whole.servers]
        self.assertEqual(11, len(set(uuids)))
        self.assertEqual(
            [True] * 3 + [False] * 8, [partial.is_partial(server) for server in whole.servers]
        )
        for limit in (1, 2, 4, 30):
            paged = self.pages(limit, sort_keys=["display_name"], sort_dirs=["asc"])
            self.assertEqual(uuids, paged, str(limit))

    def test_partial_records_are_left_out_of_what_only_the_cell_knows(self) -> None:
        self.place(1, "a")
        self.take_down(1)
        self.assertEqual(1, len(self.listed({"project_id": "project"}).servers))
        self.assertEqual(0, len(self.listed({"display_name": "a"}).servers))
        self.assertEqual(0, len(self.listed({"deleted": True}).servers))

    def test_a_cell_that_hangs_is_silent_after_the_deadline(self) -> None:
        uuid = self.place(0, "a")
        self.addCleanup(cells.configure, deadline=cells._pool.deadline)
        cells.configure(deadline=0.5)
        release = threading.Event()
        self.addCleanup(release.set)
        original = objects.InstanceList.get_after

        def hang(cell_context: Any, *args: Any, **kwargs: Any) -> Any:
            if cell_context.cell_target.uuid == self.targets[0].uuid:
                release.wait(30)
            return original(cell_context, *args, **kwargs)

        self.patch(objects.InstanceList, "get_after", hang)
        began = time.monotonic()
        listing = self.listed()
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual([uuid], [server.uuid for server in listing.servers])
        self.assertEqual(["cell1"], [cell.name for cell in listing.silent_cells])

    def test_disabled_cells_are_not_asked(self) -> None:
        self.place(0, "a")
        cell = self.mappings[self.targets[0].uuid]
        cell.disabled = True
        cell.save()
        self.assertEqual(0, len(self.listed().servers))

    def test_wrong_questions_are_errors_whatever_the_cells(self) -> None:
        self.place(0, "a")
        self.take_down(1)
        self.assertRaises(exception.InvalidSortKey, self.listed, sort_keys=["nonsense"])
        self.assertRaises(exception.Invalid, self.listed, {"display_name": "("})
        self.assertRaises(exception.MarkerNotFound, self.listed, marker=uuidutils.generate_uuid())

    def test_a_server_is_listed_once_while_a_cell_takes_it_over(self) -> None:
        uuid = self.boot("a")
        request = objects.BuildRequest.get_by_instance_uuid(self.context, uuid)
        taken = request.get_new_instance(self.aim(self.targets[0]))
        taken.vm_state = "active"
        taken.create()
        [server] = self.listed().servers
        self.assertEqual("ACTIVE", status.of(server))

    def test_a_record_that_cannot_be_read_does_not_hide_the_others(self) -> None:
        self.boot("a")
        broken = self.boot("b")
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sa.update(models.BuildRequest)
                .where(models.BuildRequest.instance_uuid == broken)
                .values(instance="{garbage")
            )
        self.assertEqual(["a"], [server.display_name for server in self.listed().servers])
        error = self.assertRaises(exception.UnreadableRecord, lookup.show, self.user, broken)
        self.assertNotIsInstance(error, exception.NotFound)


class TestShow(LookupTestCase):
    def test_follows_the_server_from_its_request_into_its_cell(self) -> None:
        uuid = self.boot("a")
        self.assertEqual("BUILD", status.of(lookup.show(self.user, uuid)))
        request = objects.BuildRequest.get_by_instance_uuid(self.context, uuid)
        server = request.get_new_instance(self.aim(self.targets[2]))
        server.vm_state, server.task_state = "active", None
        server.create()
        records.claim(self.context, uuid, self.mappings[self.targets[2].uuid])
        self.assertEqual("ACTIVE", status.of(lookup.show(self.user, uuid)))

    def test_absent_deleted_and_foreign_ones_are_not_found(self) -> None:
        uuid = self.place(0, "a", project_id="other")
        for wanted in (uuidutils.generate_uuid(), uuid):
            self.assertRaises(exception.InstanceNotFound, lookup.show, self.user, wanted)
        self.assertEqual(uuid, lookup.show(self.context, uuid).uuid)

    def test_a_down_cell_gives_a_partial_record_even_without_a_request_spec(self) -> None:
        uuid = self.place(1, "a")
        self.take_down(1)
        server = lookup.show(self.user, uuid)
        self.assertTrue(partial.is_partial(server))
        self.assertEqual("UNKNOWN", status.of(server))
        self.assertEqual("project", server.project_id)

    def test_reads_the_mapping_again_when_the_request_went_meanwhile(self) -> None:
        uuid = self.boot("a")
        cell_context = self.aim(self.targets[0])
        cell = self.mappings[self.targets[0].uuid]
        get = objects.BuildRequest.get_by_instance_uuid

        def claimed_first(asked: Any, wanted: str) -> Any:
            request = get(asked, wanted)
            request.get_new_instance(cell_context).create()
            records.claim(self.context, wanted, cell)
            return get(asked, wanted)

        self.patch(objects.BuildRequest, "get_by_instance_uuid", claimed_first)
        self.assertEqual("a", lookup.show(self.user, uuid).display_name)
