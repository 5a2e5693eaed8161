# SPDX-License-Identifier: Apache-2.0
"""Security groups and the servers in them."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class SecurityGroup(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A security group as the cell knows it."""

    __tablename__ = "security_groups"
    __table_args__ = (
        sa.UniqueConstraint(
            "project_id",
            "name",
            "deleted",
            name="uniq_security_groups0project_id0name0deleted",
        ),
    )

    id: Mapped[types.Id]
    name: Mapped[str | None]
    description: Mapped[str | None]
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]


class SecurityGroupInstanceAssociation(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A server in a security group."""

    __tablename__ = "security_group_instance_association"
    __table_args__ = (
        types.foreign_key_index("security_group_id", "security_group_id"),
        sa.Index("security_group_instance_association_instance_uuid_idx", "instance_uuid"),
    )

    id: Mapped[types.Id]
    security_group_id: Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("security_groups.id", name="security_group_instance_association_ibfk_1")
    )
    instance_uuid: Mapped[types.Uuid | None] = orm.mapped_column(
        sa.ForeignKey(
            "instances.uuid", name="security_group_instance_association_instance_uuid_fkey"
        )
    )


class SecurityGroupRule(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """A rule of a security group."""

    __tablename__ = "security_group_rules"
    __table_args__ = (
        types.foreign_key_index("group_id", "group_id"),
        types.foreign_key_index("parent_group_id", "parent_group_id"),
    )

    id: Mapped[types.Id]
    parent_group_id: Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("security_groups.id", name="security_group_rules_ibfk_1")
    )
    protocol: Mapped[str | None]
    from_port: Mapped[int | None]
    to_port: Mapped[int | None]
    cidr: Mapped[str | None] = orm.mapped_column(sa.String(43))
    group_id: Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("security_groups.id", name="security_group_rules_ibfk_2")
    )
