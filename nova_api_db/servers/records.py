# SPDX-License-Identifier: Apache-2.0
"""The records of a boot: what was asked for, the server until it is in a cell, and its mapping.

All of it lives in the api database, and each function here is one transaction.
"""

import dataclasses
import logging
from collections.abc import Sequence

from oslo_utils import timeutils

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.api import boot as query
from nova_api_db.objects.build_request import BuildRequest
from nova_api_db.objects.cell_mapping import CellMapping
from nova_api_db.objects.instance_mapping import InstanceMapping
from nova_api_db.objects.request_spec import RequestSpec

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class BootRecords:
    """The three records of one server that is about to be booted; none is stored yet."""

    request_spec: RequestSpec
    build_request: BuildRequest
    instance_mapping: InstanceMapping


class _ChildCell:
    """Says once that request specs are not stored here."""

    said = False


def create(
    context: RequestContext,
    boots: Sequence[BootRecords],
    *,
    persist_request_specs: bool = True,
) -> None:
    """Store the records of one or many servers in one transaction: all or nothing.

    Servers that ask for an instance group become its members in the same transaction. Afterwards
    every object has its id and is as if it was read again.

    :param persist_request_specs: False in a cells v1 child cell, whose parent has them
    :raises oslo_db.exception.DBDuplicateEntry: if a server of that uuid exists; nothing is stored
    """
    if not persist_request_specs and not _ChildCell.said:
        _ChildCell.said = True
        LOG.info("This is a cells v1 child cell: request specs are left to the parent cell.")
    specs = [boot.request_spec for boot in boots] if persist_request_specs else []
    now = timeutils.utcnow()
    build_requests = [{**boot.build_request.obj_to_row(), "created_at": now} for boot in boots]
    ids = query.create(
        context,
        request_specs=[spec.obj_to_row() for spec in specs],
        build_requests=build_requests,
        instance_mappings=[boot.instance_mapping.obj_to_row() for boot in boots],
        group_members=[
            {"instance_uuid": boot.request_spec.instance_uuid, "group_id": group.id}
            for boot in boots
            if (group := boot.request_spec.instance_group) is not None
        ],
    )
    for boot, row in zip(boots, build_requests, strict=True):
        uuid = row["instance_uuid"]
        stored = {**row, "id": ids["build_requests"][uuid], "updated_at": None}
        boot.build_request.obj_load_stored(stored)
        boot.instance_mapping.obj_set_loaded("id", ids["instance_mappings"][uuid])
        boot.instance_mapping.obj_reset_changes()
    for spec in specs:
        spec.obj_set_loaded("id", ids["request_specs"][spec.instance_uuid])
        spec.obj_reset_changes()


def claim(context: RequestContext, instance_uuid: str, cell_mapping: CellMapping) -> None:
    """Take a boot over for a cell: its build request goes and its mapping names the cell.

    Called once the server's row stands in the cell. Whoever deletes the build request first has
    won; if the user did, nothing of the boot remains in the api database, and the caller takes
    the row in the cell away again.

    :raises BuildRequestNotFound: if the user deleted the server, or another claim came first
    """
    if not query.claim(context, instance_uuid, cell_mapping.id):
        raise exception.BuildRequestNotFound(uuid=instance_uuid)


def withdraw(context: RequestContext, instance_uuid: str) -> None:
    """Delete a server that is in no cell yet, as its user wants.

    Its mapping stays, queued for delete, until the conductor has seen that it came too late.

    :raises BuildRequestNotFound: if it is in a cell by now, or deleted: look it up again
    """
    if not query.withdraw(context, instance_uuid):
        raise exception.BuildRequestNotFound(uuid=instance_uuid)
