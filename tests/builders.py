# SPDX-License-Identifier: Apache-2.0
"""Rows and objects with good defaults; a test names only what matters to it.

`make_*` writes to the database of the context and returns what it wrote.
"""

from typing import Any

import sqlalchemy
from oslo_utils import uuidutils

from nova_api_db.context import RequestContext
from nova_api_db.db import facade
from nova_api_db.db.api import models


def make_cell_mapping(context: RequestContext, **changes: Any) -> dict[str, Any]:
    """Write a cell_mappings row only: nothing stands behind its URLs."""
    values = {
        "uuid": uuidutils.generate_uuid(),
        "name": "cell1",
        "database_connection": "sqlite:////nonexistent/cell1.sqlite",
        "transport_url": "none:///",
        "disabled": False,
        **changes,
    }
    with facade.api_writer.using(context) as connection:
        connection.execute(sqlalchemy.insert(models.CellMapping).values(values))
        query = sqlalchemy.select(models.CellMapping.__table__).filter_by(uuid=values["uuid"])
        return dict(connection.execute(query).mappings().one())
