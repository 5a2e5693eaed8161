# SPDX-License-Identifier: Apache-2.0
"""Methods of objects that run in the conductor, over a bus in process."""

import datetime
import subprocess
import sys

import oslo_messaging
from oslo_db import exception as db_exception
from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import context, exception, objects
from nova_api_db.objects import instance_loading
from nova_api_db.rpcapi import conductor
from tests import builders
from tests.functional.conductor import base

ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"


class RemoteObjectsTest(base.ConductorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.uuid = builders.make_instance(self.context, metadata={"a": "1"}).uuid
        conductor.install()

    def get(self, **arguments):
        return objects.Instance.get_by_uuid(self.context, self.uuid, **arguments)

    def test_a_class_method_returns_an_object(self):
        found = self.get(expected_attrs=["metadata"])
        self.assertIsInstance(found, objects.Instance)
        self.assertEqual(self.uuid, found.uuid)
        self.assertIs(self.context, found.obj_context)
        self.assertEqual(set(), found.obj_what_changed())

    def test_a_class_method_returns_a_list(self):
        found = objects.InstanceList.get_by_filters(self.context, {"uuid": [self.uuid]})
        self.assertEqual([self.uuid], [server.uuid for server in found])
        self.assertIs(self.context, found[0].obj_context)

    def test_a_class_method_returns_a_plain_value(self):
        counts = objects.InstanceList.get_counts(self.context, "project")
        self.assertEqual(1, counts["project"]["instances"])
        self.assertFalse(objects.Tag.exists(self.context, self.uuid, "blue"))

    def test_a_time_is_an_argument(self):
        now = datetime.datetime.now(datetime.UTC)
        active = objects.InstanceList.get_active_by_window_joined(self.context, now)
        self.assertEqual([self.uuid], [server.uuid for server in active])

    def test_an_object_method_sends_what_was_changed(self):
        server = self.get(expected_attrs=["metadata", "flavor"])
        server.display_name = "renamed"
        server.metadata["b"] = "2"
        server.save()
        self.assertEqual(set(), server.obj_what_changed())
        conductor.uninstall()
        found = self.get(expected_attrs=["metadata"])
        self.assertEqual("renamed", found.display_name)
        self.assertEqual({"a": "1", "b": "2"}, found.metadata)

    def test_changes_made_in_the_conductor_come_back(self):
        fault = objects.InstanceFault(
            self.context, instance_uuid=self.uuid, code=500, message="broken", host="h"
        )
        fault.create()
        self.assertTrue(fault.obj_attr_is_set("id"))
        self.assertIsNotNone(fault.created_at)
        self.assertEqual(set(), fault.obj_what_changed())

    def test_an_object_in_an_object_that_was_changed_is_sent_and_clean_after(self):
        server = self.get(expected_attrs=["flavor"])
        server.flavor.memory_mb = 4711
        server.save()
        self.assertNotIn("flavor", server.obj_what_changed())
        conductor.uninstall()
        self.assertEqual(4711, self.get(expected_attrs=["flavor"]).flavor.memory_mb)

    def test_refresh_takes_what_others_wrote(self):
        server, other = self.get(), self.get()
        other.display_name = "renamed"
        other.save()
        server.refresh()
        self.assertEqual("renamed", server.display_name)
        self.assertEqual(set(), server.obj_what_changed())

    def test_every_field_that_can_be_loaded_is(self):
        conductor.uninstall()
        local = self.get()
        base.load(local, instance_loading.LOADERS)
        conductor.install()
        server = self.get()
        base.load(server, instance_loading.LOADERS)
        self.assertEqual(base.values(local), base.values(server))
        self.assertEqual(local.obj_what_changed(), server.obj_what_changed())

    def test_faults_are_filled_in(self):
        objects.InstanceFault(
            self.context, instance_uuid=self.uuid, code=500, message="broken", host="h"
        ).create()
        found = objects.InstanceList.get_all(self.context)
        self.assertEqual([self.uuid], found.fill_faults())
        self.assertEqual("broken", found[0].fault.message)

    def test_an_exception_comes_back_as_it_was_raised(self):
        error = self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.context, ABSENT
        )
        self.assertIs(exception.InstanceNotFound, type(error))
        self.assertEqual(f"Instance {ABSENT} could not be found.", str(error))

    def test_an_unexpected_state_comes_back_with_what_it_says(self):
        server = self.get()
        server.display_name = "renamed"
        error = self.assertRaises(
            exception.UnexpectedTaskStateError, server.save, expected_task_state="spawning"
        )
        self.assertIn("spawning", str(error))
        self.assertNotIn("Traceback", str(error))

    def test_a_database_error_comes_back_by_its_class(self):
        bad = objects.BlockDeviceMapping(self.context, instance_uuid=ABSENT, source_type="blank")
        self.assertRaises(db_exception.DBReferenceError, bad.create)

    def test_a_method_that_is_not_remotable_is_not_run(self):
        api = conductor.ConductorAPI()
        for call in (
            lambda: api.object_action(self.context, self.get(), "obj_reset_changes", (), {}),
            lambda: api.object_class_action_versions(
                self.context, "Instance", "from_row", {"Instance": "2.8"}, (), {}
            ),
        ):
            error = self.assertRaises(exception.ObjectActionError, call)
            self.assertIn("no such remotable method", str(error))

    def test_an_error_in_a_program_is_logged(self):
        self.assertRaises(TypeError, objects.Instance.get_by_uuid, self.context, no_such=1)
        self.assertIn("no_such", self.logs.output)

    def test_an_expected_error_is_not_logged(self):
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.context, ABSENT
        )
        self.assertNotIn(ABSENT, self.logs.output)

    def test_an_object_without_context_is_orphaned(self):
        self.assertRaises(exception.OrphanedObjectError, objects.Instance().save)

    def test_a_capped_client_does_not_call_what_came_later(self):
        conductor.install(version_cap="2.0")
        self.assertRaises(oslo_messaging.RPCVersionCapError, self.get)
        conductor.install(version_cap="3.0")
        self.assertEqual(self.uuid, self.get().uuid)

    def test_an_aimed_context_is_served_by_its_cell(self):
        aimed = self.aim(self.make_cell(transport_url="none:///"))
        self.assertRaises(exception.NoMessageBus, objects.Instance.get_by_uuid, aimed, self.uuid)


