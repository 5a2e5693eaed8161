# SPDX-License-Identifier: Apache-2.0
"""Like PCI devices of a node, counted; stored as JSON in it (compute_nodes.pci_stats)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class PciDevicePool(base.NovaObject):
    """A number of PCI devices that are alike."""

    # 1.1: field numa_node
    VERSION = "1.1"

    added_in = {"numa_node": "1.1"}

    fields = {
        "product_id": fields.StringField(),
        "vendor_id": fields.StringField(),
        "numa_node": fields.IntegerField(nullable=True),
        "tags": fields.DictOfNullableStringsField(),
        "count": fields.IntegerField(),
    }


@base.NovaObjectRegistry.register
class PciDevicePoolList(base.ObjectListBase[PciDevicePool], base.NovaObject):
    """The PCI devices of a node, counted."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("PciDevicePool")}
