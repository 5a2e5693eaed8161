# SPDX-License-Identifier: Apache-2.0
"""Moves of servers, in the cell's database."""

import datetime
from typing import Any

from nova_api_db import context, exception, objects
from nova_api_db.db.cell import migration as query
from nova_api_db.db.cell import models
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"

#: The states in the order in which moves go through them, and where they end.
IN_PROGRESS = (
    "accepted",
    "queued",
    "preparing",
    "pre-migrating",
    "migrating",
    "running",
    "post-migrating",
    "finished",
    "confirming",
    "reverting",
    "cancelling",
)


class MigrationTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.target = self.make_cell()
        self.cell = self.aim(self.target)
        self.server = builders.make_instance_row(self.cell)["uuid"]

    def migration(self, **changes: Any) -> objects.Migration:
        values = {
            "instance_uuid": self.server,
            "source_compute": "source",
            "source_node": "source-node",
            "dest_compute": "dest",
            "dest_node": "dest-node",
            "dest_compute_id": 7,
            "status": "migrating",
            "migration_type": "resize",
        }
        return objects.Migration(self.cell, **{**values, **changes})

    def create(self, **changes: Any) -> objects.Migration:
        created = self.migration(**changes)
        created.create()
        return created

    def make(self, **changes: Any) -> int:
        values = {
            "instance_uuid": self.server,
            "source_compute": "source",
            "source_node": "source-node",
            "dest_compute": "dest",
            "dest_node": "dest-node",
            "status": "migrating",
        }
        id: int = builders.make_row(self.cell, models.Migration, **{**values, **changes})["id"]
        return id

    def get(self, id: int) -> objects.Migration:
        return objects.Migration.get_by_id(self.cell, id)

    def row(self, id: int) -> dict[str, Any]:
        return builders.list_rows(self.cell, models.Migration, id=id)[0]


class TestCreate(MigrationTestCase):
    def test_created_move_is_read_again(self) -> None:
        created = self.create(memory_total=2**40)
        self.assertEqual(set(), created.obj_what_changed())
        read = self.get(created.id)
        self.assertEqual(
            (created.uuid, "resize", False, False, 2**40),
            (
                read.uuid,
                read.migration_type,
                read.hidden,
                read.cross_cell_move,
                read.memory_total,
            ),
        )

    def test_move_is_in_the_name_of_who_asks(self) -> None:
        self.cell = context.aimed(context.RequestContext("user", "project"), self.target)
        created = self.create()
        self.assertEqual(("user", "project"), (created.user_id, created.project_id))
        named = self.create(user_id="other", project_id="theirs")
        self.assertEqual(("other", "theirs"), (named.user_id, named.project_id))

    def test_move_cannot_be_created_twice(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create().create)

    def test_move_without_a_type_is_refused(self) -> None:
        migration = objects.Migration(self.cell, instance_uuid=self.server)
        self.assertRaises(exception.ObjectActionError, migration.create)

    def test_node_without_its_id_is_refused(self) -> None:
        migration = objects.Migration(
            self.cell, instance_uuid=self.server, migration_type="resize", dest_node="node"
        )
        self.assertRaises(exception.ObjectActionError, migration.create)


class TestLoad(MigrationTestCase):
    def test_null_of_older_rows_reads_as_its_default(self) -> None:
        for old, new, expected in ((1, 2, "resize"), (1, 1, "migration")):
            id = self.make(
                migration_type=None,
                hidden=None,
                cross_cell_move=None,
                uuid=None,
                old_instance_type_id=old,
                new_instance_type_id=new,
            )
            before = self.row(id)
            read = self.get(id)
            self.assertEqual(
                (expected, False, False), (read.migration_type, read.hidden, read.cross_cell_move)
            )
            self.assertEqual(set(), read.obj_what_changed())
            self.assertEqual(before, self.row(id))

    def test_server_is_loaded_when_read(self) -> None:
        self.assertEqual(self.server, self.get(self.make()).instance.uuid)

    def test_server_that_was_given_is_not_loaded(self) -> None:
        migration = self.migration()
        given = objects.Instance(uuid=self.server)
        migration.instance = given
        self.assertIs(given, migration.instance)


class TestDestination(MigrationTestCase):
    def test_known_id_is_returned(self) -> None:
        self.assertEqual(7, self.migration().get_dest_compute_id())

    def test_unknown_id_is_looked_up(self) -> None:
        migration = self.migration(dest_compute_id=None)
        self.assertRaises(exception.ComputeHostNotFound, migration.get_dest_compute_id)
        node = builders.make_compute_node_row(
            self.cell, host="dest", hypervisor_hostname="dest-node"
        )
        self.assertEqual(node["id"], migration.get_dest_compute_id())
        self.assertEqual(node["id"], migration.dest_compute_id)

    def test_move_without_a_destination_has_none(self) -> None:
        self.assertIsNone(objects.Migration(self.cell).get_dest_compute_id())


