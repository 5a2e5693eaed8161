# SPDX-License-Identifier: Apache-2.0
"""Services, in the databases of the cells."""

import datetime
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from nova_api_db.objects import minimum_version, service
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"
OURS = service.SERVICE_VERSION


class ServiceTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.target = self.make_cell()
        self.cell = self.aim(self.target)
        self.addCleanup(minimum_version.stop_keeping)

    def service(self, **changes: Any) -> objects.Service:
        values = {"host": "host", "binary": "nova-compute", "topic": "compute"}
        return objects.Service(self.cell, **{**values, **changes})

    def create(self, **changes: Any) -> objects.Service:
        created = self.service(**changes)
        created.create()
        return created

    def get(self, id: int) -> objects.Service:
        return objects.Service.get_by_id(self.cell, id)

    def make(self, **changes: Any) -> int:
        values = {"host": "host", "binary": "nova-compute", "topic": "compute", "version": OURS}
        id: int = builders.make_row(self.cell, models.Service, **{**values, **changes})["id"]
        return id

    def row(self, id: int) -> dict[str, Any]:
        return builders.list_rows(self.cell, models.Service, id=id)[0]


class TestCreate(ServiceTestCase):
    def test_created_service_is_read_again(self) -> None:
        created = self.create(report_count=3, disabled=True, disabled_reason="why")
        self.assertEqual(set(), created.obj_what_changed())
        read = self.get(created.id)
        self.assertEqual(
            (created.uuid, 3, True, "why", False, OURS),
            (
                read.uuid,
                read.report_count,
                read.disabled,
                read.disabled_reason,
                read.forced_down,
                read.version,
            ),
        )
        self.assertEqual(set(), read.obj_what_changed())

    def test_service_cannot_be_created_twice(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create().create)

    def test_host_has_a_binary_once(self) -> None:
        self.create()
        self.assertRaises(exception.ServiceBinaryExists, self.create, topic="other")

    def test_host_has_a_topic_once(self) -> None:
        self.create()
        self.assertRaises(exception.ServiceTopicExists, self.create, binary="nova-other")

    def test_deleted_service_is_not_in_the_way(self) -> None:
        self.create().destroy()
        self.create()

    def test_binary_that_is_not_ours_is_refused(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create, binary="cinder-volume")

    def test_service_older_than_all_others_is_refused(self) -> None:
        self.make(host="newer", version=OURS + 1)
        self.assertRaises(exception.ServiceTooOld, self.create)
        self.create(binary="nova-conductor", topic="conductor")


class TestLoad(ServiceTestCase):
    def test_null_of_older_rows_reads_as_its_default(self) -> None:
        id = self.make(disabled=None, forced_down=None, version=None, uuid=None)
        before = self.row(id)
        read = self.get(id)
        self.assertEqual((False, False, 0), (read.disabled, read.forced_down, read.version))
        self.assertFalse(read.obj_attr_is_set("uuid"))
        self.assertEqual(set(), read.obj_what_changed())
        self.assertEqual(before, self.row(id))

    def test_version_is_that_of_the_row(self) -> None:
        self.assertEqual(50, self.get(self.make(version=50)).version)

    def test_compute_node_is_loaded_when_read(self) -> None:
        first = builders.make_compute_node_row(self.cell)
        builders.make_compute_node_row(self.cell, hypervisor_hostname="second")
        read = self.get(self.make())
        self.assertEqual(first["id"], read.compute_node.id)
        self.assertEqual(set(), read.obj_what_changed())

    def test_absent_compute_node_raises(self) -> None:
        read = self.get(self.make())
        self.assertRaises(exception.ComputeHostNotFound, getattr, read, "compute_node")

    def test_nothing_else_can_be_loaded(self) -> None:
        self.assertRaises(exception.ObjectActionError, getattr, self.service(), "id")

    def test_old_receiver_gets_the_compute_node(self) -> None:
        read = self.get(self.make())
        manifest = {"Service": "1.9", "ComputeNode": "1.10"}
        primitive = read.obj_to_primitive("1.9", manifest)
        self.assertNotIn("compute_node", primitive["nova_object.data"])
        builders.make_compute_node_row(self.cell)
        node = read.obj_to_primitive("1.9", manifest)["nova_object.data"]["compute_node"]
        self.assertEqual("1.10", node["nova_object.version"])
        self.assertEqual(read.id, node["nova_object.data"]["service_id"])


