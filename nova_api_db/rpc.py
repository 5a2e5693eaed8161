# SPDX-License-Identifier: Apache-2.0
"""Message buses by URL, and the context on its way across them.

Which bus a call uses is picked from the request context, as its database is: an aimed one means
the cell's, any other that of the configuration.
"""

import importlib
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import oslo_messaging
from oslo_config import cfg

from nova_api_db import exception, urls
from nova_api_db.context import RequestContext

#: The exchange of every service's topics.
EXCHANGE = "nova"

#: Whose exceptions reach the caller of a method as themselves. Ours are sent as Nova's.
EXCEPTION_MODULES = (
    "oslo_db.exception",
    "oslo_versionedobjects.exception",
)


class _Buses:
    """The transports of this process, by their URLs."""

    def __init__(self) -> None:
        self.conf: cfg.ConfigOpts | None = None
        self.forget()

    def forget(self) -> None:
        """Leave the transports to whoever has them: after a fork, the parent."""
        self.lock = threading.Lock()
        self.transports: dict[str, Any] = {}


_buses = _Buses()
os.register_at_fork(after_in_child=_buses.forget)


def configure(conf: cfg.ConfigOpts) -> None:
    """Take the bus and oslo.messaging's options from a configuration; close those open so far."""
    cleanup()
    _register_unlisted(conf)
    # Where peers look, unless the configuration says otherwise.
    oslo_messaging.set_transport_defaults(EXCHANGE)
    _buses.conf = conf


def _register_unlisted(conf: cfg.ConfigOpts) -> None:
    """Register options that every call reads, but that only the global configuration has."""
    for group in ("metrics", "tracing"):
        try:
            client = importlib.import_module(f"oslo_messaging._{group}.client")
        except ImportError:
            # A release without it.
            continue
        name = f"oslo_messaging_{group}"
        conf.register_opts(vars(client)[name], group=name)


def cleanup() -> None:
    """Close every transport; the next call opens its own again."""
    with _buses.lock:
        opened, _buses.transports = _buses.transports, {}
    for transport in opened.values():
        transport.cleanup()


def get_transport(context: RequestContext) -> Any:
    """Return the transport of the context's cell, or the configured one when it is not aimed.

    :raises NoMessageBus: if the URL is ``none://``: no other bus stands in for it
    :raises TransportURLInvalid: if the URL cannot be used
    """
    target = context.cell_target
    if target is not None:
        return _transport(target.transport_url, f"Cell {target.uuid}")
    return _transport(_configuration().transport_url, "[DEFAULT] transport_url")


def _configuration() -> cfg.ConfigOpts:
    if _buses.conf is None:
        raise exception.ConfigurationError(reason="No message bus is configured")
    return _buses.conf


def _transport(url: str, place: str) -> Any:
    if not urls.has_bus(url):
        raise exception.NoMessageBus(place=place, url=urls.mask(url) or "empty")
    with _buses.lock:
        transport = _buses.transports.get(url)
        if transport is None:
            transport = _buses.transports[url] = _open(url)
    return transport


def _open(url: str) -> Any:
    try:
        return oslo_messaging.get_rpc_transport(
            _configuration(), url=url, allowed_remote_exmods=list(EXCEPTION_MODULES)
        )
    except oslo_messaging.DriverLoadFailure:
        reason = "there is no such driver"
    except (oslo_messaging.InvalidTransportURL, ValueError):
        reason = "it cannot be parsed"
    raise exception.TransportURLInvalid(url=urls.mask(url), reason=reason)


def get_client(
    context: RequestContext,
    target: oslo_messaging.Target,
    entities: oslo_messaging.Serializer,
    *,
    version_cap: str | None = None,
) -> Any:
    """Return a client of the service that the target names, on the context's bus.

    :param entities: serializes arguments and results
    :param version_cap: refuse to call what came after this version of the interface
    """
    return oslo_messaging.get_rpc_client(
        get_transport(context),
        target,
        version_cap=version_cap,
        serializer=ContextSerializer(entities),
    )


def get_server(
    target: oslo_messaging.Target, endpoints: Sequence[Any], entities: oslo_messaging.Serializer
) -> Any:
    """Return a server on the configured bus; each call runs in a native thread.

    :param entities: serializes arguments and results
    """
    transport = _transport(_configuration().transport_url, "[DEFAULT] transport_url")
    return oslo_messaging.get_rpc_server(
        transport,
        target,
        list(endpoints),
        serializer=ContextSerializer(entities),
        access_policy=oslo_messaging.DefaultRPCAccessPolicy,
    )


class ContextSerializer(oslo_messaging.Serializer):  # type: ignore[misc]
    """Carry the request context across; arguments and results are left to another serializer."""

    def __init__(self, entities: oslo_messaging.Serializer | None = None) -> None:
        self.entities = entities or oslo_messaging.NoOpSerializer()

    def serialize_entity(self, context: RequestContext, entity: Any) -> Any:
        """Turn an argument or a result into what can be sent."""
        return self.entities.serialize_entity(context, entity)

    def deserialize_entity(self, context: RequestContext, entity: Any) -> Any:
        """Turn what was sent into an argument or a result."""
        return self.entities.deserialize_entity(context, entity)

    def serialize_context(self, context: RequestContext) -> dict[str, Any]:
        """Turn the context into a dict; where it is aimed stays here."""
        return context.to_dict()

    def deserialize_context(self, context: Mapping[str, Any]) -> RequestContext:
        """Turn a dict into an un-aimed context."""
        return RequestContext.from_dict(context)
