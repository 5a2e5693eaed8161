# SPDX-License-Identifier: Apache-2.0
"""Rows and objects with good defaults; a test names only what matters to it.

`make_*` writes to the database of the context and returns what it wrote.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy
from oslo_utils import uuidutils

from nova_api_db import objects
from nova_api_db.context import RequestContext
from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.db.cell import models as cell_models
from nova_api_db.servers import boot


def make_cell_mapping(context: RequestContext, **changes: Any) -> dict[str, Any]:
    """Write a cell_mappings row only: nothing stands behind its URLs."""
    values = {
        "uuid": uuidutils.generate_uuid(),
        "name": "cell1",
        "database_connection": "sqlite:////nonexistent/cell1.sqlite",
        "transport_url": "none:///",
        "disabled": False,
        **changes,
    }
    with facade.api_writer.using(context) as connection:
        connection.execute(sqlalchemy.insert(models.CellMapping).values(values))
        query = sqlalchemy.select(models.CellMapping.__table__).filter_by(uuid=values["uuid"])
        return dict(connection.execute(query).mappings().one())


def make_cell(context: RequestContext, **changes: Any) -> objects.CellMapping:
    """Write a cell: nothing stands behind its URLs."""
    values = {
        "uuid": uuidutils.generate_uuid(),
        "name": "cell1",
        "database_connection": "sqlite:////nonexistent/cell1.sqlite",
        "transport_url": "none:///",
        **changes,
    }
    cell = objects.CellMapping(context, **values)
    cell.create()
    return cell


def make_instance_mapping(context: RequestContext, **changes: Any) -> objects.InstanceMapping:
    """Write the mapping of a server that is in no cell."""
    values = {
        "instance_uuid": uuidutils.generate_uuid(),
        "project_id": "project",
        "user_id": "user",
        "cell_mapping": None,
        **changes,
    }
    mapping = objects.InstanceMapping(context, **values)
    mapping.create()
    return mapping


def make_host_mapping(context: RequestContext, **changes: Any) -> objects.HostMapping:
    """Write the mapping of a host, to a cell of its own unless one is given."""
    values = {"host": "host", **changes}
    if "cell_mapping" not in values:
        values["cell_mapping"] = make_cell(context)
    mapping = objects.HostMapping(context, **values)
    mapping.create()
    return mapping


def make_row(context: RequestContext, model: Any, **values: Any) -> dict[str, Any]:
    """Write a row of a cell's table, defaults filled in; the row's id is in what it returns."""
    table = model.__table__
    with facade.cell_writer.using(context) as connection:
        result = connection.execute(sqlalchemy.insert(table).values(values))
        key = zip(table.primary_key.columns, result.inserted_primary_key or (), strict=True)
        query = sqlalchemy.select(table).where(*(column == value for column, value in key))
        return dict(connection.execute(query).mappings().one())


def make_instance_row(context: RequestContext, **changes: Any) -> dict[str, Any]:
    """Write an instances row only: none of those that belong to it."""
    values = {"uuid": uuidutils.generate_uuid(), "project_id": "project", "user_id": "user"}
    return make_row(context, cell_models.Instance, **{**values, **changes})


def compute_node_values(**changes: Any) -> dict[str, Any]:
    """Return what a compute node has to have, as an object or as a row."""
    return {
        "host": "host",
        "hypervisor_hostname": "node",
        "vcpus": 4,
        "memory_mb": 8192,
        "local_gb": 100,
        "vcpus_used": 0,
        "memory_mb_used": 0,
        "local_gb_used": 0,
        "hypervisor_type": "QEMU",
        "hypervisor_version": 1,
        "cpu_info": "{}",
        "cpu_allocation_ratio": 4.0,
        "ram_allocation_ratio": 1.0,
        "disk_allocation_ratio": 1.0,
        **changes,
    }


def make_compute_node_row(context: RequestContext, **changes: Any) -> dict[str, Any]:
    """Write a compute_nodes row."""
    values = {"uuid": uuidutils.generate_uuid(), **compute_node_values(**changes)}
    return make_row(context, cell_models.ComputeNode, **values)


def list_rows(context: RequestContext, model: Any, **values: Any) -> list[dict[str, Any]]:
    """Return the rows of a cell's table that have these values, the oldest first."""
    query = (
        sqlalchemy.select(model.__table__)
        .filter_by(**values)
        .order_by(*model.__mapper__.primary_key)
    )
    with facade.cell_reader.using(context) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def flavor(**changes: Any) -> objects.Flavor:
    """Return a flavor that stands in no database."""
    values = {
        "id": 7,
        "name": "m1.small",
        "flavorid": "2",
        "memory_mb": 2048,
        "vcpus": 1,
        "root_gb": 20,
        "ephemeral_gb": 0,
        "swap": 0,
        "rxtx_factor": 1.0,
        "vcpu_weight": 0,
        "disabled": False,
        "is_public": True,
        "extra_specs": {},
        "description": None,
        **changes,
    }
    made = objects.Flavor(**values)
    made.obj_reset_changes()
    return made


