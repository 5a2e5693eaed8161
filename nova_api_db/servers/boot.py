# SPDX-License-Identifier: Apache-2.0
"""Boot servers: from a request to stored records.

What is written, and where each part goes later, is described in the contributor's page on the
records of a boot.
"""

import dataclasses
import random
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oslo_utils import uuidutils

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.objects.block_device import BlockDeviceMapping
from nova_api_db.objects.build_request import BuildRequest
from nova_api_db.objects.destination import Destination
from nova_api_db.objects.flavor import Flavor
from nova_api_db.objects.image_meta import ImageMeta
from nova_api_db.objects.image_meta_props import ImageMetaProps
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_group import InstanceGroup
from nova_api_db.objects.instance_info_cache import InstanceInfoCache
from nova_api_db.objects.instance_mapping import InstanceMapping
from nova_api_db.objects.instance_numa import InstanceNUMATopology
from nova_api_db.objects.instance_pci_requests import InstancePCIRequests
from nova_api_db.objects.keypair import KeyPair, KeyPairList
from nova_api_db.objects.network_request import NetworkRequestList
from nova_api_db.objects.request_spec import RequestSpec
from nova_api_db.objects.scheduler_limits import SchedulerLimits
from nova_api_db.objects.security_group import SecurityGroup, SecurityGroupList
from nova_api_db.objects.tag import Tag, TagList
from nova_api_db.objects.trusted_certs import TrustedCerts
from nova_api_db.servers import block_devices, records

#: Limits of the compute API, in characters.
MAX_NAME = 255
MAX_TAG = 60
MAX_TAGS = 50
MAX_USER_DATA = 65535

#: Columns and prefixes of what is kept of the image in system metadata.
IMAGE_PREFIX = "image_"
_KEPT_OF_IMAGE = ("min_ram", "min_disk", "disk_format", "container_format")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerRequest:
    """What a user asks for: one server, or ``count`` alike."""

    name: str
    flavor: Flavor
    #: None only for servers that boot from a volume
    image: ImageMeta | None = None
    #: the image's properties as its owner named them; default: those of ``image``
    image_properties: Mapping[str, Any] | None = None
    count: int = 1
    description: str | None = None
    #: for one server only; derived from the name otherwise
    hostname: str | None = None
    networks: NetworkRequestList | None = None
    #: hint -> value or list of values; ``group`` is the uuid of an instance group
    scheduler_hints: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    availability_zone: str | None = None
    #: go to this host or node without asking the scheduler's filters
    force_host: str | None = None
    force_node: str | None = None
    #: go to this host or node if the scheduler's filters agree
    requested_host: str | None = None
    requested_node: str | None = None
    key_pair: KeyPair | None = None
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: Sequence[str] = ()
    #: names or uuids
    security_groups: Sequence[str] = ("default",)
    #: base64 text
    user_data: str | None = None
    config_drive: bool = False
    #: as asked for, without an instance uuid; empty: what image and flavor imply
    block_devices: Sequence[BlockDeviceMapping] = ()
    access_ip_v4: str | None = None
    access_ip_v6: str | None = None
    auto_disk_config: bool = False
    trusted_certs: Sequence[str] = ()
    numa_topology: InstanceNUMATopology | None = None
    pci_requests: InstancePCIRequests | None = None
    reservation_id: str | None = None


def boot(
    context: RequestContext, request: ServerRequest, *, persist_request_specs: bool = True
) -> list[Instance]:
    """Store the records of the servers asked for and return the servers, in launch order.

    :param persist_request_specs: False in a cells v1 child cell
        (:func:`nova_api_db.conf.cells.is_child_cell`)
    :raises Invalid: if the request cannot be met whatever the cloud's state; nothing is stored
    :raises InstanceGroupNotFound: if the ``group`` hint names none
    """
    boots = prepare(context, request)
    records.create(context, boots, persist_request_specs=persist_request_specs)
    return [one.build_request.instance for one in boots]


def prepare(context: RequestContext, request: ServerRequest) -> list[records.BootRecords]:
    """Return the records of the servers asked for; nothing is stored."""
    check(request)
    group = _find_group(context, request.scheduler_hints)
    devices = list(request.block_devices) or block_devices.implied(request.image, request.flavor)
    from_volume = block_devices.boots_from_volume(devices)
    if request.image is None and not from_volume:
        raise exception.Invalid(reason="a server needs an image or a volume to boot from")
    shared = _Shared(
        context=context,
        request=request,
        group=group,
        devices=devices,
        from_volume=from_volume,
        reservation_id=request.reservation_id or generate_reservation_id(),
        system_metadata=_system_metadata(context, request, from_volume=from_volume),
    )
    # Each server's spec is hydrated from the same primitive: copying the objects costs more.
    template = _request_spec(shared).obj_to_primitive()
    return [_one(shared, template, index) for index in range(request.count)]


