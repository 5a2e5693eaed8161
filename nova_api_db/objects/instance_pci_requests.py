# SPDX-License-Identifier: Apache-2.0
"""The PCI devices that a server asked for; stored as JSON (instance_extra.pci_requests)."""

import json
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_extra as query
from nova_api_db.objects import base, fields, primitives, unset

#: The order in which they stand in stored text.
STORED_FIELDS = (
    "count",
    "spec",
    "alias_name",
    "is_new",
    "numa_policy",
    "request_id",
    "requester_id",
)


@base.NovaObjectRegistry.register
class InstancePCIRequest(unset.NullWhenUnset):
    """A number of PCI devices of one kind."""

    #: Values of `source`.
    FLAVOR_ALIAS = 0
    NEUTRON_PORT = 1

    # 1.4: value socket of numa_policy
    # 1.3: field requester_id
    # 1.2: field numa_policy
    # 1.1: field request_id
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

    @property
    def source(self) -> int:
        """Who asked: the flavor, which names an alias, or a port."""
        return self.FLAVOR_ALIAS if self.alias_name is not None else self.NEUTRON_PORT

    def is_live_migratable(self) -> bool:
        """Say whether a server with these devices can move while it runs."""
        return all(spec.get("live_migratable") == "true" for spec in self.spec)


@base.NovaObjectRegistry.register
class InstancePCIRequests(base.NovaObject):
    """All PCI devices that a server asked for."""

    VERSION = "1.1"

    fields = {
        "instance_uuid": fields.UUIDField(),
        "requests": fields.ListOfObjectsField("InstancePCIRequest"),
    }

    @classmethod
    def obj_from_db(cls, context: Any, instance_uuid: str, db_requests: str | None) -> Self:
        """Make them from the text stored with a server, a plain list of dictionaries.

        :raises UnreadableRecord: if it is no such list
        """
        try:
            primitive = to_primitive(instance_uuid, json.loads(db_requests) if db_requests else [])
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise exception.UnreadableRecord(
                noun="PCI requests", key=instance_uuid, reason=error
            ) from None
        return cls.obj_from_primitive(primitive, context)

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return what a server asked for, which may be nothing.

        :raises UnreadableRecord: if what is stored cannot be read
        """
        row = query.find_document(context, instance_uuid, "pci_requests")
        return cls.obj_from_db(context, instance_uuid, row["text"] if row else None)

    @classmethod
    def get_by_instance(cls, context: RequestContext, instance: Any) -> Self:
        """Return what a server asked for, which may be nothing."""
        return cls.get_by_instance_uuid(context, instance.uuid)

    def to_json(self) -> str:
        """Return the text that is stored with a server."""
        return json.dumps(
            [{name: getattr(request, name) for name in STORED_FIELDS} for request in self.requests]
        )

    def neutron_requests(self) -> bool:
        """Say whether a port asked for any of these."""
        return any(request.source == request.NEUTRON_PORT for request in self.requests)


def to_primitive(instance_uuid: str, stored: list[dict[str, Any]]) -> primitives.Primitive:
    """Return the primitive of stored requests; what older rows lack gets its default."""
    return {
        primitives.NAME: "InstancePCIRequests",
        primitives.NAMESPACE: base.NovaObject.OBJ_PROJECT_NAMESPACE,
        primitives.VERSION: InstancePCIRequests.VERSION,
        primitives.DATA: {
            "instance_uuid": instance_uuid,
            "requests": [
                {
                    primitives.NAME: "InstancePCIRequest",
                    primitives.NAMESPACE: base.NovaObject.OBJ_PROJECT_NAMESPACE,
                    primitives.VERSION: InstancePCIRequest.VERSION,
                    primitives.DATA: {
                        "count": request["count"],
                        "spec": request["spec"],
                        "alias_name": request["alias_name"],
                        "is_new": request.get("is_new", False),
                        "numa_policy": request.get(
                            "numa_policy", fields.PCINUMAAffinityPolicy.LEGACY
                        ),
                        "request_id": request.get("request_id"),
                        "requester_id": request.get("requester_id"),
                    },
                }
                for request in stored
            ],
        },
    }
