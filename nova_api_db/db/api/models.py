# SPDX-License-Identifier: Apache-2.0
"""Tables of the api database.

Queries use Core statements on these (`select(Flavor.id)`, `Flavor.__table__`); there are no
relationships.
"""

import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types


class Base(orm.DeclarativeBase):
    """What the models of the api database have in common."""

    metadata = sa.MetaData(naming_convention=types.NAMING_CONVENTION)
    type_annotation_map = types.ANNOTATION_TYPES

    #: Each model is one table, never a join.
    __table__: ClassVar[sa.Table]

    @classmethod
    def __table_cls__(cls, name: str, metadata: sa.MetaData, *args: Any, **kwargs: Any) -> sa.Table:
        return sa.Table(name, metadata, *args, **types.TABLE_OPTIONS, **kwargs)


class CellMapping(mixins.TimestampColumns, Base):
    """A cell: where its database and its message bus are (URLs, possibly templates)."""

    __tablename__ = "cell_mappings"
    __table_args__ = (
        sa.UniqueConstraint("uuid", name="uniq_cell_mappings0uuid"),
        sa.Index("uuid_idx", "uuid"),
    )

    id: Mapped[types.Id]
    uuid: Mapped[types.Uuid]
    name: Mapped[str | None]
    transport_url: Mapped[types.Text | None]
    database_connection: Mapped[types.Text | None]
    disabled: Mapped[bool | None] = orm.mapped_column(default=False)


class InstanceMapping(mixins.TimestampColumns, Base):
    """Which cell a server is in; no cell means that it has not been scheduled yet."""

    __tablename__ = "instance_mappings"
    __table_args__ = (
        sa.UniqueConstraint("instance_uuid", name="uniq_instance_mappings0instance_uuid"),
        types.foreign_key_index("cell_id", "cell_id"),
        sa.Index("instance_mappings_user_id_project_id_idx", "user_id", "project_id"),
        sa.Index("instance_uuid_idx", "instance_uuid"),
        sa.Index("project_id_idx", "project_id"),
    )

    id: Mapped[types.Id]
    instance_uuid: Mapped[types.Uuid]
    cell_id: Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("cell_mappings.id", name="instance_mappings_ibfk_1")
    )
    project_id: Mapped[str]
    queued_for_delete: Mapped[bool | None]
    user_id: Mapped[str | None]


class HostMapping(mixins.TimestampColumns, Base):
    """Which cell a compute host is in."""

    __tablename__ = "host_mappings"
    __table_args__ = (
        sa.UniqueConstraint("host", name="uniq_host_mappings0host"),
        types.foreign_key_index("cell_id", "cell_id"),
        sa.Index("host_idx", "host"),
    )

    id: Mapped[types.Id]
    cell_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("cell_mappings.id", name="host_mappings_ibfk_1")
    )
    host: Mapped[str]


class RequestSpec(mixins.RequestSpecColumns, Base):
    """What was asked for when a server of this deployment was booted, as JSON."""


class BuildRequest(mixins.TimestampColumns, Base):
    """A server that is in no cell yet, as JSON; the row goes when a cell has it."""

    __tablename__ = "build_requests"
    __table_args__ = (
        sa.UniqueConstraint("instance_uuid", name="uniq_build_requests0instance_uuid"),
        sa.Index("build_requests_instance_uuid_idx", "instance_uuid"),
        sa.Index("build_requests_project_id_idx", "project_id"),
    )

    id: Mapped[types.Id]
    project_id: Mapped[str]
    instance_uuid: Mapped[types.Uuid | None]
    instance: Mapped[types.MediumText | None]
    block_device_mappings: Mapped[types.MediumText | None]
    tags: Mapped[types.Text | None]


class Flavor(mixins.TimestampColumns, Base):
    """A size that servers can be booted with."""

    __tablename__ = "flavors"
    __table_args__ = (
        sa.UniqueConstraint("flavorid", name="uniq_flavors0flavorid"),
        sa.UniqueConstraint("name", name="uniq_flavors0name"),
    )

    name: Mapped[str]
    id: Mapped[types.Id]
    memory_mb: Mapped[int]
    vcpus: Mapped[int]
    swap: Mapped[int] = orm.mapped_column(default=0)
    vcpu_weight: Mapped[int | None]
    flavorid: Mapped[str]
    rxtx_factor: Mapped[float | None] = orm.mapped_column(default=1)
    root_gb: Mapped[int | None]
    ephemeral_gb: Mapped[int | None]
    disabled: Mapped[bool | None] = orm.mapped_column(default=False)
    is_public: Mapped[bool | None] = orm.mapped_column(default=True)
    description: Mapped[types.Text | None]


