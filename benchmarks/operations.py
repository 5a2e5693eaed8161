# SPDX-License-Identifier: Apache-2.0
"""The operations that are timed: written once, for Nova's objects and for ours alike.

Both have the same names and methods, so the same lines run on both. Nova's Python imports this, so
it imports nothing but the standard library.

An operation does what comes before, yields, and then does what is timed.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks import records
from benchmarks.records import Side

Operation = Callable[[Side], Iterator[None]]

OPERATIONS: dict[str, Operation] = {}


def operation(function: Operation) -> Operation:
    """Make a function one that can be asked for by its name."""
    OPERATIONS[function.__name__] = function
    return function


# Boot


@operation
def boot_each(side: Side) -> Iterator[None]:
    """Build and store the three records of a server, one server after the other."""
    flavor, image = side.flavor(), side.image()
    yield
    for uuid_ in side.uuids:
        _store(records.boot(side, uuid_, 0, flavor, image))


@operation
def boot_together(side: Side) -> Iterator[None]:
    """Build and store the three records of the servers of one request."""
    flavor, image = side.flavor(), side.image()
    yield
    servers = [records.boot(side, uuid_, n, flavor, image) for n, uuid_ in enumerate(side.uuids)]
    for server in servers:
        _store(server)


def _store(made: Sequence[Any]) -> None:
    for record in made:
        record.create()


# Request specs


@operation
def request_spec_create(side: Side) -> Iterator[None]:
    """Store request specs that are there as objects."""
    specs = records.specs(side)
    yield
    for spec in specs:
        spec.create()


@operation
def request_spec_save(side: Side) -> Iterator[None]:
    """Change a field of stored request specs and store them again."""
    specs = records.specs(side)
    for spec in specs:
        spec.create()
    yield
    for spec in specs:
        spec.availability_zone = "nova"
        spec.save()


@operation
def request_spec_get(side: Side) -> Iterator[None]:
    """Read request specs by their servers, and a field of the flavor in each."""
    for spec in records.specs(side):
        spec.create()
    yield
    for uuid_ in side.uuids:
        found = side.objects.RequestSpec.get_by_instance_uuid(side.context, uuid_)
        _expect(found.flavor.vcpus, 1)


@operation
def request_spec_json(side: Side) -> Iterator[None]:
    """Make text of request specs, and request specs of the text."""
    specs = records.specs(side)
    yield
    for spec in specs:
        text = json.dumps(spec.obj_to_primitive())
        side.objects.RequestSpec.obj_from_primitive(json.loads(text), side.context)


@operation
def bare_json(side: Side) -> Iterator[None]:
    """Make text of the same request specs' primitives, and primitives of the text."""
    primitives = [spec.obj_to_primitive() for spec in records.specs(side)]
    yield
    for primitive in primitives:
        json.loads(json.dumps(primitive))


# Build requests


@operation
def build_request_list(side: Side) -> Iterator[None]:
    """List build requests and read a field of the server in each."""
    flavor, image = side.flavor(), side.image()
    for uuid_ in side.uuids:
        records.boot(side, uuid_, 0, flavor, image)[1].create()
    yield
    found = side.objects.BuildRequestList.get_all(side.context)
    _expect([request.instance.display_name for request in found], ["server-0"] * side.count)


# Cells


@operation
def instance_mapping_get(side: Side) -> Iterator[None]:
    """Read the mappings of servers, and the name of the cell that each is in."""
    cell = _cell(side)
    for uuid_ in side.uuids:
        side.objects.InstanceMapping(
            side.context,
            instance_uuid=uuid_,
            project_id="project",
            user_id="user",
            cell_mapping=cell,
        ).create()
    yield
    for uuid_ in side.uuids:
        found = side.objects.InstanceMapping.get_by_instance_uuid(side.context, uuid_)
        _expect(found.cell_mapping.name, "cell1")


@operation
def cell_query(side: Side) -> Iterator[None]:
    """Aim at a cell and ask it for the services of a host that has none, every time anew."""
    cell = _cell(side)
    yield
    for uuid_ in side.uuids:
        with side.contexts.target_cell(side.context, cell) as aimed:
            _expect(len(side.objects.ServiceList.get_by_host(aimed, uuid_)), 0)


def _cell(side: Side) -> Any:
    [cell] = side.objects.CellMappingList.get_all(side.context)
    return cell


# Compute nodes, in the database of the one cell


@operation
def compute_node_create(side: Side) -> Iterator[None]:
    """Store compute nodes that are there as objects."""
    nodes = records.nodes(side)
    yield
    for node in nodes:
        node.create()


@operation
def compute_node_save(side: Side) -> Iterator[None]:
    """Change what a server uses up on compute nodes, and store them again."""
    nodes = records.nodes(side)
    for node in nodes:
        node.create()
    yield
    for node in nodes:
        node.vcpus_used, node.memory_mb_used, node.running_vms = 1, 2560, 1
        node.save()


@operation
def compute_node_list(side: Side) -> Iterator[None]:
    """List compute nodes and read four fields of each."""
    for node in records.nodes(side):
        node.create()
    yield
    found = side.objects.ComputeNodeList.get_all(side.context)
    read = [(one.host, one.vcpus, one.memory_mb, one.stats) for one in found]
    _expect(len(read), side.count)


def _expect(found: Any, expected: Any) -> None:
    """Make sure that an operation did what it is timed for."""
    if found != expected:
        raise RuntimeError(f"{found} instead of {expected}")


def do(side: Side, work: Operation, began: Callable[[], object] = lambda: None) -> float:
    """Do an operation and return how many seconds it took.

    :param began: called when what is timed is about to begin
    """
    steps = work(side)
    next(steps)
    began()
    start = time.perf_counter()
    next(steps, None)
    return time.perf_counter() - start
