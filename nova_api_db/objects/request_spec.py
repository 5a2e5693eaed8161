# SPDX-License-Identifier: Apache-2.0
"""What was asked for at boot; a row of the api or of a cell database (request_specs)."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db import request_spec as query
from nova_api_db.objects import (
    base,
    fields,
    request_spec_storage,
    resource_matching,
    scheduling_dicts,
    server_networks,
)
from nova_api_db.objects.flavor import Flavor
from nova_api_db.objects.image_meta import ImageMeta
from nova_api_db.objects.instance import Instance
from nova_api_db.objects.instance_group import InstanceGroup
from nova_api_db.objects.instance_numa import InstanceNUMATopology
from nova_api_db.objects.instance_pci_requests import InstancePCIRequests
from nova_api_db.objects.network_metadata import NetworkMetadata
from nova_api_db.objects.network_request import NetworkRequestList
from nova_api_db.objects.request_group import RequestGroup, RequestLevelParams
from nova_api_db.objects.security_group import SecurityGroupList

LOG = logging.getLogger(__name__)

#: The hint that names the uuid of an instance group.
GROUP_HINT = "group"

#: Field -> what it is when it was not set and is first read.
WHEN_UNSET: dict[str, Callable[[], Any]] = {
    "requested_destination": lambda: None,
    "requested_resources": lambda: None,
    "network_metadata": lambda: NetworkMetadata(physnets=set(), tunneled=False),
    "request_level_params": RequestLevelParams,
    "requested_networks": lambda: NetworkRequestList(objects=[]),
    "security_groups": lambda: SecurityGroupList(objects=[]),
}


@base.NovaObjectRegistry.register
class RequestSpec(base.NovaObject):
    """What a server was asked to be and where it may go."""

    # 1.15: method get_by_instance_uuids
    # 1.14: field requested_networks
    # 1.13: field request_level_params
    # 1.12: field requested_resources
    # 1.11: field is_bfv
    # 1.10: field network_metadata
    # 1.9: field user_id
    # 1.8: field security_groups
    # 1.7: method destroy
    # 1.6: field requested_destination
    # 1.5: methods get_by_instance_uuid, create, save
    # 1.4: child ImageMeta at 1.7
    # 1.3: child InstanceGroup at 1.10
    # 1.2: child SchedulerRetries at 1.1
    # 1.1: child ImageMeta at 1.6
    VERSION = "1.15"

    added_in = {
        "requested_destination": "1.6",
        "security_groups": "1.8",
        "user_id": "1.9",
        "network_metadata": "1.10",
        "is_bfv": "1.11",
        "requested_resources": "1.12",
        "request_level_params": "1.13",
        "requested_networks": "1.14",
    }

    fields = {
        "id": fields.IntegerField(),
        "image": fields.ObjectField("ImageMeta", nullable=True),
        "numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "project_id": fields.StringField(nullable=True),
        "user_id": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "flavor": fields.ObjectField("Flavor"),
        "num_instances": fields.IntegerField(default=1),
        "ignore_hosts": fields.ListOfStringsField(nullable=True),
        "force_hosts": fields.ListOfStringsField(nullable=True),
        "force_nodes": fields.ListOfStringsField(nullable=True),
        "requested_destination": fields.ObjectField(
            "Destination", nullable=True, default=fields.NONE
        ),
        "retry": fields.ObjectField("SchedulerRetries", nullable=True),
        "limits": fields.ObjectField("SchedulerLimits", nullable=True),
        "instance_group": fields.ObjectField("InstanceGroup", nullable=True),
        "scheduler_hints": fields.DictOfListOfStringsField(nullable=True),
        "instance_uuid": fields.UUIDField(),
        "security_groups": fields.ObjectField("SecurityGroupList"),
        "network_metadata": fields.ObjectField("NetworkMetadata"),
        "is_bfv": fields.BooleanField(),
        "requested_resources": fields.ListOfObjectsField(
            "RequestGroup", nullable=True, default=fields.NONE
        ),
        "request_level_params": fields.ObjectField("RequestLevelParams"),
        "requested_networks": fields.ObjectField("NetworkRequestList"),
    }

    # Reading and writing rows

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self:
        """Return the spec of a server.

        :raises RequestSpecNotFound: if there is none
        :raises UnreadableRecord: if what is stored is no request spec
        :raises UnsupportedRecordVersion: if it has a version not known here
        """
        groups = request_spec_storage.Groups(context)
        return cls._from_row(context, query.get_by_instance_uuid(context, instance_uuid), groups)

    @classmethod
    @base.remotable
    def get_by_instance_uuids(
        cls, context: RequestContext, instance_uuids: Collection[str]
    ) -> list[Self]:
        """Return the specs of those servers that have one that can be read."""
        groups, specs = request_spec_storage.Groups(context), []
        for row in query.list_by_instance_uuids(context, instance_uuids):
            try:
                specs.append(cls._from_row(context, row, groups))
            except exception.UnreadableRecord as error:
                LOG.warning("Left out of a list: %s", error)
        return specs

    @classmethod
    def _from_row(
        cls, context: RequestContext, row: query.SpecRow, groups: request_spec_storage.Groups
    ) -> Self:
        spec = base.from_json(
            cls,
            row.spec,
            context,
            noun="request spec",
            key=row.instance_uuid,
            convert=request_spec_storage.restore,
        )
        # Whatever version it was stored at, it is stored again at this one.
        spec.__dict__.pop("VERSION", None)
        spec.obj_set_loaded("id", row.id)
        spec.obj_set_loaded("instance_uuid", row.instance_uuid)
        spec._renew_group(groups)
        return spec

    def _renew_group(self, groups: request_spec_storage.Groups) -> None:
        """Replace the group by the one in the database; if it is gone, so is its hint."""
        if not self.obj_attr_is_set("instance_group") or self.instance_group is None:
            return
        is_named = self.instance_group.obj_attr_is_set("uuid")
        uuid = self.instance_group.uuid if is_named else self.get_scheduler_hint(GROUP_HINT)
        group = groups.find(uuid) if uuid else None
        self.obj_set_loaded("instance_group", group)
        if group is None and self.obj_attr_is_set("scheduler_hints"):
            hints = dict(self.scheduler_hints or {})
            hints.pop(GROUP_HINT, None)
            self.obj_set_loaded("scheduler_hints", hints)

    def obj_to_row(self) -> dict[str, Any]:
        """Return the columns that hold it, as they are stored."""
        return {
            "instance_uuid": self.instance_uuid if self.obj_attr_is_set("instance_uuid") else None,
            "spec": base.to_json(self, convert=request_spec_storage.strip),
        }

    @base.remotable
    def create(self) -> None:
        """Store the spec of a new server.

        Afterwards the object still has what is not stored.

        :raises ObjectActionError: if it is stored already, or says nothing
        :raises oslo_db.exception.DBDuplicateEntry: if the server has a spec
        """
        if self.obj_attr_is_set("id"):
            raise exception.ObjectActionError(action="create", reason="already created")
        if not self.obj_what_changed():
            raise exception.ObjectActionError(action="create", reason="no fields are set")
        self.obj_set_loaded("id", query.create(self._context, self.obj_to_row()))
        self._renew_group(request_spec_storage.Groups(self._context))
        self.obj_reset_changes()

    @base.remotable
    def save(self) -> None:
        """Store the spec again if anything was changed.

        Afterwards the object still has what is not stored.

        :raises RequestSpecNotFound: if it is not stored any more
        """
        if not self.obj_what_changed():
            return
        query.update(self._context, self.instance_uuid, self.obj_to_row()["spec"])
        self._renew_group(request_spec_storage.Groups(self._context))
        self.obj_reset_changes()

    @base.remotable
    def destroy(self) -> None:
        """Delete the stored spec.

        :raises RequestSpecNotFound: if there is none
        """
        query.delete(self._context, self.instance_uuid)

    @classmethod
    def destroy_bulk(cls, context: RequestContext, instance_uuids: Collection[str]) -> int:
        """Delete the specs of servers, in one transaction, and return how many there were."""
        return query.delete_many(context, instance_uuids)

    def obj_load_attr(self, attrname: str) -> None:
        """Set a field that is not stored to what no spec says anything about.

        :raises ObjectActionError: for any other field
        """
        if attrname not in WHEN_UNSET:
            super().obj_load_attr(attrname)
        self.obj_set_loaded(attrname, WHEN_UNSET[attrname]())

    # What was asked for, in parts and in older forms

    @classmethod
    def from_components(
        cls,
        context: RequestContext,
        instance_uuid: str,
        image: ImageMeta | Mapping[str, Any] | None,
        flavor: Flavor | Mapping[str, Any],
        numa_topology: InstanceNUMATopology | None,
        pci_requests: InstancePCIRequests | Mapping[str, Any] | None,
        filter_properties: Mapping[str, Any],
        instance_group: InstanceGroup | None,
        availability_zone: str | None,
        security_groups: SecurityGroupList | None = None,
        project_id: str | None = None,
        user_id: str | None = None,
        port_resource_requests: Sequence[RequestGroup] | None = None,
        request_level_params: RequestLevelParams | None = None,
    ) -> Self:
        """Make the spec of one server; nothing is stored.

        :param filter_properties: what the user asked the scheduler for: ``force_hosts``,
            ``force_nodes``, ``ignore_hosts``, ``scheduler_hints`` and the like
        :param project_id: who asks; by default the context says so, also for ``user_id``
        """
        spec = cls(context, num_instances=1, instance_uuid=instance_uuid)
        spec.image = scheduling_dicts.image_from(image)
        if flavor is not None:
            spec.flavor = scheduling_dicts.flavor_from(flavor)
        spec.numa_topology = numa_topology
        spec.pci_requests = scheduling_dicts.pci_requests_from(context, pci_requests)
        spec.project_id = project_id or context.project_id
        spec.user_id = user_id or context.user_id
        spec.availability_zone = availability_zone
        scheduling_dicts.take_filter_properties(spec, context, filter_properties)
        if instance_group is not None:
            spec.instance_group = instance_group
        if security_groups is not None:
            spec.security_groups = security_groups
        spec.requested_resources = list(port_resource_requests or ())
        spec.request_level_params = request_level_params or RequestLevelParams()
        return spec

    @classmethod
    def from_primitives(
        cls,
        context: RequestContext,
        request_spec: Mapping[str, Any],
        filter_properties: Mapping[str, Any],
    ) -> Self:
        """Make a spec from the two dictionaries that it was before; nothing is stored."""
        spec = cls(context, num_instances=request_spec.get("num_instances", 1))
        spec.image = scheduling_dicts.image_from(request_spec.get("image"))
        flavor = request_spec.get("instance_type")
        if flavor is not None:
            spec.flavor = scheduling_dicts.flavor_from(flavor)
        instance = request_spec.get("instance_properties")
        if instance is not None:
            scheduling_dicts.take_instance(spec, context, instance)
        scheduling_dicts.take_filter_properties(spec, context, filter_properties)
        spec.requested_resources = None
        return spec

    def to_legacy_request_spec_dict(self) -> dict[str, Any]:
        """Return the first of the two dictionaries that a spec was before there was the object."""
        return scheduling_dicts.request_spec_to(self)

    def to_legacy_filter_properties_dict(self) -> dict[str, Any]:
        """Return the second of the two dictionaries, with what was asked for only."""
        return scheduling_dicts.filter_properties_to(self)

    def _get(self, name: str) -> Any:
        return getattr(self, name) if self.obj_attr_is_set(name) else None

    def get_scheduler_hint(self, hint_name: str, default: Any = None) -> Any:
        """Return a hint, as a list unless it has one value."""
        hints = self._get("scheduler_hints") or {}
        return scheduling_dicts.hint(hints[hint_name]) if hint_name in hints else default

    def reset_forced_destinations(self) -> None:
        """Forget the host and node that the server was forced to; they are stored all the same."""
        for name in ("force_hosts", "force_nodes"):
            self.obj_set_loaded(name, None)

    def ensure_project_and_user_id(self, instance: Instance) -> None:
        """Take project and user from the server if the spec is from before it named them."""
        for name in ("project_id", "user_id"):
            if self._get(name) is None:
                setattr(self, name, getattr(instance, name))

    def ensure_network_information(self, instance: Instance) -> None:
        """Take networks and ports, which are not stored, from what is known of the server."""
        interfaces: Any = instance.info_cache.network_info if instance.info_cache else None
        if interfaces:
            self.network_metadata = server_networks.metadata(interfaces)
            self.requested_networks = server_networks.requests(interfaces)

    # What placement is asked for

    @property
    def root_required(self) -> set[str]:
        """The traits that the root provider has to have; may be changed in place."""
        return self.request_level_params.root_required

    @property
    def root_forbidden(self) -> set[str]:
        """The traits that the root provider must not have; may be changed in place."""
        return self.request_level_params.root_forbidden

    @property
    def same_subtree(self) -> list[list[str]]:
        """Sets of resource groups that one subtree of providers has to give."""
        return self.request_level_params.same_subtree

    @property
    def maps_requested_resources(self) -> bool:
        """Whether resources of certain providers are asked for."""
        return bool(self._get("requested_resources"))

    def map_requested_resources_to_providers(
        self,
        placement_allocations: resource_matching.Allocations,
        provider_traits: resource_matching.Traits,
    ) -> None:
        """Note in each resource group which provider gives what it asks for.

        :param placement_allocations: provider -> ``{"resources": {class: amount}}``
        :param provider_traits: provider -> its traits
        :raises Invalid: if what is allocated is not what is asked for
        """
        groups = self._get("requested_resources")
        if not groups:
            return
        providers = resource_matching.match(groups, placement_allocations, provider_traits)
        for group, provider in zip(groups, providers, strict=True):
            group.provider_uuids = [provider]

    def get_request_group_mapping(self) -> dict[str, list[str]] | None:
        """Return the providers of each resource group by who asked for it."""
        groups = self._get("requested_resources")
        if groups is None:
            return None
        return {group.requester_id: group.provider_uuids for group in groups}

    # What the flavor says

    @property
    def vcpus(self) -> int:
        """CPUs."""
        return self.flavor.vcpus

    @property
    def memory_mb(self) -> int:
        """Memory in MiB."""
        return self.flavor.memory_mb

    @property
    def root_gb(self) -> int:
        """The root disk in GiB."""
        return self.flavor.root_gb

    @property
    def ephemeral_gb(self) -> int:
        """The ephemeral disk in GiB."""
        return self.flavor.ephemeral_gb

    @property
    def swap(self) -> int:
        """Swap in MiB."""
        return self.flavor.swap
