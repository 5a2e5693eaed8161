# SPDX-License-Identifier: Apache-2.0
"""Create request_specs, for specs that live in a cell.

Expands. The table is the one of the api database.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "94b7d0e2c6f3"
down_revision = "6e03a9c5f7b4"

MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")


def create_table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *elements,
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )


def upgrade() -> None:
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
