# SPDX-License-Identifier: Apache-2.0
"""How `nova-manage` ends.

A command's own outcomes are small numbers, each documented with it. What went wrong has numbers
that no outcome uses, so that a script can tell the two apart.
"""

import enum

from nova_api_db import exception


class ExitCode(enum.IntEnum):
    """The exit codes that all commands share."""

    DONE = 0
    #: Not done, or not as it should be; the command's page says which.
    NOT_DONE = 1
    USAGE = 2
    #: The database is not one to do this to, or the wish not one to grant. Nothing was changed.
    REFUSED = 65
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
    (exception.DatabaseUnavailable, ExitCode.UNAVAILABLE),
    (exception.ConfigurationError, ExitCode.CONFIGURATION),
    (exception.NovaApiDbError, ExitCode.FAILED),
)


def of(error: exception.NovaApiDbError) -> ExitCode:
    """Return the exit code that tells of an error."""
    return next(code for kind, code in _BY_ERROR if isinstance(error, kind))
