# SPDX-License-Identifier: Apache-2.0
"""How `nova-manage` ends.

A command's own outcomes are small numbers, each documented with it. What went wrong has numbers
that no outcome uses, so that a script can tell the two apart.
"""

import contextlib
import enum
from collections.abc import Iterator

from nova_api_db import exception


class ExitCode(enum.IntEnum):
    """The exit codes that all commands share."""

    DONE = 0
    #: Not done, or not as it should be; the command's page says which.
    NOT_DONE = 1
    USAGE = 2
    #: The database is not one to do this to, or the wish not one to grant. Nothing was changed.
    REFUSED = 65
    #: What the command line names is not there, or there are several of that name.
    NOT_FOUND = 66
    #: A database cannot be reached, is not there, or does not let us in.
    UNAVAILABLE = 69
    #: Anything else that has a name.
    FAILED = 70
    #: Another run holds the lock. Nothing was changed.
    LOCKED = 75
    #: The configuration lacks something or cannot be read.
    CONFIGURATION = 78
    INTERRUPTED = 130
    #: Nobody reads the output any more.
    BROKEN_PIPE = 141
    #: A defect of this program.
    CRASHED = 255


# The first that fits counts.
_BY_ERROR: tuple[tuple[type[exception.NovaApiDbError], ExitCode], ...] = (
    (exception.Cell0Unreachable, ExitCode.NOT_DONE),
    (exception.MigrationRefused, ExitCode.REFUSED),
    (exception.MigrationLocked, ExitCode.LOCKED),
    (exception.ExclusiveTimeout, ExitCode.LOCKED),
    (exception.CellMappingNotFound, ExitCode.NOT_FOUND),
    (exception.CellMappingAmbiguous, ExitCode.NOT_FOUND),
    (exception.DatabaseUnavailable, ExitCode.UNAVAILABLE),
    (exception.ConfigurationError, ExitCode.CONFIGURATION),
    (exception.NovaApiDbError, ExitCode.FAILED),
)


class Outcome(exception.NovaApiDbError):
    """An error that a command documents with a code of its own."""

    def __init__(self, code: int, line: str) -> None:
        super().__init__(line)
        self.code = code


@contextlib.contextmanager
def ending(code: int, *kinds: type[exception.NovaApiDbError]) -> Iterator[None]:
    """End a command with a code of its own on errors of these kinds."""
    try:
        yield
    except kinds as error:
        raise Outcome(code, str(error)) from error


def of(error: exception.NovaApiDbError) -> int:
    """Return the exit code that tells of an error."""
    if isinstance(error, Outcome):
        return error.code
    return next(code for kind, code in _BY_ERROR if isinstance(error, kind))