class TestSave(MigrationTestCase):
    def test_only_what_changed_is_written(self) -> None:
        ours = self.create()
        theirs = self.get(ours.id)
        theirs.memory_total = 5
        theirs.save()
        ours.status = "finished"
        ours.save()
        self.assertEqual(("finished", 5), (ours.status, ours.memory_total))
        self.assertIsNotNone(ours.updated_at)
        row = self.row(ours.id)
        self.assertEqual(("finished", 5), (row["status"], row["memory_total"]))

    def test_move_of_a_deleted_server_is_written(self) -> None:
        read = self.get(self.make(deleted=5))
        read.status = "error"
        read.save()
        self.assertEqual("error", self.row(read.id)["status"])

    def test_absent_move_is_not_found(self) -> None:
        created = self.create()
        created.id = created.id + 1
        created.status = "error"
        self.assertRaises(exception.MigrationNotFound, created.save)


class TestGet(MigrationTestCase):
    def test_move_is_found_by_what_it_is_known_by(self) -> None:
        created = self.create(uuid=UUID)
        self.create()
        get = objects.Migration
        for found in (
            get.get_by_id(self.cell, created.id),
            get.get_by_uuid(self.cell, UUID),
            get.get_by_id_and_instance(self.cell, created.id, self.server),
            get.get_by_instance_and_status(self.cell, self.server, "migrating"),
        ):
            self.assertEqual(created.id, found.id)

    def test_absent_move_raises(self) -> None:
        created = self.create()
        get = objects.Migration
        for error, call, *arguments in (
            (exception.MigrationNotFound, get.get_by_id, created.id + 1),
            (exception.MigrationNotFound, get.get_by_uuid, UUID),
            (
                exception.MigrationNotFoundForInstance,
                get.get_by_id_and_instance,
                created.id,
                UUID,
            ),
            (
                exception.MigrationNotFoundByStatus,
                get.get_by_instance_and_status,
                self.server,
                "done",
            ),
        ):
            self.assertRaises(error, call, self.cell, *arguments)

    def test_deleted_move_is_found_but_for_a_servers_list(self) -> None:
        id = self.make(uuid=UUID, deleted=5)
        get = objects.Migration
        for found in (
            get.get_by_id(self.cell, id),
            get.get_by_uuid(self.cell, UUID),
            get.get_by_instance_and_status(self.cell, self.server, "migrating"),
        ):
            self.assertEqual(id, found.id)
        self.assertRaises(
            exception.MigrationNotFoundForInstance,
            get.get_by_id_and_instance,
            self.cell,
            id,
            self.server,
        )


class TestInProgress(MigrationTestCase):
    def setUp(self) -> None:
        super().setUp()
        for status in (*IN_PROGRESS, *query.OVER, None):
            self.make(status=status)
        self.make(status="migrating", deleted=5)

    def statuses(self, found: objects.MigrationList) -> list[str | None]:
        return [migration.status for migration in found]

    def test_moves_that_are_not_over_are_those_of_the_node(self) -> None:
        get = objects.MigrationList.get_in_progress_by_host_and_node
        for host, node, expected in (
            ("source", "source-node", IN_PROGRESS),
            ("dest", "dest-node", IN_PROGRESS),
            ("source", "dest-node", ()),
            ("dest", "source-node", ()),
        ):
            self.assertEqual(list(expected), self.statuses(get(self.cell, host, node)))

    def test_failed_moves_are_there_if_asked_for(self) -> None:
        found = objects.MigrationList.get_in_progress_and_error(self.cell, "dest", "dest-node")
        self.assertEqual([*IN_PROGRESS, "error"], self.statuses(found))

    def test_server_is_in_the_moves_it_takes_part_in(self) -> None:
        get = objects.MigrationList.get_in_progress_by_instance
        self.assertEqual(
            ["queued", "preparing", "running", "post-migrating"],
            self.statuses(get(self.cell, self.server)),
        )
        self.make(status="running", migration_type="live-migration")
        self.assertEqual(["running"], self.statuses(get(self.cell, self.server, "live-migration")))
        self.assertEqual([], self.statuses(get(self.cell, UUID)))


class TestUnconfirmed(MigrationTestCase):
    def test_moves_that_waited_long_enough_are_found(self) -> None:
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
        long_ago, just_now = now - datetime.timedelta(hours=1), now
        waits = {"status": "finished", "dest_compute": "here"}
        expected = self.make(**waits, updated_at=long_ago)
        self.make(**waits, updated_at=just_now)
        self.make(**waits, updated_at=None)
        self.make(**waits, updated_at=long_ago, deleted=5)
        self.make(status="migrating", dest_compute="here", updated_at=long_ago)
        self.make(status="finished", dest_compute="elsewhere", updated_at=long_ago)
        for use_slave in (False, True):
            found = objects.MigrationList.get_unconfirmed_by_dest_compute(
                self.cell, 600, "here", use_slave=use_slave
            )
            self.assertEqual([expected], [migration.id for migration in found])


