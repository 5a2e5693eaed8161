# SPDX-License-Identifier: Apache-2.0
"""The dictionary forms of the parts of a RequestSpec, from before there was one.

RPC interfaces that are older than the object still carry two dictionaries, the request spec and
the filter properties.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from nova_api_db.objects import base
from nova_api_db.objects.flavor import Flavor
from nova_api_db.objects.image_meta import ImageMeta
from nova_api_db.objects.instance_group import InstanceGroup
from nova_api_db.objects.instance_pci_requests import InstancePCIRequests
from nova_api_db.objects.scheduler_limits import SchedulerLimits
from nova_api_db.objects.scheduler_retries import SchedulerRetries

Properties = Mapping[str, Any]


#: Filter properties that are fields of the same name and form.
_ALIKE = ("ignore_hosts", "force_hosts", "force_nodes", "requested_destination")

#: Properties of the server that are fields of the same name.
_OF_INSTANCE = ("numa_topology", "pci_requests", "project_id", "user_id", "availability_zone")
_OF_FLAVOR = ("root_gb", "ephemeral_gb", "memory_mb", "vcpus")


def take_instance(spec: Any, context: Any, instance: Any) -> None:
    """Set on a RequestSpec what the server itself says, an Instance or a dictionary."""
    is_object = isinstance(instance, base.NovaObject)
    values = _set_fields(instance, ("uuid", *_OF_INSTANCE)) if is_object else instance
    spec.instance_uuid = values.get("uuid")
    spec.pci_requests = pci_requests_from(context, values.get("pci_requests"))
    for name in ("numa_topology", "project_id", "user_id", "availability_zone"):
        setattr(spec, name, values.get(name))


def take_filter_properties(spec: Any, context: Any, properties: Properties) -> None:
    """Set on a RequestSpec what filter properties say."""
    for name in _ALIKE:
        setattr(spec, name, properties.get(name))
    spec.retry = retry_from(context, properties.get("retry"))
    spec.limits = limits_from(properties.get("limits"))
    spec.instance_group = group_from(properties)
    spec.scheduler_hints = hints_from(properties.get("scheduler_hints", {}))


def request_spec_to(spec: Any) -> dict[str, Any]:
    """Return the request spec dictionary of a RequestSpec."""
    known = _set_fields(spec, ("instance_uuid", "image", "flavor", "num_instances", *_OF_INSTANCE))
    instance = {name: known[name] for name in _OF_INSTANCE if name in known}
    if "instance_uuid" in known:
        instance["uuid"] = known["instance_uuid"]
    if "flavor" in known:
        instance.update({name: getattr(known["flavor"], name) for name in _OF_FLAVOR})
    return {
        "image": image_to(known.get("image")),
        "instance_properties": instance,
        "instance_type": known.get("flavor", {}),
        "num_instances": known.get("num_instances", 1),
    }


def filter_properties_to(spec: Any) -> dict[str, Any]:
    """Return the filter properties of a RequestSpec, those that say something."""
    known = _set_fields(spec, ("retry", "limits", "instance_group", "scheduler_hints", *_ALIKE))
    properties = {name: known[name] for name in _ALIKE if known.get(name)}
    if known.get("retry") is not None:
        properties["retry"] = known["retry"].to_dict()
    if known.get("limits") is not None:
        properties["limits"] = known["limits"].to_dict()
    if known.get("scheduler_hints"):
        properties["scheduler_hints"] = hints_to(known["scheduler_hints"])
    return properties | group_to(known.get("instance_group"))


def image_from(image: Any) -> ImageMeta | None:
    """Return an image: as it is, or made from what the image service says of it."""
    return ImageMeta.from_dict(image) if isinstance(image, Mapping) else image


def image_to(image: ImageMeta | None) -> dict[str, Any]:
    """Return what is known of an image, its properties in a dictionary of their own."""
    if image is None:
        return {}
    known = _set_fields(image)
    if "properties" in known:
        known["properties"] = _set_fields(known["properties"])
    return known


def flavor_from(flavor: Any) -> Flavor:
    """Return a flavor: as it is, or made from a dictionary of its fields."""
    return Flavor(**flavor) if isinstance(flavor, Mapping) else flavor


def pci_requests_from(context: Any, requests: Any) -> InstancePCIRequests | None:
    """Return PCI requests: as they are, or made from their primitive."""
    if isinstance(requests, Mapping):
        requests = InstancePCIRequests.obj_from_primitive(dict(requests), context)
    return cast("InstancePCIRequests | None", requests)


def retry_from(context: Any, retry: Any) -> SchedulerRetries | None:
    """Return the retries that a dictionary tells of, None if it is empty."""
    if isinstance(retry, SchedulerRetries) or not retry:
        return retry or None
    return SchedulerRetries.from_dict(context, retry)


def limits_from(limits: Any) -> SchedulerLimits:
    """Return limits: as they are, or made from a dictionary, possibly empty."""
    if isinstance(limits, SchedulerLimits):
        return limits
    return SchedulerLimits.from_dict(limits or {})


def hints_from(hints: Properties | None) -> dict[str, Any] | None:
    """Return scheduler hints with a list of values each."""
    if hints is None:
        return None
    return {name: value if isinstance(value, list) else [value] for name, value in hints.items()}


def hints_to(hints: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return scheduler hints, those that have one value without the list."""
    return {name: hint(values) for name, values in hints.items()}


def hint(values: list[str]) -> Any:
    """Return the value of a scheduler hint, a list unless there is one value."""
    return values[0] if len(values) == 1 else values


def group_from(filter_properties: Properties) -> InstanceGroup | None:
    """Return the group that filter properties tell of, if they do.

    Its hosts were found for this request, so they do not count as changed.
    """
    if not filter_properties.get("group_updated"):
        return None
    policies = _as_list(filter_properties.get("group_policies"))
    group = InstanceGroup(
        policy=policies[0] if policies else None,
        members=_as_list(filter_properties.get("group_members")),
        hosts=_as_list(filter_properties.get("group_hosts")),
    )
    group.obj_reset_changes(["hosts"])
    if filter_properties.get("group_uuid"):
        group.uuid = filter_properties["group_uuid"]
        group.obj_reset_changes(["uuid"])
    return group


def _as_list(values: Any) -> list[str]:
    return [values] if isinstance(values, str) else list(values or ())


def group_to(group: InstanceGroup | None) -> dict[str, Any]:
    """Return what filter properties tell of a group, nothing if there is none."""
    if group is None:
        return {}
    known = _set_fields(group)
    properties: dict[str, Any] = {
        "group_updated": True,
        "group_hosts": set(known.get("hosts") or ()),
        "group_policies": {known["policy"]} if known.get("policy") else set(),
        "group_members": set(known.get("members") or ()),
    }
    if "uuid" in known:
        properties["group_uuid"] = known["uuid"]
    return properties


def _set_fields(obj: base.NovaObject, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return those fields that are set."""
    return {name: getattr(obj, name) for name in names or obj.fields if obj.obj_attr_is_set(name)}
