# SPDX-License-Identifier: Apache-2.0
"""The message bus that tests get: in the process, one for each URL, gone afterwards."""

import oslo_messaging

from nova_api_db import context, exception, fixture, rpc
from tests import base


class Endpoint:
    """Answers where it is, and keeps what it was told."""

    def __init__(self, place):
        self.place = place
        self.heard = []

    def where(self, context):
        return self.place, context.user_id

    def hear(self, context, word):
        self.heard.append(word)


class BusTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.bus = self.useFixture(fixture.Bus(timeout=1))
        self.context = context.RequestContext("user", "project")

    def aim(self, url):
        return context.aimed(self.context, context.CellTarget(url, "sqlite://", url))

    def serve(self, request_context, place):
        endpoint = Endpoint(place)
        server = oslo_messaging.get_rpc_server(
            rpc.get_transport(request_context),
            oslo_messaging.Target(topic="tests", server="host"),
            [endpoint],
            serializer=rpc.ContextSerializer(),
        )
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return endpoint

    def client(self, request_context):
        return oslo_messaging.get_rpc_client(
            rpc.get_transport(request_context),
            oslo_messaging.Target(topic="tests"),
            serializer=rpc.ContextSerializer(),
        )

    def test_a_call_is_answered(self):
        self.serve(self.context, "here")
        answer = self.client(self.context).call(self.context, "where")
        self.assertEqual(["here", "user"], list(answer))

    def test_each_cell_has_a_bus_of_its_own(self):
        first, second = self.aim("fake://cell1/"), self.aim("fake://cell2/")
        for request_context, place in [(self.context, "api"), (first, "one"), (second, "two")]:
            self.serve(request_context, place)
        for request_context, place in [(second, "two"), (first, "one"), (self.context, "api")]:
            answer = self.client(request_context).call(request_context, "where")
            self.assertEqual(place, answer[0])

    def test_a_call_to_nobody_fails_soon(self):
        self.serve(self.aim("fake://cell1/"), "elsewhere")
        self.assertRaises(
            oslo_messaging.MessagingTimeout, self.client(self.context).call, self.context, "where"
        )

    def test_what_nobody_received_is_gone_with_the_next_test(self):
        self.client(self.context).cast(self.context, "hear", word="lost")
        with fixture.Bus():
            endpoint = self.serve(self.context, "here")
            self.client(self.context).call(self.context, "where")
            self.assertEqual([], endpoint.heard)

    def test_afterwards_no_bus_is_configured(self):
        with fixture.Bus():
            rpc.get_transport(self.context)
        error = self.assertRaises(exception.NoMessageBus, rpc.get_transport, self.context)
        self.assertIn("transport_url", str(error))
