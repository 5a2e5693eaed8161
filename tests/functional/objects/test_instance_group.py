# SPDX-License-Identifier: Apache-2.0
"""Groups of servers, in the api database; their hosts, from the cells."""

import socket
import threading

from oslo_utils import uuidutils

from nova_api_db import cells, context, exception, objects
from nova_api_db.db import facade
from nova_api_db.db.api import instance_group as query
from tests import base, builders, statements


class InstanceGroupTestCase(base.DatabaseTestCase):
    def get(self, group: objects.InstanceGroup) -> objects.InstanceGroup:
        return objects.InstanceGroup.get_by_uuid(self.context, group.uuid)

    def uuids(self, count: int) -> list[str]:
        return [uuidutils.generate_uuid() for _ in range(count)]


class TestInstanceGroup(InstanceGroupTestCase):
    def test_created_group_is_read_back(self) -> None:
        group = builders.make_instance_group(
            self.context, rules={"max_server_per_host": 3}, members=self.uuids(3)
        )
        self.assertEqual(set(), group.obj_what_changed())
        self.assertEqual({"max_server_per_host": 3}, group.rules)
        again = self.get(group)
        self.assertEqual(set(), again.obj_what_changed())
        for name in set(group.fields) - {"created_at", "hosts"}:
            self.assertEqual(getattr(group, name), getattr(again, name), name)

    def test_group_with_policy_and_members_is_read_in_one_statement(self) -> None:
        group = builders.make_instance_group(self.context, members=self.uuids(3))
        sent = self.useFixture(statements.Statements()).sent
        self.assertEqual(group.members, self.get(group).members)
        self.assertEqual(1, len(sent), "\n".join(sent))

    def test_group_gets_a_uuid_if_it_has_none(self) -> None:
        group = objects.InstanceGroup(self.context, policy="affinity")
        group.create()
        again = self.get(group)
        self.assertEqual(("affinity", ["affinity"]), (again.policy, again.policies))
        self.assertEqual([], again.members)
        self.assertEqual({}, again.rules)

    def test_policies_of_older_callers_are_the_policy(self) -> None:
        group = objects.InstanceGroup(self.context, policies=["anti-affinity"])
        group.create()
        self.assertEqual("anti-affinity", self.get(group).policy)

    def test_uuid_is_taken_once(self) -> None:
        group = builders.make_instance_group(self.context)
        self.assertRaises(exception.ObjectActionError, group.create)
        error = self.assertRaises(
            exception.InstanceGroupIdExists,
            builders.make_instance_group,
            self.context,
            uuid=group.uuid,
        )
        self.assertEqual(f"Instance group {group.uuid} already exists.", str(error))

    def test_rules_that_are_no_json_are_an_unreadable_record(self) -> None:
        group = builders.make_instance_group(self.context)
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql("UPDATE instance_group_policy SET rules = 'max 3'")
        error = self.assertRaises(exception.UnreadableRecord, self.get, group)
        self.assertIn(group.uuid, str(error))

    def test_what_is_gone_is_not_found(self) -> None:
        members = self.uuids(2)
        group = builders.make_instance_group(self.context, members=members)
        other = self.get(group)
        group.destroy()
        other.name = "renamed"
        for call in (
            other.save,
            other.refresh,
            other.destroy,
            lambda: self.get(other),
            lambda: objects.InstanceGroup.get_by_name(self.context, "group"),
            lambda: objects.InstanceGroup.get_by_instance_uuid(self.context, members[0]),
            lambda: objects.InstanceGroup.add_members(self.context, other.uuid, members),
        ):
            self.assertRaises(exception.InstanceGroupNotFound, call)

    def test_group_is_found_by_name_member_and_hint(self) -> None:
        members = self.uuids(2)
        group = builders.make_instance_group(self.context, members=members)
        builders.make_instance_group(self.context, members=self.uuids(1))
        cls = objects.InstanceGroup
        for found in (
            cls.get_by_name(self.context, "group"),
            cls.get_by_instance_uuid(self.context, members[1]),
            cls.get_by_hint(self.context, "group"),
            cls.get_by_hint(self.context, group.uuid),
        ):
            self.assertEqual(group.uuid, found.uuid)
            self.assertEqual(members, found.members)
        error = self.assertRaises(
            exception.InstanceGroupNotFound, cls.get_by_instance_uuid, self.context, "nobody"
        )
        self.assertEqual("Instance nobody is in no instance group.", str(error))

    def test_project_sees_its_own_groups_only(self) -> None:
        members = self.uuids(1)
        group = builders.make_instance_group(self.context, members=members)
        ours, theirs = (context.RequestContext("user", name) for name in ("project", "other"))
        cls = objects.InstanceGroup
        calls = (
            lambda who: cls.get_by_uuid(who, group.uuid),
            lambda who: cls.get_by_name(who, "group"),
            lambda who: cls.get_by_instance_uuid(who, members[0]),
        )
        for call in calls:
            self.assertEqual(group.id, call(ours).id)
            self.assertRaises(exception.InstanceGroupNotFound, call, theirs)
        for method in ("destroy", "refresh", "save"):
            foreign = cls(theirs, uuid=group.uuid)
            self.assertRaises(exception.InstanceGroupNotFound, getattr(foreign, method))

    def test_saved_name_is_stored(self) -> None:
        group = builders.make_instance_group(self.context)
        group.name = "renamed"
        group.save()
        self.assertEqual(set(), group.obj_what_changed())
        again = self.get(group)
        self.assertEqual("renamed", again.name)
        self.assertIsNotNone(again.updated_at)

    def test_what_cannot_be_saved_is_named(self) -> None:
        for name, value, shown in (
            ("policy", "affinity", "policy"),
            ("_rules", {"a": "1"}, "rules"),
            ("hosts", ["host"], "hosts"),
        ):
            group = builders.make_instance_group(self.context)
            setattr(group, name, value)
            error = self.assertRaises(exception.InstanceGroupSaveException, group.save)
            self.assertIn(shown, str(error))

    def test_refreshed_group_is_what_is_stored(self) -> None:
        group = builders.make_instance_group(self.context)
        members = self.uuids(1)
        objects.InstanceGroup.add_members(self.context, group.uuid, members)
        group.name = "not saved"
        group.refresh()
        self.assertEqual(("group", members), (group.name, group.members))
        self.assertEqual(set(), group.obj_what_changed())


