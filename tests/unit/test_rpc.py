# SPDX-License-Identifier: Apache-2.0
"""Message buses: the context's own, or none."""

import threading

import oslo_messaging

from nova_api_db import conf, context, exception, rpc
from tests import base


def _target(uuid, transport_url):
    return context.CellTarget(uuid, "sqlite://", transport_url)


class TransportTest(base.TestCase):
    def setUp(self):
        super().setUp()
        configuration = conf.load(project="nova-api-db-tests", prog="nova-api-db-tests")
        configuration.set_override("transport_url", "fake://local/")
        rpc.configure(configuration)
        self.addCleanup(rpc.cleanup)
        self.context = context.get_admin_context()

    def test_an_unaimed_context_means_the_configured_bus(self):
        transport = rpc.get_transport(self.context)
        self.assertEqual("fake", transport.conf.transport_url.partition(":")[0])
        self.assertEqual("local", transport._driver._url.hosts[0].hostname)

    def test_transports_are_kept_by_url(self):
        first = rpc.get_transport(context.aimed(self.context, _target("a", "fake://one/")))
        second = rpc.get_transport(context.aimed(self.context, _target("b", "fake://two/")))
        again = rpc.get_transport(context.aimed(self.context, _target("c", "fake://one/")))
        self.assertIs(first, again)
        self.assertIsNot(first, second)

    def test_a_changed_url_of_a_cell_is_another_bus(self):
        before = rpc.get_transport(context.aimed(self.context, _target("a", "fake://u:1@one/")))
        after = rpc.get_transport(context.aimed(self.context, _target("a", "fake://u:2@one/")))
        self.assertIsNot(before, after)

    def test_a_cell_without_a_bus_does_not_keep_that_of_another(self):
        aimed = context.aimed(self.context, _target("a", "fake://one/"))
        first = rpc.get_transport(aimed)
        for url in ("none:///", "none://", ""):
            elsewhere = context.aimed(aimed, _target("b", url))
            error = self.assertRaises(exception.NoMessageBus, rpc.get_transport, elsewhere)
            self.assertIn("Cell b", str(error))
            # Nor does it stay so for the process.
            self.assertIs(first, rpc.get_transport(aimed))
            self.assertRaises(exception.NoMessageBus, rpc.get_transport, elsewhere)

    def test_a_url_that_cannot_be_used_is_named_without_its_password(self):
        for url in ("nosuchdriver://u:secret@h/", "rabbit://u:secret@h:port/", "u:secret@h"):
            aimed = context.aimed(self.context, _target("a", url))
            error = self.assertRaises(exception.TransportURLInvalid, rpc.get_transport, aimed)
            self.assertNotIn("secret", str(error))

    def test_cleanup_closes_them(self):
        first = rpc.get_transport(self.context)
        rpc.cleanup()
        self.assertIsNot(first, rpc.get_transport(self.context))

    def test_threads_share_one(self):
        found = []

        def get():
            found.append(rpc.get_transport(self.context))

        threads = [threading.Thread(target=get) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(set(map(id, found))))


class ContextSerializerTest(base.TestCase):
    def test_a_context_arrives_without_its_aim(self):
        sent = context.RequestContext(
            "user", "project", is_admin=True, read_deleted="yes", cell_target=_target("a", "")
        )
        serializer = rpc.ContextSerializer()
        received = serializer.deserialize_context(serializer.serialize_context(sent))
        self.assertIsNone(received.cell_target)
        for name in ("user_id", "project_id", "is_admin", "read_deleted", "request_id"):
            self.assertEqual(getattr(sent, name), getattr(received, name), name)

    def test_arguments_are_left_to_the_other_serializer(self):
        class Upper(oslo_messaging.NoOpSerializer):  # type: ignore[misc]
            def serialize_entity(self, context, entity):
                return entity.upper()

            def deserialize_entity(self, context, entity):
                return entity.lower()

        admin = context.get_admin_context()
        serializer = rpc.ContextSerializer(Upper())
        self.assertEqual("ABC", serializer.serialize_entity(admin, "abc"))
        self.assertEqual("abc", serializer.deserialize_entity(admin, "ABC"))
