# SPDX-License-Identifier: Apache-2.0
"""The interfaces of a server as last seen; a row of a cell database (instance_info_caches)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstanceInfoCache(base.PersistentFields, base.NovaObject):
    """The network interfaces of a server as last seen."""

    VERSION = "1.5"

    fields = {
        "instance_uuid": fields.UUIDField(),
        "network_info": fields.NetworkModelField(nullable=True),
    }
