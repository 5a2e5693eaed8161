# SPDX-License-Identifier: Apache-2.0
"""A server that is in no cell yet; a row of the api database (build_requests)."""

from typing import Any

from nova_api_db.objects import back_level, base, fields


@base.NovaObjectRegistry.register
class BuildRequest(base.NovaObject):
    """A server between its boot request and its cell."""

    # 1.3: field tags
    # 1.2: method save
    # 1.1: field block_device_mappings
    VERSION = "1.3"

    added_in = {"block_device_mappings": "1.1", "tags": "1.3"}

    fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "project_id": fields.StringField(),
        "instance": fields.ObjectField("Instance"),
        "block_device_mappings": fields.ObjectField("BlockDeviceMappingList"),
        "created_at": fields.DateTimeField(nullable=True),
        "updated_at": fields.DateTimeField(nullable=True),
        "tags": fields.ObjectField("TagList"),
    }

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Drop what is newer; at 1.0 the tags stay when there are block device mappings."""
        tags = primitive.get("tags") if "block_device_mappings" in primitive else None
        super().obj_make_compatible(primitive, target_version)
        # Peers have always sent version 1.0 so.
        if tags is not None and back_level.is_older(target_version, "1.1"):
            primitive["tags"] = tags


@base.NovaObjectRegistry.register
class BuildRequestList(base.ObjectListBase[BuildRequest], base.NovaObject):
    """Build requests."""

    VERSION = "1.0"

    fields = {"objects": fields.ListOfObjectsField("BuildRequest")}
