# SPDX-License-Identifier: Apache-2.0
"""The running services of a deployment; rows of a cell database (services)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db.cell import service as query
from nova_api_db.objects import (
    availability_zone,
    back_level,
    base,
    creation,
    fields,
    minimum_version,
)
from nova_api_db.objects.compute_node import ComputeNode

get_minimum_version_all_cells = minimum_version.get_minimum_version_all_cells

#: The version of the services of this release. It goes up when what a service does for its peers
#: changes, so that they can tell how old it is.
SERVICE_VERSION = 74

#: The topic of the services that run servers.
COMPUTE_TOPIC = "compute"

#: Rows of before these columns were may hold NULL in them.
_WHEN_NULL = {"disabled": False, "forced_down": False, "version": 0}

#: Not columns of its row.
_NOT_STORED = ("availability_zone", "compute_node")


@base.NovaObjectRegistry.register
class Service(base.PersistentFields, base.NovaObject, base.DictCompat):
    """One running service: what it is, where it runs, whether it is up."""

    # 1.22: method get_by_uuid
    # 1.21: field uuid
    # 1.20: method get_minimum_version_multi
    # 1.19: method get_minimum_version
    # 1.18: child ComputeNode at 1.14
    # 1.17: child ComputeNode at 1.13
    # 1.16: field version
    # 1.15: child ComputeNode at 1.12
    # 1.14: field forced_down
    # 1.13: field last_seen_up
    # 1.12: child ComputeNode at 1.11
    # 1.11: method get_by_host_and_binary
    # 1.10: compute_node is loaded on demand instead of always
    # 1.9: child ComputeNode at 1.10
    # 1.8: child ComputeNode at 1.9
    # 1.7: child ComputeNode at 1.8
    # 1.6: child ComputeNode at 1.7
    # 1.5: child ComputeNode at 1.6
    # 1.4: get_by_compute_host takes use_slave
    # 1.3: child ComputeNode at 1.5
    # 1.2: strings accept unicode
    # 1.1: field compute_node
    VERSION = "1.22"

    added_in = {
        "last_seen_up": "1.13",
        "forced_down": "1.14",
        "version": "1.16",
        "uuid": "1.21",
    }

    fields = {
        "id": fields.IntegerField(read_only=True),
        "uuid": fields.UUIDField(),
        "host": fields.StringField(nullable=True),
        "binary": fields.StringField(nullable=True),
        "topic": fields.StringField(nullable=True),
        "report_count": fields.IntegerField(),
        "disabled": fields.BooleanField(),
        "disabled_reason": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "compute_node": fields.ObjectField("ComputeNode"),
        "last_seen_up": fields.DateTimeField(nullable=True),
        "forced_down": fields.BooleanField(),
        "version": fields.IntegerField(),
    }

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        # A service says which version it is; it cannot claim to be another.
        if "version" in kwargs:
            raise exception.ObjectActionError(
                action="init", reason="a service sets its version itself"
            )
        super().__init__(context, **kwargs)
        self.version = SERVICE_VERSION

    def obj_make_compatible_from_manifest(
        self,
        primitive: dict[str, Any],
        target_version: str,
        version_manifest: dict[str, str] | None = None,
    ) -> None:
        """Drop what is newer; before 1.10 a service always had its compute node with it."""
        super().obj_make_compatible_from_manifest(primitive, target_version, version_manifest)
        if not back_level.is_older(target_version, "1.10") or "compute_node" in primitive:
            return
        node = self._find_compute_node()
        if node is not None:
            primitive["compute_node"] = node.obj_to_primitive(
                target_version=(version_manifest or {}).get("ComputeNode", node.VERSION),
                version_manifest=version_manifest,
            )

    def _find_compute_node(self) -> ComputeNode | None:
        try:
            return self.compute_node
        except (exception.ComputeHostNotFound, exception.OrphanedObjectError):
            return None

    @classmethod
    def from_row(cls, context: RequestContext, row: Mapping[str, Any]) -> Self:
        """Make one from its row."""
        return cls(context)._load(row)

    def _load(self, row: Mapping[str, Any]) -> Self:
        self.obj_load_row(row)
        for name, value in _WHEN_NULL.items():
            if row[name] is None:
                self.obj_set_loaded(name, value)
        return self

    def obj_load_attr(self, attrname: str) -> None:
        """Load the compute node, the first if the host has several.

        :raises ObjectActionError: for anything else
        :raises OrphanedObjectError: if it has no context
        :raises ComputeHostNotFound: if the host has none
        """
        if attrname != "compute_node":
            super().obj_load_attr(attrname)
        if not self._context:
            raise exception.OrphanedObjectError(method="obj_load_attr", objtype=self.obj_name())
        node = ComputeNode.get_first_node_by_host_for_old_compat(self._context, self.host or "")
        self.obj_set_loaded("compute_node", node)

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, service_id: int) -> Self:
        """Return a service.

        :raises ServiceNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_id(context, service_id))

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, service_uuid: str) -> Self:
        """Return a service.

        :raises ServiceNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_uuid(context, service_uuid))

    @classmethod
    @base.remotable
    def get_by_host_and_topic(cls, context: RequestContext, host: str, topic: str) -> Self:
        """Return the enabled service of a topic on a host.

        :raises ServiceNotFound: if there is none
        """
        row = query.find_by_host_and_topic(context, host, topic)
        if row is None:
            raise exception.ServiceNotFound(service_id=f"{topic} on {host}")
        return cls.from_row(context, row)

    @classmethod
    @base.remotable
    def get_by_host_and_binary(cls, context: RequestContext, host: str, binary: str) -> Self | None:
        """Return the service of a binary on a host, if there is one."""
        row = query.find_by_host_and_binary(context, host, binary)
        return None if row is None else cls.from_row(context, row)

    @classmethod
    @base.remotable
    def get_by_compute_host(
        cls, context: RequestContext, host: str, use_slave: bool = False
    ) -> Self:
        """Return the compute service of a host.

        :raises ComputeHostNotFound: if there is none
        """
        return cls.from_row(context, query.get_by_compute_host(context, use_slave, host))

    @classmethod
    @base.remotable
    def get_by_args(cls, context: RequestContext, host: str, binary: str) -> Self:
        """Return the service of a binary on a host.

        :raises HostBinaryNotFound: if there is none
        """
        row = query.find_by_host_and_binary(context, host, binary)
        if row is None:
            raise exception.HostBinaryNotFound(host=host, binary=binary)
        return cls.from_row(context, row)

    @base.remotable
    def create(self) -> None:
        """Store it, with a uuid if it has none.

        :raises ObjectActionError: if it is stored already, or its binary is not one of ours
        :raises ServiceTooOld: if all others of its binary are newer
        :raises ServiceBinaryExists: if its host has one of its binary
        :raises ServiceTopicExists: if its host has one of its topic
        """
        creation.check_new(self, "binary")
        self._check_not_too_old()
        self._load(query.create(self._context, self._changed_columns()))

    @base.remotable
    def save(self) -> None:
        """Store what changed; a report that counts up is a sign of life.

        :raises ServiceTooOld: if all others of its binary are newer
        :raises ServiceNotFound: if it is gone
        """
        if changes := self._changed_columns():
            self._check_not_too_old()
            self._load(query.update(self._context, self.id, changes))
        self.obj_reset_changes()

    @base.remotable
    def destroy(self) -> None:
        """Delete it.

        :raises ServiceNotFound: if it is gone
        """
        query.delete(self._context, self.id)

    def _changed_columns(self) -> dict[str, Any]:
        changes = self.obj_get_changes()
        return {name: value for name, value in changes.items() if name not in _NOT_STORED}

    def _check_not_too_old(self) -> None:
        minimum = minimum_version.now(self._context, self.binary or "")
        if self.version < minimum:
            raise exception.ServiceTooOld(thisver=self.version, minver=minimum)

    @classmethod
    @base.remotable
    def get_minimum_version(
        cls, context: RequestContext, binary: str, use_slave: bool = False
    ) -> int:
        """Return the lowest version of a binary's services, those forced down left out.

        :returns: 0 if there is none
        :raises ObjectActionError: if the binary is not one of ours
        """
        return cls.get_minimum_version_multi(context, [binary], use_slave=use_slave)

    @classmethod
    @base.remotable
    def get_minimum_version_multi(
        cls, context: RequestContext, binaries: Iterable[str], use_slave: bool = False
    ) -> int:
        """Return the lowest version of several binaries' services.

        :returns: 0 if there is none; a binary without services says nothing
        :raises ObjectActionError: if a binary is not one of ours
        """
        found = minimum_version.of(context, list(binaries), use_slave)
        return min(found.values(), default=0)

    @staticmethod
    def enable_min_version_cache() -> None:
        """Keep minimum versions from now on until clear_min_version_cache()."""
        minimum_version.keep()

    @staticmethod
    def clear_min_version_cache() -> None:
        """Ask for minimum versions again."""
        minimum_version.forget()


@base.NovaObjectRegistry.register
class ServiceList(base.ObjectListBase[Service], base.NovaObject):
    """Services."""

    VERSION = "1.19"

    fields = {"objects": fields.ListOfObjectsField("Service")}

    @classmethod
    @base.remotable
    def get_by_topic(cls, context: RequestContext, topic: str) -> Self:
        """Return the enabled services of a topic."""
        return cls._of(context, query.list_by_topic(context, topic))

    @classmethod
    @base.remotable
    def get_by_binary(
        cls, context: RequestContext, binary: str, include_disabled: bool = False
    ) -> Self:
        """Return the services of a binary, the disabled ones only if asked for."""
        return cls._of(context, query.list_by_binary(context, binary, include_disabled))

    @classmethod
    @base.remotable
    def get_by_host(cls, context: RequestContext, host: str) -> Self:
        """Return the services on a host."""
        return cls._of(context, query.list_by_host(context, host))

    @classmethod
    @base.remotable
    def get_all(
        cls, context: RequestContext, disabled: bool | None = None, set_zones: bool = False
    ) -> Self:
        """Return all services, or those that are disabled, or those that are not.

        :param set_zones: whether their availability zone is set, from the aggregates of hosts
        """
        services = cls._of(context, query.list_all(context, disabled))
        if set_zones:
            services._set_zones(context)
        return services

    def _set_zones(self, context: RequestContext) -> None:
        computes = [service.host for service in self if service.topic == COMPUTE_TOPIC]
        zones = availability_zone.of_hosts(context, filter(None, computes))
        for service in self:
            zone = availability_zone.INTERNAL
            if service.topic == COMPUTE_TOPIC:
                zone = zones.get(service.host or "", availability_zone.DEFAULT)
            service.obj_set_loaded("availability_zone", zone)

    @classmethod
    @base.remotable
    def get_all_computes_by_hv_type(cls, context: RequestContext, hv_type: str) -> Self:
        """Return the enabled compute services that have a node of a type of hypervisor."""
        return cls._of(context, query.list_by_hypervisor_type(context, hv_type))

    @classmethod
    def _of(cls, context: RequestContext, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(context).obj_fill([Service.from_row(context, row) for row in rows])
