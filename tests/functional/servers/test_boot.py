# SPDX-License-Identifier: Apache-2.0
"""Booting stores three records per server, all or nothing, that show and list answer from."""

import json
import threading
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db import context, exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.servers import boot, lookup, records
from tests import base, builders

TABLES = (
    models.RequestSpec,
    models.BuildRequest,
    models.InstanceMapping,
    models.InstanceGroupMember,
)


class BootTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = context.RequestContext(
            user_id="u1", project_id="p1", user_name="anne", project_name="web"
        )

    def boot(self, **changes: Any) -> list[objects.Instance]:
        return boot.boot(self.user, builders.server_request(**changes))

    def counts(self) -> dict[str, int]:
        with facade.api_reader.using(self.context) as connection:
            return {
                model.__tablename__: connection.scalar(
                    sa.select(sa.func.count()).select_from(model)
                )
                or 0
                for model in TABLES
            }


class TestRecords(BootTestCase):
    def test_one_server_has_three_records(self) -> None:
        [server] = self.boot(name="web")
        self.assertEqual(
            {
                "request_specs": 1,
                "build_requests": 1,
                "instance_mappings": 1,
                "instance_group_member": 0,
            },
            self.counts(),
        )
        spec = objects.RequestSpec.get_by_instance_uuid(self.context, server.uuid)
        self.assertEqual("p1", spec.project_id)
        mapping = objects.InstanceMapping.get_by_instance_uuid(self.context, server.uuid)
        self.assertIsNone(mapping.cell_mapping)
        self.assertIs(False, mapping.queued_for_delete)
        self.assertEqual("u1", mapping.user_id)

    def test_many_servers_are_numbered_and_share_a_reservation(self) -> None:
        servers = self.boot(name="web", count=3)
        self.assertEqual(["web-1", "web-2", "web-3"], [one.display_name for one in servers])
        self.assertEqual(["web-1", "web-2", "web-3"], [one.hostname for one in servers])
        self.assertEqual([0, 1, 2], [one.launch_index for one in servers])
        self.assertEqual(1, len({one.reservation_id for one in servers}))
        specs = objects.RequestSpec.get_by_instance_uuids(
            self.context, [one.uuid for one in servers]
        )
        self.assertEqual([3, 3, 3], [spec.num_instances for spec in specs])

    def test_nothing_is_stored_when_one_server_of_many_is_there_already(self) -> None:
        boots = boot.prepare(self.user, builders.server_request(count=5))
        records.create(self.user, boots[3:4])
        before = self.counts()
        self.assertRaises(db_exception.DBDuplicateEntry, records.create, self.user, boots)
        self.assertEqual(before, self.counts())

    def test_objects_have_their_ids_and_count_as_stored(self) -> None:
        boots = boot.prepare(self.user, builders.server_request(count=2))
        records.create(self.user, boots)
        for one in boots:
            uuid = one.build_request.instance_uuid
            self.assertEqual(
                objects.BuildRequest.get_by_instance_uuid(self.context, uuid).id,
                one.build_request.id,
            )
            self.assertEqual(
                objects.RequestSpec.get_by_instance_uuid(self.context, uuid).id,
                one.request_spec.id,
            )
            self.assertEqual(set(), one.instance_mapping.obj_what_changed())
            self.assertEqual(set(), one.build_request.obj_what_changed())

    def test_group_members_are_written_with_the_records(self) -> None:
        group = builders.make_instance_group(self.context, project_id="p1")
        servers = self.boot(count=2, scheduler_hints={"group": group.uuid})
        self.assertCountEqual(
            [one.uuid for one in servers],
            objects.InstanceGroup.get_by_uuid(self.context, group.uuid).members or (),
        )
        spec = objects.RequestSpec.get_by_instance_uuid(self.context, servers[0].uuid)
        self.assertEqual(group.uuid, spec.instance_group.uuid)

    def test_a_group_that_is_not_there_stores_nothing(self) -> None:
        self.assertRaises(
            exception.InstanceGroupNotFound,
            self.boot,
            scheduler_hints={"group": uuidutils.generate_uuid()},
        )
        self.assertEqual({0}, set(self.counts().values()))

    def test_a_child_cell_stores_no_request_spec_and_says_so_once(self) -> None:
        records._ChildCell.said = False
        for name in ("a", "b"):
            boot.boot(self.user, builders.server_request(name=name), persist_request_specs=False)
        self.assertEqual(0, self.counts()["request_specs"])
        self.assertEqual(2, self.counts()["build_requests"])
        self.assertEqual(1, self.logs.output.count("child cell"))

    def test_text_with_any_character_is_stored(self) -> None:
        [server] = self.boot(name="☃ 𝄞 café", metadata={"key": "\U0001f600"})
        found = lookup.show(self.user, server.uuid)
        self.assertEqual("☃ 𝄞 café", found.display_name)
        self.assertEqual({"key": "\U0001f600"}, found.metadata)
        self.assertEqual("cafe", found.hostname)

    def test_stored_instance_has_the_keys_that_nova_stores(self) -> None:
        self.boot()
        with facade.api_reader.using(self.context) as connection:
            text = connection.scalar(sa.select(models.BuildRequest.instance))
        keys = json.loads(text or "")["nova_object.data"].keys()
        self.assertNotIn("created_at", keys)
        self.assertNotIn("id", keys)
        self.assertLessEqual({"uuid", "flavor", "system_metadata", "keypairs"}, keys)


