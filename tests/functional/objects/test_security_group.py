# SPDX-License-Identifier: Apache-2.0
"""Security groups, in the cell's database."""

from typing import Any

from nova_api_db import context, exception, objects
from nova_api_db.db.cell import models
from tests import base, builders


class TestSecurityGroup(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.target = self.make_cell()
        self.cell = self.aim(self.target)
        self.user = context.aimed(context.RequestContext("user", "project"), self.target)

    def make(self, name: str = "web", **changes: Any) -> int:
        values = {
            "name": name,
            "description": "for web servers",
            "user_id": "user",
            "project_id": "project",
        }
        row = builders.make_row(self.cell, models.SecurityGroup, **{**values, **changes})
        id: int = row["id"]
        return id

    def put_server_in(self, group: int, left: int = 0, **server: Any) -> objects.Instance:
        uuid = builders.make_instance_row(self.cell, **server)["uuid"]
        builders.make_row(
            self.cell,
            models.SecurityGroupInstanceAssociation,
            security_group_id=group,
            instance_uuid=uuid,
            deleted=left,
        )
        return objects.Instance(self.cell, uuid=uuid)

    def get(self, id: int) -> objects.SecurityGroup:
        return objects.SecurityGroup.get(self.cell, id)


class TestGet(TestSecurityGroup):
    def test_group_is_found_by_id_and_name(self) -> None:
        id = self.make()
        for group in (
            self.get(id),
            objects.SecurityGroup.get(self.user, id),
            objects.SecurityGroup.get_by_name(self.user, "project", "web"),
        ):
            self.assertEqual(
                (id, "web", "for web servers", "user", "project"),
                (group.id, group.name, group.description, group.user_id, group.project_id),
            )
            self.assertEqual(set(), group.obj_what_changed())

    def test_user_sees_the_groups_of_the_own_project(self) -> None:
        id = self.make(project_id="theirs")
        self.assertRaises(exception.SecurityGroupNotFound, objects.SecurityGroup.get, self.user, id)
        self.assertEqual(id, self.get(id).id)

    def test_absent_or_deleted_group_raises(self) -> None:
        id = self.make(deleted=5)
        self.assertRaises(exception.SecurityGroupNotFound, self.get, id)
        self.assertRaises(
            exception.SecurityGroupNotFoundForProject,
            objects.SecurityGroup.get_by_name,
            self.cell,
            "project",
            "web",
        )

    def test_group_of_nobody_is_read(self) -> None:
        group = self.get(self.make(user_id=None, project_id=None))
        self.assertFalse(group.obj_attr_is_set("user_id"))


class TestInUse(TestSecurityGroup):
    def test_group_with_a_server_is_in_use(self) -> None:
        group = self.get(self.make())
        self.assertFalse(group.in_use())
        self.put_server_in(group.id)
        self.assertTrue(group.in_use())

    def test_servers_that_left_or_are_deleted_do_not_count(self) -> None:
        group = self.get(self.make())
        self.put_server_in(group.id, left=5)
        self.put_server_in(group.id, deleted=5)
        self.put_server_in(self.make("other"))
        self.assertFalse(group.in_use())


class TestSave(TestSecurityGroup):
    def test_only_what_changed_is_written(self) -> None:
        ours = self.get(self.make())
        theirs = self.get(ours.id)
        theirs.description = "theirs"
        theirs.save()
        ours.name = "renamed"
        ours.save()
        self.assertEqual(("renamed", "theirs"), (ours.name, ours.description))
        theirs.refresh()
        self.assertEqual("renamed", theirs.name)

    def test_name_of_another_group_is_refused(self) -> None:
        self.make("taken")
        group = self.get(self.make())
        group.name = "taken"
        self.assertRaises(exception.SecurityGroupExists, group.save)

    def test_uuid_is_not_stored(self) -> None:
        group = self.get(self.make())
        group.uuid = "aaaaaaaa-0000-4000-8000-000000000000"
        group.save()
        self.assertEqual(set(), group.obj_what_changed())
        self.assertIsNone(builders.list_rows(self.cell, models.SecurityGroup)[0]["updated_at"])

    def test_absent_group_is_not_found(self) -> None:
        group = objects.SecurityGroup(self.cell, id=1)
        group.name = "new"
        self.assertRaises(exception.SecurityGroupNotFound, group.save)
        self.assertRaises(exception.SecurityGroupNotFound, group.refresh)


class TestList(TestSecurityGroup):
    def setUp(self) -> None:
        super().setUp()
        self.ids = [
            self.make("a"),
            self.make("b", user_id="other"),
            self.make("a", project_id="other"),
        ]
        self.make("c", deleted=5)

    def names(self, groups: objects.SecurityGroupList) -> list[str]:
        return [group.name for group in groups]

    def test_lists_are_what_they_are_named_for(self) -> None:
        lists = objects.SecurityGroupList
        self.assertEqual(["a", "b", "a"], self.names(lists.get_all(self.cell)))
        self.assertEqual(["a", "b"], self.names(lists.get_by_project(self.cell, "project")))

    def test_groups_of_a_server_are_those_it_is_in(self) -> None:
        server = self.put_server_in(self.ids[1])
        self.put_server_in(self.ids[0])
        left = self.put_server_in(self.ids[0], left=5)
        get = objects.SecurityGroupList.get_by_instance
        self.assertEqual(["b"], self.names(get(self.cell, server)))
        self.assertEqual([], self.names(get(self.cell, left)))

    def test_groups_are_counted(self) -> None:
        count = objects.SecurityGroupList.get_counts
        self.assertEqual(
            {"project": {"security_groups": 2}, "user": {"security_groups": 1}},
            count(self.cell, "project", user_id="user"),
        )
        self.assertEqual({"project": {"security_groups": 2}}, count(self.cell, "project"))
