# SPDX-License-Identifier: Apache-2.0
"""What can be said of a server whose cell does not answer: from its mapping and request spec.

A partial record is an :class:`Instance` on which only that is set. Reading anything else of it
raises, as the cell would have to be asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nova_api_db import exception
from nova_api_db.context import RequestContext, target_cell
from nova_api_db.objects.cell_mapping import CellMapping
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_mapping import InstanceMapping, InstanceMappingList
from nova_api_db.objects.request_spec import RequestSpec

#: What a field of text says whose value only the cell knows.
UNKNOWN = "UNKNOWN"

#: Filters that a mapping is enough to decide on.
DECIDABLE = frozenset({"project_id", "user_id", "uuid", "deleted", "hidden"})


def is_partial(server: Instance) -> bool:
    """Say whether a server is a partial record: its state is not known."""
    return not server.obj_attr_is_set("vm_state")


def summary(context: RequestContext, mapping: InstanceMapping) -> Instance:
    """Return the record that a listing shows: uuid, project, user and when it was booted."""
    server = Instance(context)
    server.obj_set_loaded("uuid", mapping.instance_uuid)
    server.obj_set_loaded("project_id", mapping.project_id)
    if mapping.obj_attr_is_set("user_id"):
        server.obj_set_loaded("user_id", mapping.user_id)
    server.obj_set_loaded("created_at", mapping.created_at)
    return server


def show(context: RequestContext, mapping: InstanceMapping) -> Instance:
    """Return the record with what the request spec adds: flavor, image and zone asked for."""
    server = summary(context, mapping)
    server.obj_set_loaded("power_state", 0)
    server.obj_set_loaded("availability_zone", UNKNOWN)
    with target_cell(context, None) as api_context:
        try:
            spec = RequestSpec.get_by_instance_uuid(api_context, mapping.instance_uuid)
        except exception.RequestSpecNotFound:
            return server
    if spec.obj_attr_is_set("flavor"):
        server.obj_set_loaded("flavor", spec.flavor)
    if spec.obj_attr_is_set("availability_zone") and spec.availability_zone:
        server.obj_set_loaded("availability_zone", spec.availability_zone)
    if spec.obj_attr_is_set("image"):
        image = spec.image
        has_id = image is not None and image.obj_attr_is_set("id")
        server.obj_set_loaded("image_ref", image.id if image is not None and has_id else "")
    if spec.obj_attr_is_set("user_id"):
        server.obj_set_loaded("user_id", spec.user_id)
    return server


def is_decidable(filters: Mapping[str, Any]) -> bool:
    """Say whether mappings are enough to decide on every filter."""
    return filters.keys() <= DECIDABLE and not filters.get("deleted") and not filters.get("hidden")


def summaries(
    context: RequestContext,
    cells: Sequence[CellMapping],
    filters: Mapping[str, Any],
    *,
    after_id: int = 0,
    limit: int | None = None,
) -> list[Instance]:
    """Return the records of the servers of some cells, in the order of their booting.

    :param filters: such as :func:`is_decidable` accepts
    :param after_id: leave out the mappings up to this id
    """
    uuids = filters.get("uuid")
    mappings = InstanceMappingList.get_not_deleted_after(
        context,
        [cell.id for cell in cells],
        after_id=after_id,
        limit=limit,
        project_id=filters.get("project_id"),
        user_id=filters.get("user_id"),
        uuids=[uuids] if isinstance(uuids, str) else uuids,
    )
    return [summary(context, mapping) for mapping in mappings]
