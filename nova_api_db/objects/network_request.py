# SPDX-License-Identifier: Apache-2.0
"""The networks and ports asked for at boot; part of a RequestSpec, never stored."""

from collections.abc import Iterable
from typing import Self

from nova_api_db.objects import base, fields, unset

#: Instead of the uuid of a network: find or make one, or use none.
AUTO = "auto"
NONE = "none"

NetworkTuple = tuple[str | None, str | None, str | None, str | None, str | None, str | None]


@base.NovaObjectRegistry.register
class NetworkRequest(unset.NullWhenUnset):
    """One network or port asked for."""

    # 1.3: fields arq_uuid, device_profile
    # 1.2: field tag
    VERSION = "1.3"

    added_in = {"tag": "1.2", "arq_uuid": "1.3", "device_profile": "1.3"}

    fields = {
        "network_id": fields.StringField(nullable=True),
        "address": fields.IPAddressField(nullable=True),
        "port_id": fields.UUIDField(nullable=True),
        "pci_request_id": fields.UUIDField(nullable=True),
        "tag": fields.StringField(nullable=True),
        "arq_uuid": fields.UUIDField(nullable=True),
        "device_profile": fields.StringField(nullable=True),
    }

    @classmethod
    def from_tuple(cls, net_tuple: NetworkTuple) -> Self:
        """Make one from the six values that to_tuple() gives."""
        network_id, address, port_id, pci_request_id, arq_uuid, device_profile = net_tuple
        return cls(
            network_id=network_id,
            address=address,
            port_id=port_id,
            pci_request_id=pci_request_id,
            arq_uuid=arq_uuid,
            device_profile=device_profile,
        )

    def to_tuple(self) -> NetworkTuple:
        """Return network, address, port, PCI request, accelerator request and device profile."""
        address = str(self.address) if self.address is not None else None
        return (
            self.network_id,
            address,
            self.port_id,
            self.pci_request_id,
            self.arq_uuid,
            self.device_profile,
        )

    @property
    def auto_allocate(self) -> bool:
        """Whether a network is to be found or made."""
        return self.network_id == AUTO

    @property
    def no_allocate(self) -> bool:
        """Whether the server is to have no network."""
        return self.network_id == NONE


@base.NovaObjectRegistry.register
class NetworkRequestList(base.ObjectListBase[NetworkRequest], base.NovaObject):
    """The networks and ports asked for."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("NetworkRequest")}

    @classmethod
    def from_tuples(cls, net_tuples: Iterable[NetworkTuple]) -> Self:
        """Make a list from what as_tuples() gives."""
        return cls(objects=[NetworkRequest.from_tuple(net_tuple) for net_tuple in net_tuples])

    def as_tuples(self) -> list[NetworkTuple]:
        """Return each request as six values."""
        return [request.to_tuple() for request in self.objects]

    @property
    def is_single_unspecified(self) -> bool:
        """Whether one network is asked for and nothing is said about it."""
        return len(self.objects) == 1 and self.objects[0].to_tuple() == (None,) * 6

    @property
    def auto_allocate(self) -> bool:
        """Whether all that is asked for is to find or make a network."""
        return len(self.objects) == 1 and self.objects[0].auto_allocate

    @property
    def no_allocate(self) -> bool:
        """Whether all that is asked for is to have no network."""
        return len(self.objects) == 1 and self.objects[0].no_allocate
