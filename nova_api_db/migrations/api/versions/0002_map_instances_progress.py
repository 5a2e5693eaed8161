# SPDX-License-Identifier: Apache-2.0
"""Create map_instances_progress, where the mapping of a cell's instances keeps its place.

Expands.
"""

import sqlalchemy as sa
from alembic import op

revision = "a7c41e90b63d"
down_revision = "3a91c07d5e24"


def upgrade() -> None:
    op.create_table(
        "map_instances_progress",
        sa.Column("created_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("cell_uuid", sa.String(36), nullable=False),
        sa.Column("instance_created_at", sa.DateTime()),
        sa.Column("instance_id", sa.Integer()),
        sa.PrimaryKeyConstraint("cell_uuid", name="map_instances_progress_pkey"),
        mysql_engine="InnoDB",
        mysql_charset="utf8",
        mysql_collate="utf8_general_ci",
    )
