# SPDX-License-Identifier: Apache-2.0
"""Objects in what crosses RPC, and those of another version."""

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import context, objects
from nova_api_db.objects import primitives, registry
from nova_api_db.objects.base import NovaObject
from nova_api_db.objects.serializer import NovaObjectSerializer
from nova_api_db.rpcapi import conductor
from tests import base
from tests.functional.conductor import base as conductor_base


def _tag(version="1.1", name="Tag", **more):
    return {
        primitives.NAME: name,
        primitives.NAMESPACE: "nova",
        primitives.VERSION: version,
        primitives.DATA: {"resource_id": "r", "tag": "t", **more},
    }


class Recorder:
    """Answers for a conductor; what it was asked is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def object_backport_versions(self, _context, primitive, versions):
        self.asked.append((primitive[primitives.VERSION], versions))
        return objects.Tag(resource_id="r", tag="lowered")


class SerializerTest(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.serializer = NovaObjectSerializer()
        self.context = context.get_admin_context()

    def set_api(self, api):
        self.addCleanup(setattr, NovaObject, "indirection_api", NovaObject.indirection_api)
        NovaObject.indirection_api = api

    def read(self, entity):
        return self.serializer.deserialize_entity(self.context, entity)

    def test_objects_are_found_wherever_they_are(self):
        sent = {"list": [objects.Tag(tag="a"), [objects.Tag(tag="b")]], "pair": (1, None), "n": {2}}
        received = self.read(self.serializer.serialize_entity(self.context, sent))
        self.assertEqual(["a", "b"], [received["list"][0].tag, received["list"][1][0].tag])
        self.assertIs(self.context, received["list"][0].obj_context)
        self.assertEqual(((1, None), [2]), (received["pair"], received["n"]))

    def test_the_third_part_of_a_version_is_ignored(self):
        self.assertEqual("t", self.read(_tag("1.1.7")).tag)

    def test_an_older_object_is_read_as_what_it_is(self):
        self.assertEqual("1.0", self.read(_tag("1.0")).VERSION)

    def test_a_newer_object_is_refused_while_there_is_nobody_to_ask(self):
        error = self.assertRaises(ovo_exception.IncompatibleObjectVersion, self.read, _tag("1.9"))
        self.assertIn("Tag is not supported", str(error).replace("Version 1.9 of ", ""))

    def test_a_newer_object_is_asked_for_in_the_version_known(self):
        recorder = Recorder()
        self.set_api(recorder)
        self.assertEqual(["lowered"], [tag.tag for tag in self.read([_tag("1.9.1")])])
        self.assertEqual([("1.9", {"Tag": "1.1"})], recorder.asked)

    def test_an_object_nobody_knows_is_refused(self):
        self.set_api(Recorder())
        self.assertRaises(
            ovo_exception.UnsupportedObjectError, self.read, _tag("1.0", name="Nonsense")
        )


class BackportTest(conductor_base.ConductorTestCase):
    def test_the_conductor_gives_an_object_in_older_versions(self):
        api = conductor.ConductorAPI()
        cell = objects.CellMapping(
            self.context, id=1, uuid=uuidutils.generate_uuid(), disabled=True
        )
        host = objects.HostMapping(self.context, host="h", cell_mapping=cell)
        versions = {**registry.manifest("HostMapping"), "CellMapping": "1.0"}
        found = api.object_backport_versions(self.context, host.obj_to_primitive(), versions)
        self.assertEqual("1.0", found.cell_mapping.VERSION)
        self.assertFalse(found.cell_mapping.obj_attr_is_set("disabled"))
        self.assertEqual(host.VERSION, found.VERSION)
