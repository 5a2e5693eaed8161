# SPDX-License-Identifier: Apache-2.0
"""Like PCI devices of a node, counted; stored as JSON in it (compute_nodes.pci_stats)."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.objects import base, fields

TAGS = "tags"
POOL_FIELDS = ("product_id", "vendor_id", "numa_node", "count")


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

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Make one from a flat dictionary: what is no field is a tag."""
        own = dict(value)
        tags = own.pop(TAGS, {})
        # A tag may itself be called so; it is then a text.
        tags = dict(tags) if isinstance(tags, Mapping) else {TAGS: tags}
        known = {name: own.pop(name) for name in POOL_FIELDS if name in own}
        return cls(**{"numa_node": None, **known}, tags=own | tags)

    def to_dict(self) -> dict[str, Any]:
        """Return a flat dictionary, the tags among the fields.

        Tags that are named like a field stay apart, under ``tags``: they must not pass for it.
        """
        tags = (self.tags if self.obj_attr_is_set(TAGS) else None) or {}
        apart = {name: value for name, value in tags.items() if name in (*POOL_FIELDS, TAGS)}
        flat = {name: value for name, value in tags.items() if name not in apart}
        flat |= {name: getattr(self, name) for name in POOL_FIELDS if self.obj_attr_is_set(name)}
        return flat | {TAGS: apart} if apart else flat


@base.NovaObjectRegistry.register
class PciDevicePoolList(base.ObjectListBase[PciDevicePool], base.NovaObject):
    """The PCI devices of a node, counted."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("PciDevicePool")}
