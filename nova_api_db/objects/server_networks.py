# SPDX-License-Identifier: Apache-2.0
"""What the network interfaces of a server say of the networks it was given."""

from collections.abc import Mapping, Sequence
from typing import Any

from nova_api_db.objects.network_metadata import NetworkMetadata
from nova_api_db.objects.network_request import NetworkRequest, NetworkRequestList

#: As the network service described it when it was last asked.
Interface = Mapping[str, Any]


def metadata(interfaces: Sequence[Interface]) -> NetworkMetadata:
    """Return the physical networks, and whether any network is tunnelled."""
    about = [network.get("meta") or {} for _, network in _attached(interfaces)]
    return NetworkMetadata(
        physnets={meta["physical_network"] for meta in about if meta.get("physical_network")},
        tunneled=any(meta.get("tunneled") for meta in about),
    )


def requests(interfaces: Sequence[Interface]) -> NetworkRequestList:
    """Return the request that would give a server these networks and ports."""
    return NetworkRequestList(
        objects=[
            NetworkRequest(network_id=network["id"], port_id=interface["id"])
            for interface, network in _attached(interfaces)
        ]
    )


def _attached(interfaces: Sequence[Interface]) -> list[tuple[Interface, Mapping[str, Any]]]:
    return [
        (interface, interface["network"]) for interface in interfaces if interface.get("network")
    ]
