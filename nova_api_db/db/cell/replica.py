# SPDX-License-Identifier: Apache-2.0
"""Queries that the caller may send to the replica of the local cell."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import Connection

from nova_api_db.context import RequestContext
from nova_api_db.db import facade

P = ParamSpec("P")
R = TypeVar("R")


def optional(
    query: Callable[Concatenate[Connection, P], R],
) -> Callable[Concatenate[RequestContext, bool, P], R]:
    """Make a query on a connection one on a context that is told whether to use the replica.

    It has to put up with rows that are a little old. Without a replica nothing differs.
    """
    usual = facade.cell_reader(query)
    from_replica = facade.cell_reader.replica(query)

    @functools.wraps(query)
    def run(context: RequestContext, use_replica: bool, *args: P.args, **kwargs: P.kwargs) -> R:
        return (from_replica if use_replica else usual)(context, *args, **kwargs)

    return run  # type: ignore[return-value]
