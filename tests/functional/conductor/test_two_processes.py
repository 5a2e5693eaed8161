# SPDX-License-Identifier: Apache-2.0
"""A process without databases works through a conductor in another, over a real message bus.

`TEST_TRANSPORT_URL` names the bus. It is needed where the engines are servers; what is tested here
does not differ by engine, and SQLite is left to the tests that need nothing.
"""

import os
import sys

from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import conf, context, exception, objects, rpc
from nova_api_db.db import facade
from nova_api_db.objects import primitives
from nova_api_db.objects.serializer import NovaObjectSerializer
from nova_api_db.rpcapi import conductor
from tests import base, builders
from tests.functional.conductor import process

#: A conductor of a later release, in which tags have a color.
NEWER = """
import sys
from nova_api_db.cmd import conductor
from nova_api_db.objects import base, fields, tag

@base.NovaObjectRegistry.register
class Tag(tag.Tag):
    VERSION = "1.2"
    added_in = {"color": "1.2"}
    fields = {"color": fields.StringField(nullable=True)}

sys.exit(conductor.main())
"""


class TwoProcessesTest(base.DatabaseTestCase):
    engines = ("mysql", "postgresql")

    def setUp(self) -> None:
        super().setUp()
        bus = os.environ.get("TEST_TRANSPORT_URL")
        if not bus:
            self.fail("TEST_TRANSPORT_URL has to name a message bus.")
        cell = self.databases.use_local_cell()
        self.uuid = builders.make_instance(self.context, metadata={"a": "1"}).uuid
        builders.make_flavor(self.context, name="small")
        facade.configure_urls()
        self.config = process.CONFIG.format(bus=bus, api=self.api_url, cell=cell)
        configuration = conf.load(project="nova-api-db-tests", prog="nova-api-db-tests")
        configuration.set_override("transport_url", bus)
        rpc.configure(configuration)
        self.addCleanup(rpc.cleanup)
        conductor.install()
        self.addCleanup(conductor.uninstall)
        self.context = context.RequestContext("user", "project", is_admin=True)

    def test_an_object_newer_than_known_here_is_asked_for_in_the_version_known(self) -> None:
        self.useFixture(process.Conductor(self.config, sys.executable, "-c", NEWER))
        newer = {
            primitives.NAME: "Tag",
            primitives.NAMESPACE: "nova",
            primitives.VERSION: "1.2",
            primitives.DATA: {"resource_id": self.uuid, "tag": "blue", "color": "#00f"},
        }
        [found] = NovaObjectSerializer().deserialize_entity(self.context, [newer])
        self.assertEqual(("1.1", "blue"), (found.VERSION, found.tag))
        found.create()
        self.assertTrue(objects.Tag.exists(self.context, self.uuid, "blue"))
        self.assertEqual(
            "1.1", objects.TagList.get_by_resource_id(self.context, self.uuid)[0].VERSION
        )

    def test_an_object_newer_than_the_conductor_knows_is_refused(self) -> None:
        self.useFixture(process.Conductor(self.config))
        newer = objects.Tag(self.context, resource_id=self.uuid, tag="blue").obj_to_primitive()
        newer[primitives.VERSION] = "1.2"
        self.assertRaises(
            ovo_exception.IncompatibleObjectVersion,
            NovaObjectSerializer().deserialize_entity,
            self.context,
            newer,
        )

    def test_all_that_objects_do_is_done_by_the_other(self) -> None:
        serving = self.useFixture(process.Conductor(self.config))
        conductor.uninstall()
        self.assertRaises(
            exception.ConfigurationError, objects.Instance.get_by_uuid, self.context, self.uuid
        )
        conductor.install()

        # The cell's database, and the api database: values, objects, lists, fields loaded late.
        server = objects.Instance.get_by_uuid(self.context, self.uuid)
        self.assertEqual({"a": "1"}, server.metadata)
        self.assertEqual("small", objects.Flavor.get_by_name(self.context, "small").name)
        counts = objects.InstanceList.get_counts(self.context, "project")
        self.assertEqual(1, counts["project"]["instances"])

        server.display_name = "renamed"
        server.metadata["b"] = "2"
        server.save(expected_task_state=[None])
        self.assertEqual(set(), server.obj_what_changed())
        [found] = objects.InstanceList.get_by_filters(
            self.context, {"display_name": "renamed"}, expected_attrs=["metadata"]
        )
        self.assertEqual({"a": "1", "b": "2"}, found.metadata)
        self.assertEqual(server.updated_at, found.updated_at)

        objects.TagList.create(self.context, self.uuid, ["blue"])
        self.assertTrue(objects.Tag.exists(self.context, self.uuid, "blue"))

        server.destroy()
        error = self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.context, self.uuid
        )
        self.assertEqual(f"Instance {self.uuid} could not be found.", str(error))

        # An end that was asked for is a good one.
        self.assertEqual(0, serving.stop(), serving.log.read_text())
