# SPDX-License-Identifier: Apache-2.0
"""Objects over RPC: ours served by Nova's conductor, and Nova's by ours."""

import os
import pathlib
from typing import Any, ClassVar

import fixtures

from nova_api_db import conf, context, exception, objects, rpc
from nova_api_db.db import facade
from nova_api_db.objects import primitives
from nova_api_db.objects.serializer import NovaObjectSerializer
from nova_api_db.rpcapi import conductor
from tests import builders
from tests.functional.conductor import process
from tests.interop import base, deployment, nova_conductor

ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"


class ConductorTest(base.InteropTestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = base.TABLES

    def setUp(self) -> None:
        super().setUp()
        self.bus = os.environ.get("TEST_TRANSPORT_URL", "")
        if not self.bus:
            self.fail("TEST_TRANSPORT_URL has to name a message bus.")
        self.config = process.CONFIG.format(
            bus=self.bus, api=self.deployment.api_url, cell=self.deployment.cell_url
        )
        self.context = context.RequestContext("user", "project", is_admin=True)
        self.uuid = builders.make_instance(self.context, metadata={"a": "1"}).uuid

    def test_novas_conductor_serves_ours(self) -> None:
        program = (deployment.NOVA_PYTHON, "-P", nova_conductor.__file__, "serve")
        self.useFixture(process.Conductor(self.config, *program))
        facade.configure_urls()
        configuration = conf.load(project="nova-api-db-tests", prog="nova-api-db-tests")
        configuration.set_override("transport_url", self.bus)
        rpc.configure(configuration)
        self.addCleanup(rpc.cleanup)
        conductor.install()
        self.addCleanup(conductor.uninstall)

        server = objects.Instance.get_by_uuid(self.context, self.uuid)
        self.assertEqual({"a": "1"}, server.metadata)
        self.assertEqual([], list(server.tags))
        server.display_name = "renamed"
        server.metadata["b"] = "2"
        server.save()
        self.assertEqual(set(), server.obj_what_changed())
        [found] = objects.InstanceList.get_by_filters(self.context, {"display_name": "renamed"})
        self.assertEqual({"a": "1", "b": "2"}, found.metadata)
        error = self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid, self.context, ABSENT
        )
        self.assertEqual(f"Instance {ABSENT} could not be found.", str(error))
        self.assertEqual(0, objects.InstanceList.get_counts(self.context, "none")["project"]["ram"])

        # What Nova's conductor gives an older service, asked for by hand.
        versions = {"Instance": "2.6", "InstanceInfoCache": "1.5"}
        older = conductor.ConductorAPI().object_backport_versions(
            self.context, found.obj_to_primitive(), versions
        )
        self.assertEqual("2.6", older.VERSION)
        patched = found.obj_to_primitive() | {primitives.VERSION: "2.8.1"}
        read = NovaObjectSerializer().deserialize_entity(self.context, [patched])
        self.assertEqual("2.8", read[0].VERSION)

    def test_our_conductor_serves_nova(self) -> None:
        self.useFixture(process.Conductor(self.config))
        folder = self.useFixture(fixtures.TempDir()).path
        config = pathlib.Path(folder, "nova.conf")
        nowhere = "sqlite:////nonexistent/database"
        config.write_text(process.CONFIG.format(bus=self.bus, api=nowhere, cell=nowhere))
        nova = deployment.Nova(config, nova_conductor.__file__, "call")
        self.addCleanup(nova.close)
        remote = base.Side("Nova over RPC", nova)

        get = base.call("get_by_uuid", self.uuid)
        loaded = base.load("metadata", "tags", "flavor", "system_metadata")
        same = [remote.do("Instance", get, loaded), self.ours.do("Instance", get, loaded)]
        self.assertEqual([], list(base.differences(*same)))

        remote.do("Instance", get, base.change(display_name="renamed"), base.SAVE)
        found = objects.Instance.get_by_uuid(self.context, self.uuid)
        self.assertEqual("renamed", found.display_name)
        remote.do("TagList", base.call("create", self.uuid, ["blue"]))
        self.assertTrue(remote.do("Tag", base.call("exists", self.uuid, "blue")))
        missing = remote.fails("Instance", base.call("get_by_uuid", ABSENT))
        self.assertEqual("InstanceNotFound", missing.removesuffix("_Remote"))
