# SPDX-License-Identifier: Apache-2.0
"""Tags of servers, in the cell's database."""

from nova_api_db import exception, objects
from tests import base, builders

ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"


class TestTag(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.uuid = builders.make_instance_row(self.cell)["uuid"]

    def tags(self) -> list[str]:
        return [tag.tag for tag in objects.TagList.get_by_resource_id(self.cell, self.uuid)]

    def test_created_tag_is_there(self) -> None:
        tag = objects.Tag(self.cell, resource_id=self.uuid, tag="blue")
        tag.create()
        self.assertEqual(set(), tag.obj_what_changed())
        self.assertTrue(objects.Tag.exists(self.cell, self.uuid, "blue"))
        self.assertFalse(objects.Tag.exists(self.cell, self.uuid, "red"))

    def test_creating_a_tag_again_changes_nothing(self) -> None:
        for _ in range(2):
            objects.Tag(self.cell, resource_id=self.uuid, tag="blue").create()
        self.assertEqual(["blue"], self.tags())

    def test_destroyed_tag_is_gone(self) -> None:
        objects.TagList.create(self.cell, self.uuid, ["blue", "red"])
        objects.Tag.destroy(self.cell, self.uuid, "blue")
        self.assertEqual(["red"], self.tags())

    def test_destroying_an_absent_tag_raises(self) -> None:
        error = self.assertRaises(
            exception.InstanceTagNotFound, objects.Tag.destroy, self.cell, self.uuid, "blue"
        )
        self.assertEqual(f"Instance {self.uuid} has no tag 'blue'", str(error))

    def test_tags_of_a_list_replace_those_before(self) -> None:
        objects.TagList.create(self.cell, self.uuid, ["old"])
        tags = objects.TagList.create(self.cell, self.uuid, ["c", "a", "b", "a"])
        self.assertEqual(["a", "b", "c"], [tag.tag for tag in tags])
        self.assertEqual(["a", "b", "c"], self.tags())
        self.assertEqual(set(), tags.obj_what_changed())

    def test_tags_of_one_server_leave_those_of_others(self) -> None:
        other = builders.make_instance_row(self.cell)["uuid"]
        objects.TagList.create(self.cell, other, ["theirs"])
        objects.TagList.create(self.cell, self.uuid, ["ours"])
        objects.TagList.destroy(self.cell, other)
        self.assertEqual(["ours"], self.tags())

    def test_server_without_tags_has_an_empty_list(self) -> None:
        objects.TagList.create(self.cell, self.uuid, ["blue"])
        objects.TagList.destroy(self.cell, self.uuid)
        self.assertEqual([], self.tags())

    def test_every_call_raises_when_the_server_is_absent_or_deleted(self) -> None:
        deleted = builders.make_instance_row(self.cell, deleted=7)["uuid"]
        for uuid in (ABSENT, deleted):
            for call in (
                objects.Tag(self.cell, resource_id=uuid, tag="blue").create,
                lambda uuid=uuid: objects.Tag.exists(self.cell, uuid, "blue"),
                lambda uuid=uuid: objects.Tag.destroy(self.cell, uuid, "blue"),
                lambda uuid=uuid: objects.TagList.get_by_resource_id(self.cell, uuid),
                lambda uuid=uuid: objects.TagList.create(self.cell, uuid, ["blue"]),
                lambda uuid=uuid: objects.TagList.destroy(self.cell, uuid),
            ):
                self.assertRaises(exception.InstanceNotFound, call)
