# SPDX-License-Identifier: Apache-2.0
"""The conductor as a service: its RPC server on the configured bus."""

import socket
from typing import Any

import oslo_messaging

from nova_api_db import objects, rpc
from nova_api_db.conductor import manager
from nova_api_db.objects.serializer import NovaObjectSerializer

TOPIC = "conductor"


def start(host: str | None = None) -> Any:
    """Start serving and return the server, which has ``stop()`` and ``wait()``.

    :param host: what this conductor is called on the bus, by default the name of the machine
    """
    objects.register_all()
    target = oslo_messaging.Target(topic=TOPIC, server=host or socket.gethostname())
    server = rpc.get_server(target, [manager.ConductorManager()], NovaObjectSerializer())
    server.start()
    return server
