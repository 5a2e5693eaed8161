# SPDX-License-Identifier: Apache-2.0
"""What was asked for at boot; a row of the api or of a cell database (request_specs)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class RequestSpec(base.NovaObject):
    """What a server was asked to be and where it may go."""

    # 1.15: method get_by_instance_uuids
    # 1.14: field requested_networks
    # 1.13: field request_level_params
    # 1.12: field requested_resources
    # 1.11: field is_bfv
    # 1.10: field network_metadata
    # 1.9: field user_id
    # 1.8: field security_groups
    # 1.7: method destroy
    # 1.6: field requested_destination
    # 1.5: methods get_by_instance_uuid, create, save
    # 1.4: child ImageMeta at 1.7
    # 1.3: child InstanceGroup at 1.10
    # 1.2: child SchedulerRetries at 1.1
    # 1.1: child ImageMeta at 1.6
    VERSION = "1.15"

    added_in = {
        "requested_destination": "1.6",
        "security_groups": "1.8",
        "user_id": "1.9",
        "network_metadata": "1.10",
        "is_bfv": "1.11",
        "requested_resources": "1.12",
        "request_level_params": "1.13",
        "requested_networks": "1.14",
    }

    fields = {
        "id": fields.IntegerField(),
        "image": fields.ObjectField("ImageMeta", nullable=True),
        "numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "project_id": fields.StringField(nullable=True),
        "user_id": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "flavor": fields.ObjectField("Flavor"),
        "num_instances": fields.IntegerField(default=1),
        "ignore_hosts": fields.ListOfStringsField(nullable=True),
        "force_hosts": fields.ListOfStringsField(nullable=True),
        "force_nodes": fields.ListOfStringsField(nullable=True),
        "requested_destination": fields.ObjectField(
            "Destination", nullable=True, default=fields.NONE
        ),
        "retry": fields.ObjectField("SchedulerRetries", nullable=True),
        "limits": fields.ObjectField("SchedulerLimits", nullable=True),
        "instance_group": fields.ObjectField("InstanceGroup", nullable=True),
        "scheduler_hints": fields.DictOfListOfStringsField(nullable=True),
        "instance_uuid": fields.UUIDField(),
        "security_groups": fields.ObjectField("SecurityGroupList"),
        "network_metadata": fields.ObjectField("NetworkMetadata"),
        "is_bfv": fields.BooleanField(),
        "requested_resources": fields.ListOfObjectsField(
            "RequestGroup", nullable=True, default=fields.NONE
        ),
        "request_level_params": fields.ObjectField("RequestLevelParams"),
        "requested_networks": fields.ObjectField("NetworkRequestList"),
    }
