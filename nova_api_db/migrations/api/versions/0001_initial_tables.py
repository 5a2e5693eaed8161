# SPDX-License-Identifier: Apache-2.0
"""Create the tables of the api database.

Expands.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "3a91c07d5e24"
down_revision = None

MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")
KEY_PAIR_TYPE = sa.Enum("ssh", "x509", name="keypair_types").with_variant(
    postgresql.ENUM("ssh", "x509", name="keypair_types", create_type=False), "postgresql"
)


def create_table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *elements,
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )


def create_foreign_key_index(name: str, table: str, columns: list[str]) -> None:
    """Name the index that MySQL would otherwise make by itself; elsewhere there is none."""
    if op.get_context().dialect.name == "mysql":
        op.create_index(name, table, columns)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE TYPE keypair_types AS ENUM ('ssh', 'x509')")

    create_table(
        "cell_mappings",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("transport_url", sa.Text()),
        sa.Column("database_connection", sa.Text()),
        sa.Column("disabled", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="cell_mappings_pkey"),
        sa.UniqueConstraint("uuid", name="uniq_cell_mappings0uuid"),
    )
    op.create_index("uuid_idx", "cell_mappings", ["uuid"])

    create_table(
        "instance_mappings",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(36), nullable=False),
        sa.Column("cell_id", sa.Integer()),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("queued_for_delete", sa.Boolean()),
        sa.Column("user_id", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="instance_mappings_pkey"),
        sa.UniqueConstraint("instance_uuid", name="uniq_instance_mappings0instance_uuid"),
        sa.ForeignKeyConstraint(["cell_id"], ["cell_mappings.id"], name="instance_mappings_ibfk_1"),
    )
    create_foreign_key_index("cell_id", "instance_mappings", ["cell_id"])
    op.create_index(
        "instance_mappings_user_id_project_id_idx", "instance_mappings", ["user_id", "project_id"]
    )
    op.create_index("instance_uuid_idx", "instance_mappings", ["instance_uuid"])
    op.create_index("project_id_idx", "instance_mappings", ["project_id"])

    create_table(
        "host_mappings",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="host_mappings_pkey"),
        sa.UniqueConstraint("host", name="uniq_host_mappings0host"),
        sa.ForeignKeyConstraint(["cell_id"], ["cell_mappings.id"], name="host_mappings_ibfk_1"),
    )
    create_foreign_key_index("cell_id", "host_mappings", ["cell_id"])
    op.create_index("host_idx", "host_mappings", ["host"])

    create_table(
        "request_specs",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(36), nullable=False),
        sa.Column("spec", MEDIUMTEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="request_specs_pkey"),
        sa.UniqueConstraint("instance_uuid", name="uniq_request_specs0instance_uuid"),
    )
    op.create_index("request_spec_instance_uuid_idx", "request_specs", ["instance_uuid"])

    create_table(
        "build_requests",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("instance_uuid", sa.String(36)),
        sa.Column("instance", MEDIUMTEXT),
        sa.Column("block_device_mappings", MEDIUMTEXT),
        sa.Column("tags", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="build_requests_pkey"),
        sa.UniqueConstraint("instance_uuid", name="uniq_build_requests0instance_uuid"),
    )
    op.create_index("build_requests_instance_uuid_idx", "build_requests", ["instance_uuid"])
    op.create_index("build_requests_project_id_idx", "build_requests", ["project_id"])

    create_table(
        "flavors",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("memory_mb", sa.Integer(), nullable=False),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("swap", sa.Integer(), nullable=False),
        sa.Column("vcpu_weight", sa.Integer()),
        sa.Column("flavorid", sa.String(255), nullable=False),
        sa.Column("rxtx_factor", sa.Float()),
        sa.Column("root_gb", sa.Integer()),
        sa.Column("ephemeral_gb", sa.Integer()),
        sa.Column("disabled", sa.Boolean()),
        sa.Column("is_public", sa.Boolean()),
        sa.Column("description", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="flavors_pkey"),
        sa.UniqueConstraint("flavorid", name="uniq_flavors0flavorid"),
        sa.UniqueConstraint("name", name="uniq_flavors0name"),
    )

    create_table(
        "flavor_extra_specs",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("flavor_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("value", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="flavor_extra_specs_pkey"),
        sa.UniqueConstraint("flavor_id", "key", name="uniq_flavor_extra_specs0flavor_id0key"),
        sa.ForeignKeyConstraint(["flavor_id"], ["flavors.id"], name="flavor_extra_specs_ibfk_1"),
    )
    op.create_index(
        "flavor_extra_specs_flavor_id_key_idx", "flavor_extra_specs", ["flavor_id", "key"]
    )

    create_table(
        "flavor_projects",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("flavor_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="flavor_projects_pkey"),
        sa.UniqueConstraint(
            "flavor_id", "project_id", name="uniq_flavor_projects0flavor_id0project_id"
        ),
        sa.ForeignKeyConstraint(["flavor_id"], ["flavors.id"], name="flavor_projects_ibfk_1"),
    )

    create_table(
        "key_pairs",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255)),
        sa.Column("public_key", sa.Text()),
        sa.Column("type", KEY_PAIR_TYPE, nullable=False, server_default="ssh"),
        sa.PrimaryKeyConstraint("id", name="key_pairs_pkey"),
        sa.UniqueConstraint("user_id", "name", name="uniq_key_pairs0user_id0name"),
    )

    create_table(
        "instance_groups",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("user_id", sa.String(255)),
        sa.Column("project_id", sa.String(255)),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="instance_groups_pkey"),
        sa.UniqueConstraint("uuid", name="uniq_instance_groups0uuid"),
    )

    create_table(
        "instance_group_member",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("instance_uuid", sa.String(255)),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="instance_group_member_pkey"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["instance_groups.id"], name="instance_group_member_ibfk_1"
        ),
    )
    create_foreign_key_index("group_id", "instance_group_member", ["group_id"])
    op.create_index(
        "instance_group_member_instance_idx", "instance_group_member", ["instance_uuid"]
    )

    create_table(
        "instance_group_policy",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("policy", sa.String(255)),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="instance_group_policy_pkey"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["instance_groups.id"], name="instance_group_policy_ibfk_1"
        ),
    )
    create_foreign_key_index("group_id", "instance_group_policy", ["group_id"])
    op.create_index("instance_group_policy_policy_idx", "instance_group_policy", ["policy"])

    create_table(
        "aggregates",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("uuid", sa.String(36)),
        sa.Column("name", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="aggregates_pkey"),
        sa.UniqueConstraint("name", name="uniq_aggregate0name"),
    )
    op.create_index("aggregate_uuid_idx", "aggregates", ["uuid"])

    create_table(
        "aggregate_hosts",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("host", sa.String(255)),
        sa.Column("aggregate_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="aggregate_hosts_pkey"),
        sa.UniqueConstraint("host", "aggregate_id", name="uniq_aggregate_hosts0host0aggregate_id"),
        sa.ForeignKeyConstraint(["aggregate_id"], ["aggregates.id"], name="aggregate_hosts_ibfk_1"),
    )
    create_foreign_key_index("aggregate_id", "aggregate_hosts", ["aggregate_id"])

    create_table(
        "aggregate_metadata",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("aggregate_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="aggregate_metadata_pkey"),
        sa.UniqueConstraint("aggregate_id", "key", name="uniq_aggregate_metadata0aggregate_id0key"),
        sa.ForeignKeyConstraint(
            ["aggregate_id"], ["aggregates.id"], name="aggregate_metadata_ibfk_1"
        ),
    )
    op.create_index("aggregate_metadata_key_idx", "aggregate_metadata", ["key"])
