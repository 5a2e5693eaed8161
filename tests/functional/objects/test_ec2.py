# SPDX-License-Identifier: Apache-2.0
"""Ids as EC2 has them, numbered in the cell's database."""

from typing import Any

from oslo_utils import uuidutils

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders


class TestEC2Ids(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.uuid = uuidutils.generate_uuid()
        builders.make_row(self.cell, models.InstanceIdMapping, id=255, uuid=self.uuid)

    def ids(self, **values: Any) -> objects.EC2Ids:
        images = {"image_ref": "", "kernel_id": "", "ramdisk_id": "", **values}
        instance = objects.Instance(self.cell, id=1, uuid=self.uuid, **images)
        return objects.EC2Ids.get_by_instance(self.cell, instance)

    def numbers(self) -> dict[str, int]:
        return {
            row["uuid"]: row["id"] for row in builders.list_rows(self.cell, models.ImageIdMapping)
        }

    def test_server_is_named_by_its_number(self) -> None:
        # Which is not the id that its row in instances has.
        self.assertEqual("i-000000ff", self.ids().instance_id)

    def test_server_without_a_number_is_not_found(self) -> None:
        self.uuid = uuidutils.generate_uuid()
        self.assertRaises(exception.InstanceNotFound, self.ids)

    def test_server_without_images_has_no_ids_of_them(self) -> None:
        ids = self.ids()
        self.assertEqual((None, None, None), (ids.ami_id, ids.kernel_id, ids.ramdisk_id))
        self.assertEqual({}, self.numbers())

    def test_each_image_is_given_a_number_once(self) -> None:
        images = {"image_ref": "image", "kernel_id": "kernel", "ramdisk_id": "ramdisk"}
        self.ids(**images)
        ids = self.ids(**images)
        numbers = self.numbers()
        self.assertEqual({"image", "kernel", "ramdisk"}, set(numbers))
        self.assertEqual(
            (
                f"ami-{numbers['image']:08x}",
                f"aki-{numbers['kernel']:08x}",
                f"ari-{numbers['ramdisk']:08x}",
            ),
            (ids.ami_id, ids.kernel_id, ids.ramdisk_id),
        )

    def test_first_number_counts_deleted_or_not(self) -> None:
        first = builders.make_row(self.cell, models.ImageIdMapping, uuid="image", deleted=1)
        builders.make_row(self.cell, models.ImageIdMapping, uuid="image")
        self.assertEqual(f"ami-{first['id']:08x}", self.ids(image_ref="image").ami_id)
