# SPDX-License-Identifier: Apache-2.0
"""Methods of objects that run in the conductor, over a bus in process."""

from nova_api_db import exception, objects
from nova_api_db.rpcapi import conductor
from tests import builders
from tests.functional.conductor import base


class RemoteObjectsTest(base.ConductorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.uuid = builders.make_instance(self.context).uuid
        conductor.install()

    def get(self, **arguments):
        return objects.Instance.get_by_uuid(self.context, self.uuid, **arguments)

    def test_a_class_method_returns_an_object(self):
        found = self.get(expected_attrs=["metadata"])
        self.assertIsInstance(found, objects.Instance)
        self.assertEqual(self.uuid, found.uuid)
        self.assertIs(self.context, found.obj_context)
        self.assertEqual(set(), found.obj_what_changed())

    def test_an_exception_comes_back_as_it_was_raised(self):
        absent = "aaaaaaaa-0000-4000-8000-000000000000"
        error = self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.context, absent
        )
        self.assertIs(exception.InstanceNotFound, type(error))
        self.assertEqual(f"Instance {absent} could not be found.", str(error))
