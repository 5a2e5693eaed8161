# SPDX-License-Identifier: Apache-2.0
"""Tables of a cell database, one module per noun, and the shadow of each.

Queries use Core statements on these (`select(Instance.uuid)`, `Instance.__table__`); there are no
relationships. `SHADOWS` gives the shadow table of a table by name.
"""

from nova_api_db.db.cell.models import shadow
from nova_api_db.db.cell.models.base import Base
from nova_api_db.db.cell.models.block_device import BlockDeviceMapping
from nova_api_db.db.cell.models.compute_node import ComputeNode
from nova_api_db.db.cell.models.image import ImageIdMapping
from nova_api_db.db.cell.models.instance import (
    Instance,
    InstanceExtra,
    InstanceFault,
    InstanceIdMapping,
    InstanceInfoCache,
    InstanceMetadata,
    InstanceSystemMetadata,
)
from nova_api_db.db.cell.models.instance_action import InstanceAction, InstanceActionEvent
from nova_api_db.db.cell.models.migration import Migration
from nova_api_db.db.cell.models.pci_device import PciDevice
from nova_api_db.db.cell.models.request_spec import RequestSpec
from nova_api_db.db.cell.models.security_group import (
    SecurityGroup,
    SecurityGroupInstanceAssociation,
    SecurityGroupRule,
)
from nova_api_db.db.cell.models.service import Service
from nova_api_db.db.cell.models.tag import Tag
from nova_api_db.db.cell.models.virtual_interface import VirtualInterface

SHADOWS = shadow.add_shadows(Base.metadata)

__all__ = [
    "SHADOWS",
    "Base",
    "BlockDeviceMapping",
    "ComputeNode",
    "ImageIdMapping",
    "Instance",
    "InstanceAction",
    "InstanceActionEvent",
    "InstanceExtra",
    "InstanceFault",
    "InstanceIdMapping",
    "InstanceInfoCache",
    "InstanceMetadata",
    "InstanceSystemMetadata",
    "Migration",
    "PciDevice",
    "RequestSpec",
    "SecurityGroup",
    "SecurityGroupInstanceAssociation",
    "SecurityGroupRule",
    "Service",
    "Tag",
    "VirtualInterface",
]
