# SPDX-License-Identifier: Apache-2.0
"""Create s3_images: the number that each image has where images are named by numbers.

Expands. The table is followed by the shadow that its rows are archived to.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "b18f5c3e9d27"
down_revision = "94b7d0e2c6f3"


def create_table(name: str) -> None:
    op.create_table(
        name,
        *s3_images(),
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )


def s3_images() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("deleted", sa.Integer()),
    ]


def upgrade() -> None:
    create_table("s3_images")
    create_table("shadow_s3_images")