class TestFilters(MigrationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.other = builders.make_instance_row(self.cell)["uuid"]
        year = [datetime.datetime(2020 + number, 1, 1) for number in range(4)]
        moves: list[dict[str, Any]] = [
            {"source_compute": "a", "source_node": "an", "migration_type": "resize"},
            {"dest_compute": "a", "dest_node": "an", "user_id": "user"},
            {"status": "error", "hidden": True, "project_id": "project"},
            {"instance_uuid": self.other, "hidden": None},
        ]
        self.ids = [
            self.make(
                uuid=f"aaaaaaaa-0000-4000-8000-00000000000{number}",
                created_at=year[0],
                updated_at=year[number],
                **move,
            )
            for number, move in enumerate(moves)
        ]
        self.make(deleted=5)

    def find(self, filters: dict[str, Any], **arguments: Any) -> list[int]:
        found = objects.MigrationList.get_by_filters(self.cell, filters, **arguments)
        return [self.ids.index(migration.id) for migration in found]

    def test_each_filter_finds_its_moves(self) -> None:
        moment = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
        for filters, expected in (
            ({}, [0, 1, 2, 3]),
            ({"status": "error"}, [2]),
            ({"status": ["error", "migrating"]}, [0, 1, 2, 3]),
            ({"status": []}, []),
            ({"host": "a"}, [0, 1]),
            ({"source_compute": "a"}, [0]),
            ({"node": "an"}, [0, 1]),
            ({"migration_type": "resize"}, [0]),
            ({"hidden": True}, [2]),
            ({"hidden": "false"}, [0, 1, 3]),
            ({"instance_uuid": self.other}, [3]),
            ({"instance_uuid": [self.other, self.server]}, [0, 1, 2, 3]),
            ({"user_id": "user"}, [1]),
            ({"project_id": "project"}, [2]),
            ({"uuid": "aaaaaaaa-0000-4000-8000-000000000003"}, [3]),
            ({"changes-since": moment}, [1, 2, 3]),
            ({"changes-before": moment}, [0, 1]),
            ({"changes-since": moment, "changes-before": moment.replace(tzinfo=None)}, [1]),
            ({"host": "a", "user_id": "user"}, [1]),
            ({"dest_compute": "nowhere"}, [0, 1, 2, 3]),
        ):
            self.assertEqual(expected, self.find(filters), str(filters))

    def test_deleted_moves_are_found_if_the_context_reads_them(self) -> None:
        self.cell = self.cell.elevated(read_deleted="yes")
        found = objects.MigrationList.get_by_filters(self.cell, {})
        self.assertEqual(5, len(found))

    def test_moves_are_sorted(self) -> None:
        for arguments, expected in (
            ({"sort_keys": ["id"]}, [3, 2, 1, 0]),
            ({"sort_keys": ["id"], "sort_dirs": ["asc"]}, [0, 1, 2, 3]),
            ({"sort_keys": ["created_at"], "sort_dirs": ["asc"]}, [0, 1, 2, 3]),
            ({"sort_keys": ["status", "id"], "sort_dirs": ["asc", "desc"]}, [2, 3, 1, 0]),
            ({"sort_keys": ["user_id"], "sort_dirs": ["desc"]}, [1, 3, 2, 0]),
        ):
            self.assertEqual(expected, self.find({}, **arguments), str(arguments))

    def test_pages_follow_each_other(self) -> None:
        self.assertEqual([3, 2], self.find({}, limit=2))
        self.assertEqual([], self.find({}, limit=0))
        marker = "aaaaaaaa-0000-4000-8000-000000000002"
        self.assertEqual([1, 0], self.find({}, marker=marker))
        self.assertEqual([1], self.find({}, marker=marker, limit=1))
        self.assertEqual([3], self.find({}, marker=marker, sort_keys=["id"], sort_dirs=["asc"]))

    def test_what_cannot_be_is_refused(self) -> None:
        for error, arguments in (
            (exception.MarkerNotFound, {"marker": UUID.replace("0", "9")}),
            (exception.InvalidSortKey, {"sort_keys": ["bogus"]}),
            (exception.InvalidSortDirection, {"sort_keys": ["id"], "sort_dirs": ["up"]}),
            (exception.Invalid, {"sort_dirs": ["asc"]}),
        ):
            self.assertRaises(error, self.find, {}, **arguments)
