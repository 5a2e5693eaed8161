# SPDX-License-Identifier: Apache-2.0
"""Say it in one line when a database has no tables yet."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from oslo_db import exception as db_exception

from nova_api_db import exception

P = ParamSpec("P")
R = TypeVar("R")


def needed(work: Callable[P, R]) -> Callable[P, R]:
    """Make work raise TableMissing where a table is not there."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except db_exception.DBNonExistentTable as error:
            raise exception.TableMissing(table=error.table) from None

    return run