class TestSave(ServiceTestCase):
    def test_only_what_changed_is_written(self) -> None:
        ours = self.create()
        theirs = self.get(ours.id)
        theirs.disabled = True
        theirs.save()
        ours.forced_down = True
        ours.save()
        self.assertEqual((True, True), (ours.disabled, ours.forced_down))
        row = self.row(ours.id)
        self.assertEqual((True, True), (bool(row["disabled"]), bool(row["forced_down"])))

    def test_report_that_counts_up_is_a_sign_of_life(self) -> None:
        created = self.create(report_count=5)
        for count, seen in ((4, False), (4, False), (5, True)):
            created.report_count = count
            created.save()
            self.assertEqual(seen, created.last_seen_up is not None)

    def test_sign_of_life_that_is_given_is_kept(self) -> None:
        created = self.create()
        then = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        created.report_count, created.last_seen_up = 1, then
        created.save()
        self.assertEqual(then, self.get(created.id).last_seen_up)

    def test_version_is_written_when_it_was_set(self) -> None:
        id = self.make(version=50)
        read = self.get(id)
        read.report_count = 9
        read.save()
        self.assertEqual(50, self.row(id)["version"])
        read.version = 60
        read.save()
        self.assertEqual(60, self.row(id)["version"])

    def test_service_older_than_all_others_is_refused(self) -> None:
        self.make(host="newer", version=OURS)
        read = self.get(self.make(version=50, forced_down=True))
        read.forced_down = False
        self.assertRaises(exception.ServiceTooOld, read.save)

    def test_zone_is_not_stored(self) -> None:
        created = self.create()
        created.availability_zone = "here"
        created.save()
        self.assertEqual(set(), created.obj_what_changed())
        self.assertIsNone(self.row(created.id)["updated_at"])

    def test_deleted_service_is_not_found(self) -> None:
        created = self.create()
        self.get(created.id).destroy()
        created.disabled = True
        self.assertRaises(exception.ServiceNotFound, created.save)


class TestDestroy(ServiceTestCase):
    def test_row_is_marked_with_its_id(self) -> None:
        created = self.create()
        created.destroy()
        self.assertEqual(created.id, self.row(created.id)["deleted"])
        self.assertRaises(exception.ServiceNotFound, created.destroy)


class TestGet(ServiceTestCase):
    def test_service_is_found_by_what_it_is_known_by(self) -> None:
        created = self.create(uuid=UUID)
        get = objects.Service
        for found in (
            get.get_by_id(self.cell, created.id),
            get.get_by_uuid(self.cell, UUID),
            get.get_by_args(self.cell, "host", "nova-compute"),
            get.get_by_host_and_binary(self.cell, "host", "nova-compute"),
            get.get_by_host_and_topic(self.cell, "host", "compute"),
            get.get_by_compute_host(self.cell, "host"),
            get.get_by_compute_host(self.cell, "host", use_slave=True),
        ):
            assert found is not None
            self.assertEqual(created.id, found.id)

    def test_absent_or_deleted_service_raises(self) -> None:
        created = self.create(uuid=UUID)
        created.destroy()
        get = objects.Service
        for error, call, *arguments in (
            (exception.ServiceNotFound, get.get_by_id, created.id),
            (exception.ServiceNotFound, get.get_by_uuid, UUID),
            (exception.HostBinaryNotFound, get.get_by_args, "host", "nova-compute"),
            (exception.ServiceNotFound, get.get_by_host_and_topic, "host", "compute"),
            (exception.ComputeHostNotFound, get.get_by_compute_host, "host"),
        ):
            self.assertRaises(error, call, self.cell, *arguments)
        self.assertIsNone(get.get_by_host_and_binary(self.cell, "host", "nova-compute"))

    def test_disabled_service_is_not_found_by_its_topic(self) -> None:
        self.create(disabled=True)
        self.assertRaises(
            exception.ServiceNotFound,
            objects.Service.get_by_host_and_topic,
            self.cell,
            "host",
            "compute",
        )