def make_flavor(context: RequestContext, **changes: Any) -> objects.Flavor:
    """Write a flavor; its name is its flavorid unless given."""
    values = {
        "flavorid": "2",
        "memory_mb": 2048,
        "vcpus": 1,
        "root_gb": 20,
        "ephemeral_gb": 0,
        "swap": 0,
        **changes,
    }
    made = objects.Flavor(context, **{"name": values["flavorid"], **values})
    made.create()
    return made


def make_key_pair(context: RequestContext, **changes: Any) -> objects.KeyPair:
    """Write the ssh key of a user."""
    values = {"name": "key", "user_id": "user", "public_key": "ssh-rsa AAAA", **changes}
    key = objects.KeyPair(context, **values)
    key.create()
    return key


def make_aggregate(
    context: RequestContext, hosts: Sequence[str] = (), **changes: Any
) -> objects.Aggregate:
    """Write an aggregate with hosts."""
    aggregate = objects.Aggregate(context, **{"name": "aggregate", **changes})
    aggregate.create()
    for host in hosts:
        aggregate.add_host(host)
    return aggregate


def image(**changes: Any) -> objects.ImageMeta:
    """Return an image."""
    values = {
        "id": uuidutils.generate_uuid(),
        "name": "debian",
        "status": "active",
        "container_format": "bare",
        "disk_format": "qcow2",
        "size": 1,
        "min_ram": 0,
        "min_disk": 0,
        "properties": objects.ImageMetaProps(),
        **changes,
    }
    return objects.ImageMeta(**values)


def server_request(**changes: Any) -> boot.ServerRequest:
    """Return a request for one server, named server."""
    values = {"name": "server", "flavor": flavor(), "image": image(), **changes}
    return boot.ServerRequest(**values)


def make_instance(context: RequestContext, **changes: Any) -> objects.Instance:
    """Write a server, active on no host, into the cell of the context."""
    values = {
        "uuid": uuidutils.generate_uuid(),
        "project_id": "project",
        "user_id": "user",
        "display_name": "server",
        "vm_state": "active",
        "task_state": None,
        "power_state": 1,
        "instance_type_id": 7,
        "flavor": flavor(),
        **changes,
    }
    server = objects.Instance(context, **values)
    server.create()
    return server


def make_instance_group(context: RequestContext, **changes: Any) -> objects.InstanceGroup:
    """Write an instance group whose members are kept apart."""
    values = {
        "uuid": uuidutils.generate_uuid(),
        "name": "group",
        "project_id": "project",
        "user_id": "user",
        "policy": "anti-affinity",
        **changes,
    }
    group = objects.InstanceGroup(context, **values)
    group.create()
    return group


def server(**changes: Any) -> objects.Instance:
    """Return a server that waits for a cell and stands in no database.

    ``tags`` are texts.
    """
    uuid = changes.pop("uuid", None) or uuidutils.generate_uuid()
    values = {
        "project_id": "project",
        "user_id": "user",
        "display_name": "server",
        "vm_state": "building",
        "task_state": "scheduling",
        "power_state": 0,
        "instance_type_id": 7,
        "locked": False,
        "hidden": False,
        "metadata": {},
        "system_metadata": {},
        "flavor": flavor(),
        **changes,
    }
    values["tags"] = objects.TagList(
        objects=[objects.Tag(resource_id=uuid, tag=tag) for tag in values.get("tags", ())]
    )
    return objects.Instance(uuid=uuid, **values)


def make_build_request(context: RequestContext, **changes: Any) -> objects.BuildRequest:
    """Write the build request of a server; changes are those of :func:`server`."""
    instance = server(**changes)
    request = objects.BuildRequest(
        context,
        instance_uuid=instance.uuid,
        project_id=instance.project_id,
        instance=instance,
        block_device_mappings=objects.BlockDeviceMappingList(objects=[]),
        tags=instance.tags,
    )
    request.create()
    return request
