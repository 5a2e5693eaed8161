# SPDX-License-Identifier: Apache-2.0
"""Disks and volumes of servers, in the cell's database."""

from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"


class TestBlockDevice(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.server = builders.make_instance_row(self.cell)["uuid"]
        self.other = builders.make_instance_row(self.cell)["uuid"]

    def bdm(self, **changes: Any) -> objects.BlockDeviceMapping:
        values = {
            "instance_uuid": self.server,
            "source_type": "volume",
            "destination_type": "volume",
            "volume_id": "volume",
        }
        return objects.BlockDeviceMapping(self.cell, **{**values, **changes})

    def create(self, **changes: Any) -> objects.BlockDeviceMapping:
        bdm = self.bdm(**changes)
        bdm.create()
        return bdm

    def rows(self, **values: Any) -> list[dict[str, Any]]:
        return builders.list_rows(self.cell, models.BlockDeviceMapping, **values)

    def device_names(self, uuid: str | None = None) -> list[str | None]:
        bdms = objects.BlockDeviceMappingList.get_by_instance_uuid(self.cell, uuid or self.server)
        return [bdm.device_name for bdm in bdms]


class TestCreate(TestBlockDevice):
    def test_created_device_is_read_again(self) -> None:
        created = self.create(device_name="/dev/vda", boot_index=0, connection_info="{}")
        self.assertEqual(set(), created.obj_what_changed())
        read = objects.BlockDeviceMapping.get_by_volume(self.cell, "volume")
        self.assertEqual(created.uuid, read.uuid)
        self.assertEqual(
            ("/dev/vda", 0, "{}"), (read.device_name, read.boot_index, read.connection_info)
        )
        self.assertEqual(
            (False, False, False), (read.no_device, read.encrypted, read.delete_on_termination)
        )

    def test_null_of_a_boolean_is_false(self) -> None:
        builders.make_row(
            self.cell,
            models.BlockDeviceMapping,
            instance_uuid=self.server,
            volume_id="volume",
            delete_on_termination=None,
            encrypted=None,
        )
        read = objects.BlockDeviceMapping.get_by_volume(self.cell, "volume")
        self.assertEqual(
            (False, False, False), (read.no_device, read.encrypted, read.delete_on_termination)
        )
        self.assertEqual(set(), read.obj_what_changed())

    def test_device_keeps_the_uuid_it_was_given(self) -> None:
        self.assertEqual(UUID, self.create(uuid=UUID).uuid)

    def test_device_cannot_be_created_twice(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create().create)

    def test_device_without_a_server_is_refused(self) -> None:
        bdm = objects.BlockDeviceMapping(self.cell, volume_id="volume")
        self.assertRaises(exception.ObjectActionError, bdm.create)
        self.assertEqual([], self.rows())

    def test_server_object_cannot_be_stored(self) -> None:
        bdm = self.bdm()
        bdm.instance = objects.Instance(self.cell, uuid=self.server)
        self.assertRaises(exception.ObjectActionError, bdm.create)


class TestSave(TestBlockDevice):
    def test_only_what_changed_is_written(self) -> None:
        ours, theirs = self.create(), objects.BlockDeviceMapping.get_by_volume(self.cell, "volume")
        theirs.tag = "theirs"
        theirs.save()
        ours.device_name = "/dev/vdb"
        ours.save()
        self.assertEqual("theirs", ours.tag)
        (row,) = self.rows()
        self.assertEqual(("theirs", "/dev/vdb"), (row["tag"], row["device_name"]))
        self.assertIsNotNone(ours.updated_at)

    def test_nothing_changed_writes_nothing(self) -> None:
        self.create().save()
        self.assertIsNone(self.rows()[0]["updated_at"])

    def test_deleted_device_is_not_found(self) -> None:
        bdm = self.create()
        objects.BlockDeviceMapping.get_by_volume(self.cell, "volume").destroy()
        bdm.device_name = "/dev/vdb"
        self.assertRaises(exception.BDMNotFound, bdm.save)
        self.assertIsNone(self.rows()[0]["device_name"])

    def test_server_object_cannot_be_changed(self) -> None:
        bdm = self.create()
        bdm.instance = objects.Instance(self.cell, uuid=self.other)
        self.assertRaises(exception.ObjectActionError, bdm.save)


class TestDestroy(TestBlockDevice):
    def test_row_is_marked_with_its_id(self) -> None:
        bdm = self.create()
        bdm.destroy()
        (row,) = self.rows()
        self.assertEqual(row["id"], row["deleted"])
        self.assertFalse(bdm.obj_attr_is_set("id"))
        self.assertRaises(
            exception.VolumeBDMNotFound,
            objects.BlockDeviceMapping.get_by_volume,
            self.cell,
            "volume",
        )

    def test_destroying_twice_is_refused(self) -> None:
        bdm = self.create()
        bdm.destroy()
        self.assertRaises(exception.ObjectActionError, bdm.destroy)

    def test_what_another_destroyed_may_be_destroyed(self) -> None:
        bdm = self.create()
        objects.BlockDeviceMapping.get_by_volume(self.cell, "volume").destroy()
        bdm.destroy()


class TestUpdateOrCreate(TestBlockDevice):
    def test_unknown_device_is_created(self) -> None:
        self.bdm(device_name="/dev/vda").update_or_create()
        self.bdm(device_name="/dev/vdb").update_or_create()
        self.assertEqual(["/dev/vda", "/dev/vdb"], self.device_names())

    def test_device_of_the_same_name_is_changed(self) -> None:
        created = self.create(device_name="/dev/vda")
        bdm = self.bdm(device_name="/dev/vda", volume_id="other")
        bdm.update_or_create()
        self.assertEqual((created.id, created.uuid), (bdm.id, bdm.uuid))
        self.assertEqual("other", self.rows()[0]["volume_id"])

    def test_device_of_the_same_uuid_is_changed(self) -> None:
        created = self.create(uuid=UUID, device_name="/dev/vda")
        bdm = self.bdm(uuid=UUID, device_name="/dev/vdb")
        bdm.update_or_create()
        self.assertEqual(created.id, bdm.id)
        self.assertEqual(["/dev/vdb"], self.device_names())

    def test_same_name_in_another_server_is_another_device(self) -> None:
        self.create(device_name="/dev/vda")
        self.bdm(instance_uuid=self.other, device_name="/dev/vda").update_or_create()
        self.assertEqual(["/dev/vda"], self.device_names())
        self.assertEqual(["/dev/vda"], self.device_names(self.other))

    def test_devices_without_a_name_are_each_their_own(self) -> None:
        self.bdm(device_name=None).update_or_create()
        self.bdm().update_or_create()
        self.assertEqual([None, None], self.device_names())

    def test_swap_takes_the_place_of_the_one_before(self) -> None:
        blank = {"source_type": "blank", "destination_type": "local", "volume_id": None}
        self.bdm(**blank, device_name="/dev/vdb").update_or_create()
        self.bdm(**blank, device_name="/dev/vdc", guest_format="swap").update_or_create()
        self.bdm(**blank, device_name="/dev/vdd", guest_format="swap").update_or_create()
        self.assertEqual(["/dev/vdb", "/dev/vdd"], self.device_names())

    def test_stored_device_is_refused(self) -> None:
        self.assertRaises(exception.ObjectActionError, self.create().update_or_create)


class TestGet(TestBlockDevice):
    def test_volume_of_several_servers_is_not_one_device(self) -> None:
        self.create()
        second = self.create(instance_uuid=self.other)
        self.assertRaises(
            exception.VolumeBDMIsMultiAttach,
            objects.BlockDeviceMapping.get_by_volume,
            self.cell,
            "volume",
        )
        found = objects.BlockDeviceMapping.get_by_volume_and_instance(
            self.cell, "volume", self.other
        )
        self.assertEqual(second.id, found.id)

    def test_volume_id_gives_the_first_device(self) -> None:
        first = self.create()
        self.create(instance_uuid=self.other)
        found = objects.BlockDeviceMapping.get_by_volume_id(self.cell, "volume", self.server)
        self.assertEqual(first.id, found.id)
        self.assertRaises(
            exception.InvalidVolume,
            objects.BlockDeviceMapping.get_by_volume_id,
            self.cell,
            "volume",
            self.other,
        )

    def test_absent_volume_is_not_found(self) -> None:
        for get in (
            objects.BlockDeviceMapping.get_by_volume,
            objects.BlockDeviceMapping.get_by_volume_id,
            objects.BlockDeviceMappingList.get_by_volume,
            lambda context, volume: objects.BlockDeviceMapping.get_by_volume_and_instance(
                context, volume, self.server
            ),
        ):
            self.assertRaises(exception.VolumeBDMNotFound, get, self.cell, "absent")

    def test_server_is_loaded_when_read(self) -> None:
        self.create()
        bdm = objects.BlockDeviceMapping.get_by_volume(self.cell, "volume")
        self.assertFalse(bdm.obj_attr_is_set("instance"))
        assert bdm.instance is not None
        self.assertEqual(self.server, bdm.instance.uuid)
        self.assertEqual(set(), bdm.obj_what_changed())

    def test_expected_server_is_loaded_at_once(self) -> None:
        self.create()
        bdm = objects.BlockDeviceMapping.get_by_volume(
            self.cell, "volume", expected_attrs=["instance"]
        )
        self.assertTrue(bdm.obj_attr_is_set("instance"))

    def test_nothing_else_can_be_loaded(self) -> None:
        bdm = objects.BlockDeviceMapping(self.cell)
        self.assertRaises(exception.ObjectActionError, getattr, bdm, "volume_id")

    def test_server_needs_a_context_to_be_loaded(self) -> None:
        bdm = objects.BlockDeviceMapping(instance_uuid=self.server)
        self.assertRaises(exception.OrphanedObjectError, getattr, bdm, "instance")


class TestList(TestBlockDevice):
    def test_devices_of_several_servers(self) -> None:
        self.create(device_name="a")
        self.create(device_name="b", instance_uuid=self.other)
        self.create(device_name="c").destroy()
        bdms = objects.BlockDeviceMappingList.get_by_instance_uuids(
            self.cell, [self.other, self.server]
        )
        self.assertEqual(["a", "b"], [bdm.device_name for bdm in bdms])
        by_server = objects.BlockDeviceMappingList.bdms_by_instance_uuid(
            self.cell, [self.other, self.server, UUID]
        )
        self.assertEqual({self.other, self.server}, set(by_server))

    def test_volume_lists_its_devices(self) -> None:
        self.create()
        self.create(instance_uuid=self.other)
        bdms = objects.BlockDeviceMappingList.get_by_volume(self.cell, "volume")
        self.assertEqual({self.server, self.other}, bdms.instance_uuids)
