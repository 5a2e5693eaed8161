# SPDX-License-Identifier: Apache-2.0
"""Queries on where servers are: the hosts in instances of a cell database."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nova_api_db.db import facade, parts
from nova_api_db.db.cell.instance import INSTANCES

_UUIDS: sa.BindParameter[Any] = sa.bindparam("uuids", expanding=True)

_HOSTS = (
    sa.select(INSTANCES.c.host)
    .distinct()
    .where(INSTANCES.c.uuid.in_(_UUIDS), INSTANCES.c.deleted == 0, INSTANCES.c.host.is_not(None))
)


@facade.cell_reader
def list_hosts(connection: Connection, instance_uuids: Collection[str]) -> set[str]:
    """Return the hosts that have any of some servers; deleted ones do not count."""
    return {
        host
        for uuids in parts.of(instance_uuids)
        for host in connection.execute(_HOSTS, {"uuids": uuids}).scalars()
    }
