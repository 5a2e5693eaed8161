# SPDX-License-Identifier: Apache-2.0
"""Images as the EC2-style metadata names them."""

from sqlalchemy.orm import Mapped

from nova_api_db.db import mixins, types
from nova_api_db.db.cell.models.base import Base


class ImageIdMapping(mixins.TimestampColumns, mixins.SoftDeleteColumns, Base):
    """The number that the EC2-style metadata shows for an image, a kernel or a ramdisk."""

    __tablename__ = "s3_images"

    id: Mapped[types.Id]
    uuid: Mapped[types.Uuid]
