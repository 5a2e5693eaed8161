# SPDX-License-Identifier: Apache-2.0
"""The interfaces of a server as last seen; a row of a cell database (instance_info_caches)."""

from typing import Any, Self

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstanceInfoCache(base.PersistentFields, base.NovaObject):
    """The network interfaces of a server as last seen."""

    VERSION = "1.5"

    fields = {
        "instance_uuid": fields.UUIDField(),
        "network_info": fields.NetworkModelField(nullable=True),
    }

    @classmethod
    def new(cls, context: Any, instance_uuid: str) -> Self:
        """Make the cache of a new server: nothing has been seen yet."""
        return cls(context, instance_uuid=instance_uuid, network_info=None)
