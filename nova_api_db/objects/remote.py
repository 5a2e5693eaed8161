# SPDX-License-Identifier: Apache-2.0
"""Where a remotable method runs: in the conductor if an indirection API is set, or here."""

import contextlib
import contextvars
from collections.abc import Iterator

from oslo_versionedobjects import base as ovo

_here: contextvars.ContextVar[bool] = contextvars.ContextVar("here", default=False)


def runs_here() -> bool:
    """Say whether this thread is the conductor's, which calls no other."""
    return _here.get()


@contextlib.contextmanager
def here() -> Iterator[None]:
    """Run methods where they are called: a conductor may share its process with its callers."""
    token = _here.set(True)
    try:
        yield
    finally:
        _here.reset(token)


def is_used(owner: ovo.VersionedObject | type[ovo.VersionedObject]) -> bool:
    """Say whether a method of this object or class would run in the conductor."""
    return owner.indirection_api is not None and not _here.get()
