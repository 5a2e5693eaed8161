# SPDX-License-Identifier: Apache-2.0
"""Say it in one line when a database has no tables yet."""

import functools
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import sqlalchemy
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
        except (db_exception.DBError, sqlalchemy.exc.DBAPIError) as error:
            table = _missing(error)
            if table is None:
                raise
            raise exception.TableMissing(table=table) from None

    return run


# What SQLite, MySQL and PostgreSQL say; oslo.db does not know all of it.
_MISSING = re.compile(
    r"no such table: (\w+)|Table '(?:[^']*\.)?(\w+)' doesn't exist|"
    r"relation \"(\w+)\" does not exist"
)


def _missing(error: Exception) -> str | None:
    """Return the table that an error is about, None if it is about something else."""
    match = _MISSING.search(str(error))
    return next(filter(None, match.groups())) if match else None
