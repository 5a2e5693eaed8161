# SPDX-License-Identifier: Apache-2.0
"""Request specs that live in a cell."""

from nova_api_db.db import mixins
from nova_api_db.db.cell.models.base import Base


class RequestSpec(mixins.RequestSpecColumns, Base):
    """What was asked for when a server of this cell was booted, as JSON."""
