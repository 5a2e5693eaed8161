# SPDX-License-Identifier: Apache-2.0
"""The availability zones of hosts: what the aggregates of the api database say that they form."""

from collections.abc import Iterable

from nova_api_db.context import RequestContext
from nova_api_db.db.api import aggregate as query

#: The metadata of an aggregate that makes it a zone.
KEY = "availability_zone"

#: Where a compute host is that no aggregate puts into a zone.
DEFAULT = "nova"

#: Where services are that run no servers.
INTERNAL = "internal"


def of_hosts(context: RequestContext, hosts: Iterable[str]) -> dict[str, str]:
    """Return the zones of those hosts that are in one."""
    wanted = set(hosts)
    return {
        host: aggregate["metadata"][KEY]
        for aggregate in query.list_by(context, key=KEY)
        for host in aggregate["hosts"]
        if host in wanted
    }
