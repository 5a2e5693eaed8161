# SPDX-License-Identifier: Apache-2.0
"""The PCI devices that a server asked for; stored as JSON (instance_extra.pci_requests)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class InstancePCIRequest(base.NovaObject):
    """A number of PCI devices of one kind."""

    # 1.3: requester_id
    # 1.2: numa_policy
    # 1.1: request_id
    VERSION = "1.4"

    added_in = {"request_id": "1.1", "numa_policy": "1.2", "requester_id": "1.3"}

    fields = {
        "count": fields.IntegerField(),
        "spec": fields.ListOfDictOfNullableStringsField(),
        "alias_name": fields.StringField(nullable=True),
        "is_new": fields.BooleanField(default=False),
        "request_id": fields.UUIDField(nullable=True),
        "requester_id": fields.StringField(nullable=True),
        "numa_policy": fields.PCINUMAAffinityPolicyField(nullable=True),
    }


@base.NovaObjectRegistry.register
class InstancePCIRequests(base.NovaObject):
    """All PCI devices that a server asked for."""

    VERSION = "1.1"

    fields = {
        "instance_uuid": fields.UUIDField(),
        "requests": fields.ListOfObjectsField("InstancePCIRequest"),
    }
