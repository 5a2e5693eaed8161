# SPDX-License-Identifier: Apache-2.0
"""The running services of a deployment; rows of a cell database (services)."""

from typing import Any

from nova_api_db import exception
from nova_api_db.objects import base, fields

#: The version of the services of this release. It goes up when what a service does for its peers
#: changes, so that they can tell how old it is.
SERVICE_VERSION = 74


@base.NovaObjectRegistry.register
class Service(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One running service: what it is, where it runs, whether it is up."""

    # 1.22: method get_by_uuid
    # 1.21: field uuid
    # 1.20: method get_minimum_version_multi
    # 1.19: method get_minimum_version
    # 1.18: child ComputeNode at 1.14
    # 1.17: child ComputeNode at 1.13
    # 1.16: field version
    # 1.15: child ComputeNode at 1.12
    # 1.14: field forced_down
    # 1.13: field last_seen_up
    # 1.12: child ComputeNode at 1.11
    # 1.11: method get_by_host_and_binary
    # 1.10: compute_node is loaded on demand instead of always
    # 1.9: child ComputeNode at 1.10
    # 1.8: child ComputeNode at 1.9
    # 1.7: child ComputeNode at 1.8
    # 1.6: child ComputeNode at 1.7
    # 1.5: child ComputeNode at 1.6
    # 1.4: get_by_compute_host takes use_slave
    # 1.3: child ComputeNode at 1.5
    # 1.2: strings accept unicode
    # 1.1: field compute_node
    VERSION = "1.22"

    added_in = {
        "last_seen_up": "1.13",
        "forced_down": "1.14",
        "version": "1.16",
        "uuid": "1.21",
    }

    fields = {
        "id": fields.IntegerField(read_only=True),
        "uuid": fields.UUIDField(),
        "host": fields.StringField(nullable=True),
        "binary": fields.StringField(nullable=True),
        "topic": fields.StringField(nullable=True),
        "report_count": fields.IntegerField(),
        "disabled": fields.BooleanField(),
        "disabled_reason": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "compute_node": fields.ObjectField("ComputeNode"),
        "last_seen_up": fields.DateTimeField(nullable=True),
        "forced_down": fields.BooleanField(),
        "version": fields.IntegerField(),
    }

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        # A service says which version it is; it cannot claim to be another.
        if "version" in kwargs:
            raise exception.ObjectActionError(
                action="init", reason="a service sets its version itself"
            )
        super().__init__(context, **kwargs)
        self.version = SERVICE_VERSION


@base.NovaObjectRegistry.register
class ServiceList(base.ObjectListBase[Service], base.NovaObject):
    """Services."""

    VERSION = "1.19"

    fields = {"objects": fields.ListOfObjectsField("Service")}