def check(request: ServerRequest) -> None:
    """Raise :class:`~nova_api_db.exception.Invalid` if the request is bad in itself."""
    for wrong, reason in _faults(request):
        if wrong:
            raise exception.Invalid(reason=reason)


def _faults(request: ServerRequest) -> Iterable[tuple[bool, str]]:
    flavor, image = request.flavor, request.image
    yield not request.name.strip(), "the name of a server is empty"
    yield len(request.name) > MAX_NAME, f"the name is longer than {MAX_NAME} characters"
    yield request.count < 1, "the number of servers must be 1 or more"
    yield (
        request.count > 1 and request.hostname is not None,
        "a hostname can be given for one server only",
    )
    yield (
        len(request.description or "") > MAX_NAME,
        f"the description is longer than {MAX_NAME} characters",
    )
    yield (
        len(request.user_data or "") > MAX_USER_DATA,
        f"the user data is longer than {MAX_USER_DATA} characters",
    )
    yield len(set(request.tags)) > MAX_TAGS, f"there are more than {MAX_TAGS} tags"
    for tag in request.tags:
        yield not 0 < len(tag) <= MAX_TAG, f"a tag must have 1 to {MAX_TAG} characters"
        yield "/" in tag or "," in tag, f"tag {tag!r} holds a comma or a slash"
    for key, value in request.metadata.items():
        yield not 0 < len(key) <= MAX_NAME, f"a metadata key must have 1 to {MAX_NAME} characters"
        yield len(value) > MAX_NAME, f"metadata {key!r} is longer than {MAX_NAME} characters"
    yield flavor.disabled, f"flavor {flavor.name} is disabled"
    if image is not None:
        needed, given = _of(image, "min_ram") or 0, flavor.memory_mb
        yield (
            needed > given,
            f"the image needs {needed} MiB of memory, flavor {flavor.name} has {given}",
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Shared:
    """What the servers of one request have in common."""

    context: RequestContext
    request: ServerRequest
    group: InstanceGroup | None
    devices: Sequence[BlockDeviceMapping]
    from_volume: bool
    reservation_id: str
    system_metadata: Mapping[str, str]


def _one(shared: _Shared, template: dict[str, Any], index: int) -> records.BootRecords:
    context = shared.context
    instance = _instance(shared, index)
    spec = RequestSpec.obj_from_primitive(template, context)
    spec.instance_uuid = instance.uuid
    build_request = BuildRequest(
        context,
        instance_uuid=instance.uuid,
        project_id=instance.project_id,
        instance=instance,
        block_device_mappings=block_devices.for_instance(context, shared.devices, instance.uuid),
        tags=instance.tags,
    )
    mapping = InstanceMapping(
        context,
        instance_uuid=instance.uuid,
        project_id=instance.project_id,
        user_id=instance.user_id,
        cell_mapping=None,
        queued_for_delete=False,
    )
    return records.BootRecords(spec, build_request, mapping)


def _instance(shared: _Shared, index: int) -> Instance:
    request, flavor = shared.request, shared.request.flavor
    uuid = uuidutils.generate_uuid()
    name = request.name if request.count == 1 else f"{request.name}-{index + 1}"
    properties = request.image.properties if request.image is not None else None
    return Instance(
        shared.context,
        uuid=uuid,
        user_id=shared.context.user_id,
        project_id=shared.context.project_id,
        image_ref="" if shared.from_volume or request.image is None else request.image.id,
        kernel_id="",
        ramdisk_id="",
        hostname=request.hostname or hostname_from(name, uuid),
        launch_index=index,
        key_name=request.key_pair.name if request.key_pair is not None else None,
        key_data=request.key_pair.public_key if request.key_pair is not None else None,
        power_state=0,
        vm_state="building",
        task_state="scheduling",
        memory_mb=flavor.memory_mb,
        vcpus=flavor.vcpus,
        root_gb=flavor.root_gb,
        ephemeral_gb=flavor.ephemeral_gb,
        ephemeral_key_uuid=None,
        instance_type_id=flavor.id,
        user_data=request.user_data,
        reservation_id=shared.reservation_id,
        availability_zone=request.availability_zone,
        display_name=name,
        display_description=request.description,
        locked=False,
        os_type=_of(properties, "os_type"),
        architecture=_of(properties, "hw_architecture"),
        vm_mode=_of(properties, "hw_vm_mode"),
        root_device_name=_of(properties, "img_root_device_name"),
        config_drive="True" if request.config_drive else "",
        access_ip_v4=request.access_ip_v4,
        access_ip_v6=request.access_ip_v6,
        auto_disk_config=request.auto_disk_config,
        progress=0,
        shutdown_terminate=False,
        metadata=dict(request.metadata),
        system_metadata=dict(shared.system_metadata),
        info_cache=InstanceInfoCache(shared.context, instance_uuid=uuid, network_info="[]"),
        security_groups=SecurityGroupList(shared.context, objects=[]),
        numa_topology=request.numa_topology,
        pci_requests=_pci_requests(request),
        flavor=flavor,
        old_flavor=None,
        new_flavor=None,
        keypairs=KeyPairList(
            shared.context, objects=[request.key_pair] if request.key_pair is not None else []
        ),
        trusted_certs=TrustedCerts(ids=list(request.trusted_certs))
        if request.trusted_certs
        else None,
        tags=TagList(
            shared.context,
            objects=[
                Tag(shared.context, resource_id=uuid, tag=tag)
                for tag in dict.fromkeys(request.tags)
            ],
        ),
    )


def _request_spec(shared: _Shared) -> RequestSpec:
    """Return the spec that the servers of a request share but for their uuid."""
    request, context = shared.request, shared.context
    spec = RequestSpec(
        context,
        image=request.image if request.image is not None else _volume_image(),
        numa_topology=request.numa_topology,
        pci_requests=_pci_requests(request),
        project_id=context.project_id,
        user_id=context.user_id,
        availability_zone=request.availability_zone,
        flavor=request.flavor,
        num_instances=request.count,
        ignore_hosts=None,
        force_hosts=[request.force_host] if request.force_host else None,
        force_nodes=[request.force_node] if request.force_node else None,
        retry=None,
        limits=SchedulerLimits(numa_topology=None, vcpu=None, disk_gb=None, memory_mb=None),
        instance_group=shared.group,
        scheduler_hints=_as_lists(request.scheduler_hints),
        security_groups=SecurityGroupList(context),
        is_bfv=shared.from_volume,
        requested_destination=_destination(request),
        requested_resources=[],
    )
    spec.security_groups.objects = [
        SecurityGroup(context, uuid=group)
        if uuidutils.is_uuid_like(group)
        else SecurityGroup(context, name=group)
        for group in request.security_groups
    ]
    if request.networks is not None:
        spec.requested_networks = request.networks
    return spec


def _destination(request: ServerRequest) -> Destination | None:
    wanted = {"host": request.requested_host, "node": request.requested_node}
    given = {name: value for name, value in wanted.items() if value is not None}
    return Destination(**given) if given else None


def _pci_requests(request: ServerRequest) -> InstancePCIRequests:
    return request.pci_requests or InstancePCIRequests(requests=[])


def _volume_image() -> ImageMeta:
    """Return what stands for the image of a server whose volume tells nothing of one."""
    return ImageMeta(status="active", size=0, min_ram=0, min_disk=0, properties=ImageMetaProps())


def _find_group(context: RequestContext, hints: Mapping[str, Any]) -> InstanceGroup | None:
    uuids = _as_lists(hints).get("group")
    return InstanceGroup.get_by_uuid(context, uuids[0]) if uuids else None


def _as_lists(hints: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        hint: [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
        for hint, value in hints.items()
    }


def _system_metadata(
    context: RequestContext, request: ServerRequest, *, from_volume: bool
) -> dict[str, str]:
    """Return what is remembered of the image and of who booted.

    ``image_min_disk`` becomes the disk that the flavor gives, so that a snapshot of the server is
    never booted on a smaller one.
    """
    image = request.image
    kept = dict(request.image_properties or _properties(image))
    if image is not None:
        kept.update({name: _of(image, name) for name in _KEPT_OF_IMAGE})
    kept["min_ram"] = kept.get("min_ram") or 0
    kept["min_disk"] = 0 if from_volume else request.flavor.root_gb or kept.get("min_disk") or 0
    kept["base_image_ref"] = "" if from_volume or image is None else image.id
    metadata = {
        IMAGE_PREFIX + name: str(value) for name, value in kept.items() if value is not None
    }
    owner = {"owner_user_name": context.user_name, "owner_project_name": context.project_name}
    metadata.update({key: name for key, name in owner.items() if name})
    return metadata


def _properties(image: ImageMeta | None) -> dict[str, Any]:
    """Return an image's properties by name, those that are plain values."""
    properties = _of(image, "properties")
    if properties is None:
        return {}
    primitive = properties.obj_to_primitive()["nova_object.data"]
    return {name: value for name, value in primitive.items() if not isinstance(value, dict | list)}


def _of(obj: Any, name: str) -> Any:
    """Return a field of an object, None if it or the object is not there."""
    return getattr(obj, name) if obj is not None and obj.obj_attr_is_set(name) else None


def hostname_from(name: str, uuid: str) -> str:
    """Return a host name (RFC 1123, at most 63 characters) made from a server's display name."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    lowered = re.sub(r"[^\w.-]+", "", re.sub(r"[ _]", "-", ascii_name)).lower()
    hostname = re.sub(r"[.]", "-", lowered).strip("-")[:63].rstrip("-")
    return hostname or f"server-{uuid}"


def generate_reservation_id() -> str:
    """Return an id for what was asked for together: ``r-`` and eight characters."""
    alphabet = string.digits + string.ascii_lowercase
    return "r-" + "".join(random.choices(alphabet, k=8))  # noqa: S311 - a name, no secret
