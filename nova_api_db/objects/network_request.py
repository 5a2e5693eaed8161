# SPDX-License-Identifier: Apache-2.0
"""The networks and ports asked for at boot; part of a RequestSpec, never stored."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class NetworkRequest(base.NovaObject):
    """One network or port asked for."""

    # 1.3: arq_uuid, device_profile
    # 1.2: tag
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


@base.NovaObjectRegistry.register
class NetworkRequestList(base.ObjectListBase[NetworkRequest], base.NovaObject):
    """The networks and ports asked for."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("NetworkRequest")}
