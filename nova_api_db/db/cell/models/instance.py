# SPDX-License-Identifier: Apache-2.0
"""A server in a cell and the rows that belong to it alone."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class Instance(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A server."""

    __tablename__ = "instances"
    __table_args__ = (
        sa.UniqueConstraint("uuid", name="uniq_instances0uuid"),
        sa.Index("instances_compute_id_deleted_idx", "compute_id", "deleted"),
        sa.Index("instances_deleted_created_at_idx", "deleted", "created_at"),
        sa.Index("instances_host_deleted_cleaned_idx", "host", "deleted", "cleaned"),
        sa.Index("instances_host_node_deleted_idx", "host", "node", "deleted"),
        sa.Index("instances_project_id_deleted_idx", "project_id", "deleted"),
        sa.Index("instances_project_id_idx", "project_id"),
        sa.Index("instances_reservation_id_idx", "reservation_id"),
        sa.Index("instances_task_state_updated_at_idx", "task_state", "updated_at"),
        sa.Index("instances_terminated_at_launched_at_idx", "terminated_at", "launched_at"),
        sa.Index("instances_updated_at_project_id_idx", "updated_at", "project_id"),
        sa.Index("instances_uuid_deleted_idx", "uuid", "deleted"),
    )

    id: Mapped[types.Id]
    # Reserved: nothing reads or writes it.
    internal_id: Mapped[int | None]
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    image_ref: Mapped[str | None]
    kernel_id: Mapped[str | None]
    ramdisk_id: Mapped[str | None]
    launch_index: Mapped[int | None]
    key_name: Mapped[str | None]
    key_data: Mapped[types.MediumText | None]
    power_state: Mapped[int | None]
    vm_state: Mapped[str | None]
    memory_mb: Mapped[int | None]
    vcpus: Mapped[int | None]
    hostname: Mapped[str | None]
    host: Mapped[str | None]
    user_data: Mapped[types.MediumText | None]
    reservation_id: Mapped[str | None]
    launched_at: Mapped[datetime.datetime | None]
    terminated_at: Mapped[datetime.datetime | None]
    display_name: Mapped[str | None]
    display_description: Mapped[str | None]
    availability_zone: Mapped[str | None]
    locked: Mapped[bool | None]
    os_type: Mapped[str | None]
    launched_on: Mapped[types.MediumText | None]
    instance_type_id: Mapped[int | None]
    vm_mode: Mapped[str | None]
    uuid: Mapped[types.Uuid]
    architecture: Mapped[str | None]
    root_device_name: Mapped[str | None]
    access_ip_v4: Mapped[str | None] = orm.mapped_column(sa.String(39))
    access_ip_v6: Mapped[str | None] = orm.mapped_column(sa.String(39))
    config_drive: Mapped[str | None]
    task_state: Mapped[str | None]
    default_ephemeral_device: Mapped[str | None]
    default_swap_device: Mapped[str | None]
    progress: Mapped[int | None]
    auto_disk_config: Mapped[bool | None]
    shutdown_terminate: Mapped[bool | None] = orm.mapped_column(default=False)
    disable_terminate: Mapped[bool | None] = orm.mapped_column(default=False)
    root_gb: Mapped[int | None]
    ephemeral_gb: Mapped[int | None]
    cell_name: Mapped[str | None]
    node: Mapped[str | None]
    locked_by: Mapped[str | None] = orm.mapped_column(
        sa.Enum("owner", "admin", name="instances0locked_by")
    )
    cleaned: Mapped[int | None] = orm.mapped_column(default=0)
    ephemeral_key_uuid: Mapped[types.Uuid | None]
    hidden: Mapped[bool | None] = orm.mapped_column(default=False)
    compute_id: Mapped[types.BigInteger | None]


class InstanceExtra(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """The larger documents of a server, as JSON, one row per server."""

    __tablename__ = "instance_extra"
    __table_args__ = (sa.Index("instance_extra_idx", "instance_uuid"),)

    id: Mapped[types.Id]
    instance_uuid: Mapped[types.Uuid] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="instance_extra_instance_uuid_fkey")
    )
    numa_topology: Mapped[types.Text | None]
    pci_requests: Mapped[types.Text | None]
    flavor: Mapped[types.Text | None]
    vcpu_model: Mapped[types.Text | None]
    migration_context: Mapped[types.Text | None]
    keypairs: Mapped[types.Text | None]
    device_metadata: Mapped[types.Text | None]
    trusted_certs: Mapped[types.Text | None]
    # Reserved: nothing reads or writes it.
    vpmems: Mapped[types.Text | None]
    resources: Mapped[types.Text | None]


class InstanceFault(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """What went wrong with a server."""

    __tablename__ = "instance_faults"
    __table_args__ = (
        sa.Index("instance_faults_host_idx", "host"),
        sa.Index(
            "instance_faults_instance_uuid_deleted_created_at_idx",
            "instance_uuid",
            "deleted",
            "created_at",
        ),
    )

    id: Mapped[types.Id]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="fk_instance_faults_instance_uuid")
    )
    code: Mapped[int]
    message: Mapped[str | None]
    details: Mapped[types.MediumText | None]
    host: Mapped[str | None]


class InstanceInfoCache(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """The network information of a server as last seen, as JSON."""

    __tablename__ = "instance_info_caches"
    __table_args__ = (
        sa.UniqueConstraint("instance_uuid", name="uniq_instance_info_caches0instance_uuid"),
    )

    id: Mapped[types.Id]
    network_info: Mapped[types.MediumText | None]
    instance_uuid: Mapped[types.Uuid] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="instance_info_caches_instance_uuid_fkey")
    )


class InstanceMetadata(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A key and value that the user gave a server."""

    __tablename__ = "instance_metadata"
    __table_args__ = (sa.Index("instance_metadata_instance_uuid_idx", "instance_uuid"),)

    id: Mapped[types.Id]
    key: Mapped[str | None]
    value: Mapped[str | None]
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="instance_metadata_instance_uuid_fkey")
    )


class InstanceSystemMetadata(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A key and value that the services keep about a server."""

    __tablename__ = "instance_system_metadata"
    __table_args__ = (sa.Index("instance_uuid", "instance_uuid"),)

    id: Mapped[types.Id]
    instance_uuid: Mapped[types.Uuid] = orm.mapped_column(
        sa.ForeignKey("instances.uuid", name="instance_system_metadata_ibfk_1")
    )
    key: Mapped[str]
    value: Mapped[str | None]


class InstanceIdMapping(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """The number that the EC2-style metadata shows for a server."""

    __tablename__ = "instance_id_mappings"
    __table_args__ = (sa.Index("ix_instance_id_mappings_uuid", "uuid"),)

    id: Mapped[types.Id]
    uuid: Mapped[types.Uuid]