class TestShown(BootTestCase):
    def test_what_boot_returns_is_what_show_answers(self) -> None:
        [server] = self.boot(name="web", tags=["blue", "green"], metadata={"a": "1"})
        found = lookup.show(self.user, server.uuid)
        for name in (
            "uuid", "display_name", "hostname", "project_id", "user_id", "vm_state", "task_state",
            "metadata", "system_metadata", "key_name", "locked", "host", "deleted", "updated_at",
        ):  # fmt: skip
            self.assertEqual(getattr(found, name), getattr(server, name), name)
        self.assertEqual(["blue", "green"], [tag.tag for tag in server.tags])
        self.assertEqual(["blue", "green"], [tag.tag for tag in found.tags])
        self.assertEqual(
            found.created_at.replace(microsecond=0), server.created_at.replace(microsecond=0)
        )

    def test_disks_follow_from_image_and_flavor(self) -> None:
        flavor = builders.flavor(ephemeral_gb=5, swap=1024)
        [server] = self.boot(flavor=flavor)
        request = objects.BuildRequest.get_by_instance_uuid(self.context, server.uuid)
        self.assertEqual(
            [("image", 0, None, None), ("blank", -1, 5, None), ("blank", -1, 1024, "swap")],
            [
                (one.source_type, one.boot_index, one.volume_size, one.guest_format)
                for one in request.block_device_mappings
            ],
        )
        self.assertEqual(
            {server.uuid}, {one.instance_uuid for one in request.block_device_mappings}
        )

    def test_a_server_on_a_volume_has_no_image(self) -> None:
        volume = objects.BlockDeviceMapping(
            source_type="volume",
            destination_type="volume",
            boot_index=0,
            volume_id=uuidutils.generate_uuid(),
        )
        [server] = self.boot(image=None, block_devices=[volume])
        self.assertEqual("", server.image_ref)
        spec = objects.RequestSpec.get_by_instance_uuid(self.context, server.uuid)
        self.assertTrue(spec.is_bfv)


class TestBadRequests(base.TestCase):
    scenarios = [
        ("empty name", {"changes": {"name": "  "}, "says": "name"}),
        ("long name", {"changes": {"name": "x" * 256}, "says": "255"}),
        ("no server", {"changes": {"count": 0}, "says": "1 or more"}),
        ("hostname for two", {"changes": {"count": 2, "hostname": "h"}, "says": "hostname"}),
        ("long tag", {"changes": {"tags": ["x" * 61]}, "says": "60"}),
        ("tag with comma", {"changes": {"tags": ["a,b"]}, "says": "comma"}),
        ("many tags", {"changes": {"tags": [str(n) for n in range(51)]}, "says": "50"}),
        ("long value", {"changes": {"metadata": {"k": "x" * 256}}, "says": "'k'"}),
        ("user data", {"changes": {"user_data": "x" * 65536}, "says": "65535"}),
        ("no image, no volume", {"changes": {"image": None}, "says": "volume"}),
    ]
    changes: dict[str, Any]
    says: str

    def test_is_refused_in_one_line(self) -> None:
        error = self.assertRaises(
            exception.Invalid,
            boot.prepare,
            context.RequestContext(user_id="u", project_id="p"),
            builders.server_request(**self.changes),
        )
        self.assertIn(self.says, str(error))
        self.assertNotIn("\n", str(error))


class TestClaim(BootTestCase):
    def setUp(self) -> None:
        super().setUp()
        target = self.make_cell()
        self.cell = objects.CellMapping.get_by_uuid(self.context, target.uuid)
        [self.server] = self.boot()
        self.uuid = self.server.uuid

    def test_conductor_first_maps_the_server(self) -> None:
        records.claim(self.context, self.uuid, self.cell)
        mapping = objects.InstanceMapping.get_by_instance_uuid(self.context, self.uuid)
        self.assertEqual(self.cell.uuid, mapping.cell_mapping.uuid)
        self.assertEqual(0, self.counts()["build_requests"])
        self.assertRaises(exception.BuildRequestNotFound, records.withdraw, self.context, self.uuid)
        self.assertEqual(1, self.counts()["request_specs"])

    def test_user_first_leaves_nothing_once_the_conductor_came(self) -> None:
        records.withdraw(self.context, self.uuid)
        self.assertRaises(exception.InstanceNotFound, lookup.show, self.user, self.uuid)
        self.assertRaises(
            exception.BuildRequestNotFound, records.claim, self.context, self.uuid, self.cell
        )
        self.assertEqual({0}, set(self.counts().values()))

    def test_second_claim_takes_nothing_away(self) -> None:
        records.claim(self.context, self.uuid, self.cell)
        self.assertRaises(
            exception.BuildRequestNotFound, records.claim, self.context, self.uuid, self.cell
        )
        counts = self.counts()
        self.assertEqual(1, counts["request_specs"])
        self.assertEqual(1, counts["instance_mappings"])

    def test_exactly_one_of_two_at_once_wins(self) -> None:
        for _ in range(10):
            [server] = self.boot()
            won: list[str] = []
            barrier = threading.Barrier(2)

            def run(name: str, call: Any, *args: Any) -> None:
                barrier.wait()  # noqa: B023 - joined before the next round
                try:
                    call(context.get_admin_context(), server.uuid, *args)  # noqa: B023
                    won.append(name)  # noqa: B023
                except exception.BuildRequestNotFound:
                    pass

            threads = [
                threading.Thread(target=run, args=("user", records.withdraw)),
                threading.Thread(target=run, args=("conductor", records.claim, self.cell)),
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(1, len(won))
            try:
                mapping = objects.InstanceMapping.get_by_instance_uuid(self.context, server.uuid)
            except exception.InstanceMappingNotFound:
                self.assertEqual(["user"], won)
            else:
                self.assertEqual(won == ["conductor"], mapping.cell_mapping is not None)