class TestList(ServiceTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.make(host="a")
        self.make(host="b", disabled=True)
        self.make(host="c", disabled=None)
        self.make(host="a", binary="nova-conductor", topic="conductor")
        self.make(host="d", deleted=5)
        for host, kind in (("a", "QEMU"), ("b", "QEMU"), ("c", "ironic")):
            builders.make_compute_node_row(self.cell, host=host, hypervisor_type=kind)
        builders.make_compute_node_row(self.cell, host="a", hypervisor_hostname="second")

    def test_lists_are_what_they_are_named_for(self) -> None:
        lists, cell = objects.ServiceList, self.cell
        for expected, found in (
            ([1, 2, 3, 4], lists.get_all(cell)),
            ([2], lists.get_all(cell, disabled=True)),
            ([1, 3, 4], lists.get_all(cell, disabled=False)),
            ([1, 3], lists.get_by_topic(cell, "compute")),
            ([1, 3], lists.get_by_binary(cell, "nova-compute")),
            ([1, 2, 3], lists.get_by_binary(cell, "nova-compute", include_disabled=True)),
            ([1, 4], lists.get_by_host(cell, "a")),
            ([], lists.get_by_host(cell, "absent")),
            ([1], lists.get_all_computes_by_hv_type(cell, "QEMU")),
        ):
            first = found[0].id - expected[0] if expected else 0
            self.assertEqual(expected, [one.id - first for one in found])

    def test_zones_are_set_if_asked_for(self) -> None:
        zone = objects.Aggregate(self.context, name="zone", metadata={"availability_zone": "here"})
        zone.create()
        zone.add_host("a")
        self.assertFalse(
            objects.ServiceList.get_all(self.cell)[0].obj_attr_is_set("availability_zone")
        )
        services = objects.ServiceList.get_all(self.cell, set_zones=True)
        self.assertEqual(
            ["here", "nova", "nova", "internal"],
            [service.availability_zone for service in services],
        )
        self.assertEqual(set(), services[0].obj_what_changed())


class TestMinimumVersion(ServiceTestCase):
    def minimum(self, *binaries: str, **arguments: Any) -> int:
        return objects.Service.get_minimum_version_multi(self.cell, binaries, **arguments)

    def test_minimum_is_over_the_services_that_count(self) -> None:
        self.make(host="a", version=60)
        self.make(host="b", version=50, disabled=True)
        self.make(host="c", version=40, forced_down=True)
        self.make(host="d", version=30, deleted=4)
        self.assertEqual(50, objects.Service.get_minimum_version(self.cell, "nova-compute"))

    def test_binary_without_services_says_nothing(self) -> None:
        self.make(version=60)
        self.assertEqual(0, self.minimum("nova-conductor"))
        self.assertEqual(60, self.minimum("nova-conductor", "nova-compute", use_slave=True))
        self.assertEqual(0, self.minimum())

    def test_service_without_a_version_is_the_oldest(self) -> None:
        self.make(host="a", version=None)
        self.make(host="b")
        self.assertEqual(0, self.minimum("nova-compute"))

    def test_name_that_is_no_binary_of_ours_is_refused(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.minimum, "compute")

    def test_versions_are_kept_only_when_asked_for(self) -> None:
        id = self.make(version=60)
        self.assertEqual(60, self.minimum("nova-compute"))
        objects.Service.enable_min_version_cache()
        self.raise_to(id, 61)
        self.assertEqual(61, self.minimum("nova-compute"))
        self.raise_to(id, 62)
        self.assertEqual(61, self.minimum("nova-compute"))
        objects.Service.clear_min_version_cache()
        self.assertEqual(62, self.minimum("nova-compute"))

    def test_kept_versions_are_those_of_one_cell(self) -> None:
        objects.Service.enable_min_version_cache()
        self.make(version=60)
        self.assertEqual(60, self.minimum("nova-compute"))
        self.cell = self.aim(self.make_cell("cell2"))
        self.make(version=50)
        self.assertEqual(50, self.minimum("nova-compute"))

    def raise_to(self, id: int, version: int) -> None:
        read = self.get(id)
        read.version = version
        read.save()

    def test_minimum_is_over_all_cells(self) -> None:
        self.make(version=60)
        self.make_cell("empty")
        self.cell = self.aim(self.make_cell("cell2"))
        self.make(version=50)
        found = service.get_minimum_version_all_cells(self.context, ["nova-compute"])
        self.assertEqual(50, found)

    def test_cell_that_does_not_answer_counts_only_where_all_have_to(self) -> None:
        self.make(version=60)
        self.make_cell("down", database_connection="mysql+pymysql://root@127.0.0.1:1/none")
        ask = service.get_minimum_version_all_cells
        self.assertEqual(60, ask(self.context, ["nova-compute"]))
        self.assertRaises(
            exception.CellTimeout, ask, self.context, ["nova-compute"], require_all=True
        )