class TestMembers(InstanceGroupTestCase):
    def test_saved_members_are_added_to_those_stored(self) -> None:
        first, second = self.uuids(2)
        group = builders.make_instance_group(self.context, members=[first])
        group.members = [second]
        group.save()
        self.assertEqual([first, second], group.members)
        self.assertEqual([first, second], self.get(group).members)

    def test_each_member_is_added_once(self) -> None:
        first, second = self.uuids(2)
        group = builders.make_instance_group(self.context, members=[first, first])
        add = objects.InstanceGroup.add_members
        self.assertEqual([second, second], add(self.context, group.uuid, [second, second]))
        add(self.context, group.uuid, [first, second])
        add(self.context, group.uuid, [])
        with facade.api_reader.using(self.context) as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM instance_group_member")
            self.assertEqual(2, rows.scalar_one())

    def test_members_added_at_the_same_time_are_each_there_once(self) -> None:
        group = builders.make_instance_group(self.context)
        members = self.uuids(5)
        start = threading.Barrier(4)

        def add() -> None:
            own = self.aim(None)
            start.wait()
            query.add_members(own, group.uuid, members)

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with facade.api_reader.using(self.context) as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM instance_group_member")
            self.assertEqual(5, rows.scalar_one())

    def test_memberships_are_destroyed_in_bulk(self) -> None:
        first, second, absent = self.uuids(3)
        group = builders.make_instance_group(self.context, members=[first, second])
        destroy = objects.InstanceGroup.destroy_members_bulk
        self.assertEqual(1, destroy(self.context, [first, absent]))
        self.assertEqual(0, destroy(self.context, []))
        self.assertEqual([second], self.get(group).members)

    def test_members_of_a_user_are_counted_whatever_their_cell_does(self) -> None:
        cell = builders.make_cell(self.context)
        members = [
            builders.make_instance_mapping(self.context, **changes).instance_uuid
            for changes in (
                {"cell_mapping": cell},
                {},
                {"user_id": "other"},
                {"queued_for_delete": True},
            )
        ]
        group = builders.make_instance_group(self.context, members=members)
        self.assertEqual(2, group.count_members_by_user("user"))
        self.assertEqual(0, group.count_members_by_user("nobody"))