class VersionsTest(base.ConductorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.uuid = builders.make_instance(self.context).uuid
        self.api = conductor.ConductorAPI()

    def ask(self, versions):
        return self.api.object_class_action_versions(
            self.context, "Instance", "get_by_uuid", versions, (self.uuid,), {}
        )

    def test_an_older_caller_gets_its_versions(self):
        found = self.ask({"Instance": "2.6", "InstanceInfoCache": "1.5"})
        self.assertEqual("2.6", found.VERSION)
        self.assertFalse(found.obj_attr_is_set("compute_id"))
        self.assertEqual("1.5", found.info_cache.VERSION)

    def test_a_caller_newer_than_the_conductor_is_told(self):
        error = self.assertRaises(
            ovo_exception.IncompatibleObjectVersion, self.ask, {"Instance": "2.99"}
        )
        self.assertIn("2.99", str(error))

    def test_importing_one_class_is_enough_to_call_its_methods(self):
        program = (
            "from nova_api_db import objects\n"
            "class Recorder:\n"
            "    def object_class_action_versions(self, *arguments): print(arguments[3])\n"
            "objects.base.NovaObject.indirection_api = Recorder()\n"
            "objects.Instance.get_by_uuid(None, 'uuid')\n"
        ).replace("objects.base", "__import__('nova_api_db.objects.base').objects.base")
        shown = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, text=True
        )
        self.assertIn("'InstanceNUMACell': '1.6'", shown.stdout)


class ContextTest(base.ConductorTestCase):
    def test_the_conductor_works_for_the_caller(self):
        conductor.install()
        mine = builders.make_instance(self.context, project_id="mine")
        other = context.RequestContext("user", "other")
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, other, mine.uuid
        )
