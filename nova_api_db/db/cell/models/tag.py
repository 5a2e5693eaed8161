# SPDX-License-Identifier: Apache-2.0
"""Tags of servers."""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped

from nova_api_db.db import types
from nova_api_db.db.cell.models.base import Base


class Tag(Base):
    """A tag of a server; the only cell table whose rows are deleted at once."""

    __tablename__ = "tags"
    __table_args__ = (sa.Index("tags_tag_idx", "tag"),)

    resource_id: Mapped[types.Uuid] = orm.mapped_column(primary_key=True)
    tag: Mapped[str] = orm.mapped_column(sa.String(80), primary_key=True)