class FlavorExtraSpec(mixins.TimestampColumns, Base):
    """A key and value that narrow what hosts a flavor fits on."""

    __tablename__ = "flavor_extra_specs"
    __table_args__ = (
        sa.UniqueConstraint("flavor_id", "key", name="uniq_flavor_extra_specs0flavor_id0key"),
        sa.Index("flavor_extra_specs_flavor_id_key_idx", "flavor_id", "key"),
    )

    id: Mapped[types.Id]
    flavor_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("flavors.id", name="flavor_extra_specs_ibfk_1")
    )
    key: Mapped[str]
    value: Mapped[str | None]


class FlavorProject(mixins.TimestampColumns, Base):
    """A project that may use a flavor which is not public."""

    __tablename__ = "flavor_projects"
    __table_args__ = (
        sa.UniqueConstraint(
            "flavor_id",
            "project_id",
            name="uniq_flavor_projects0flavor_id0project_id",
        ),
    )

    id: Mapped[types.Id]
    flavor_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("flavors.id", name="flavor_projects_ibfk_1")
    )
    project_id: Mapped[str]


class KeyPair(mixins.TimestampColumns, Base):
    """A public key of a user."""

    __tablename__ = "key_pairs"
    __table_args__ = (sa.UniqueConstraint("user_id", "name", name="uniq_key_pairs0user_id0name"),)

    id: Mapped[types.Id]
    name: Mapped[str]
    user_id: Mapped[str]
    fingerprint: Mapped[str | None]
    public_key: Mapped[types.Text | None]
    type: Mapped[str] = orm.mapped_column(
        sa.Enum("ssh", "x509", name="keypair_types"), server_default="ssh"
    )


class InstanceGroup(mixins.TimestampColumns, Base):
    """A group of servers that share a placement policy."""

    __tablename__ = "instance_groups"
    __table_args__ = (sa.UniqueConstraint("uuid", name="uniq_instance_groups0uuid"),)

    id: Mapped[types.Id]
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    uuid: Mapped[types.Uuid]
    name: Mapped[str | None]


class InstanceGroupMember(mixins.TimestampColumns, Base):
    """A server in an instance group."""

    __tablename__ = "instance_group_member"
    __table_args__ = (
        types.foreign_key_index("group_id", "group_id"),
        sa.Index("instance_group_member_instance_idx", "instance_uuid"),
    )

    id: Mapped[types.Id]
    instance_uuid: Mapped[str | None]
    group_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("instance_groups.id", name="instance_group_member_ibfk_1")
    )


class InstanceGroupPolicy(mixins.TimestampColumns, Base):
    """The policy of an instance group and its rules (JSON)."""

    __tablename__ = "instance_group_policy"
    __table_args__ = (
        types.foreign_key_index("group_id", "group_id"),
        sa.Index("instance_group_policy_policy_idx", "policy"),
    )

    id: Mapped[types.Id]
    policy: Mapped[str | None]
    group_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("instance_groups.id", name="instance_group_policy_ibfk_1")
    )
    rules: Mapped[types.Text | None]


class Aggregate(mixins.TimestampColumns, Base):
    """A named set of hosts."""

    __tablename__ = "aggregates"
    __table_args__ = (
        sa.UniqueConstraint("name", name="uniq_aggregate0name"),
        sa.Index("aggregate_uuid_idx", "uuid"),
    )

    id: Mapped[types.Id]
    uuid: Mapped[types.Uuid | None]
    name: Mapped[str | None]


class AggregateHost(mixins.TimestampColumns, Base):
    """A host in an aggregate."""

    __tablename__ = "aggregate_hosts"
    __table_args__ = (
        sa.UniqueConstraint("host", "aggregate_id", name="uniq_aggregate_hosts0host0aggregate_id"),
        types.foreign_key_index("aggregate_id", "aggregate_id"),
    )

    id: Mapped[types.Id]
    host: Mapped[str | None]
    aggregate_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("aggregates.id", name="aggregate_hosts_ibfk_1")
    )


class AggregateMetadata(mixins.TimestampColumns, Base):
    """A key and value of an aggregate."""

    __tablename__ = "aggregate_metadata"
    __table_args__ = (
        sa.UniqueConstraint("aggregate_id", "key", name="uniq_aggregate_metadata0aggregate_id0key"),
        sa.Index("aggregate_metadata_key_idx", "key"),
    )

    id: Mapped[types.Id]
    aggregate_id: Mapped[int] = orm.mapped_column(
        sa.ForeignKey("aggregates.id", name="aggregate_metadata_ibfk_1")
    )
    key: Mapped[str]
    value: Mapped[str]


class MapInstancesProgress(mixins.TimestampColumns, Base):
    """How far the mapping of the instances of a cell has come: the last instance looked at."""

    __tablename__ = "map_instances_progress"

    cell_uuid: Mapped[types.Uuid] = orm.mapped_column(primary_key=True)
    instance_created_at: Mapped[datetime.datetime | None]
    instance_id: Mapped[int | None]