class TestHosts(InstanceGroupTestCase):
    def setUp(self) -> None:
        super().setUp()
        members = []
        hosts_of_cells: tuple[list[str | None], ...] = (["b", "a"], ["c", None, "a"])
        for number, hosts in enumerate(hosts_of_cells):
            target = self.make_cell(f"cell{number}")
            cell = objects.CellMapping.get_by_uuid(self.context, target.uuid)
            for host in hosts:
                server = builders.make_instance_row(self.aim(target), host=host)
                members.append(server["uuid"])
                builders.make_instance_mapping(
                    self.context, instance_uuid=server["uuid"], cell_mapping=cell
                )
            deleted = builders.make_instance_row(self.aim(target), host="gone", deleted=7)
            members.append(deleted["uuid"])
            builders.make_instance_mapping(
                self.context, instance_uuid=deleted["uuid"], cell_mapping=cell
            )
        members.append(builders.make_instance_mapping(self.context).instance_uuid)
        self.members = members
        self.group = builders.make_instance_group(self.context, members=members)

    def test_hosts_of_the_members_are_asked_of_the_cells(self) -> None:
        self.assertEqual(["a", "b", "c"], self.group.hosts)
        self.assertEqual(set(), self.group.obj_what_changed())

    def test_members_can_be_left_out(self) -> None:
        self.assertEqual(["a", "c"], self.group.get_hosts(exclude=self.members[:1]))
        self.assertEqual([], self.group.get_hosts(exclude=self.members))

    def add_member_in(self, database_connection: str) -> objects.InstanceGroup:
        """Return the group with one more member, in a cell with that database."""
        cell = builders.make_cell(self.context, database_connection=database_connection)
        uuid = builders.make_instance_mapping(self.context, cell_mapping=cell).instance_uuid
        objects.InstanceGroup.add_members(self.context, self.group.uuid, [uuid])
        return self.get(self.group)

    def test_cell_that_cannot_be_asked_is_an_error(self) -> None:
        group = self.add_member_in("sqlite:////nonexistent/cell.sqlite")
        self.assertRaises(exception.DatabaseUnavailable, group.get_hosts)

    def test_cell_that_does_not_answer_is_an_error(self) -> None:
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        port = server.getsockname()[1]
        group = self.add_member_in(f"mysql+pymysql://root@127.0.0.1:{port}/cell")
        cells.configure(deadline=0.2)
        self.addCleanup(cells.configure, deadline=60)
        self.assertRaises(exception.CellTimeout, group.get_hosts)

    def test_nothing_else_is_loaded_later(self) -> None:
        for name in ("members", "policy", "name"):
            group = objects.InstanceGroup(self.context, uuid=self.group.uuid)
            self.assertRaises(exception.ObjectActionError, getattr, group, name)


class TestInstanceGroupList(InstanceGroupTestCase):
    def setUp(self) -> None:
        super().setUp()
        for name, project_id, user_id in (
            ("c", "us", "me"),
            ("a", "us", "you"),
            ("b", "them", "me"),
        ):
            builders.make_instance_group(
                self.context,
                name=name,
                project_id=project_id,
                user_id=user_id,
                members=self.uuids(2),
            )

    def names(self, groups: objects.InstanceGroupList) -> str:
        self.assertEqual(set(), groups.obj_what_changed())
        return "".join(group.name or "" for group in groups)

    def test_groups_are_listed_oldest_first_with_their_members(self) -> None:
        groups = objects.InstanceGroupList.get_all(self.context)
        self.assertEqual("cab", self.names(groups))
        self.assertEqual([2, 2, 2], [len(group.members or ()) for group in groups])

    def test_by_project(self) -> None:
        get = objects.InstanceGroupList.get_by_project_id
        self.assertEqual("ca", self.names(get(self.context, "us")))
        self.assertEqual("", self.names(get(self.context, "nobody")))

    def test_project_sees_its_own_groups_only(self) -> None:
        ours = context.RequestContext("me", "us")
        self.assertEqual("ca", self.names(objects.InstanceGroupList.get_all(ours)))
        get = objects.InstanceGroupList.get_by_project_id
        self.assertEqual("ca", self.names(get(ours, "us")))
        self.assertEqual("", self.names(get(ours, "them")))

    def test_groups_are_counted(self) -> None:
        count = objects.InstanceGroupList.get_counts
        self.assertEqual({"project": {"server_groups": 2}}, count(self.context, "us"))
        self.assertEqual(
            {"project": {"server_groups": 2}, "user": {"server_groups": 1}},
            count(self.context, "us", user_id="me"),
        )
