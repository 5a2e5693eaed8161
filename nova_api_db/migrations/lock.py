# SPDX-License-Identifier: Apache-2.0
"""The lock that keeps two migrations of one database apart.

It belongs to the connection that migrates (on SQLite, to an open file), so it ends with the
process, however that ends:

* MySQL: `GET_LOCK`, named after the database. It is known to one server only: in a Galera cluster
  it keeps apart the runs that go through one node. Runs through different nodes collide in what
  they create, see :func:`collided`.
* PostgreSQL: a session's advisory lock, which is of one database by itself.
* SQLite: a lock on a file beside the database. The file goes with the lock; what a killed run left
  of it is in nobody's way.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import pathlib
import time
from collections.abc import Callable, Iterator

import alembic.util
import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception

LOG = logging.getLogger(__name__)

Report = Callable[[str], None]

# Any number will do, as long as every release uses the same.
ADVISORY_LOCK = 0x6E6F76615F617069

# Names of MySQL's locks are those of the whole server, and hold 64 characters.
LOCK_NAME = "nova_api_db.migrate.{}"

PAUSE = 0.1


@contextlib.contextmanager
def held(connection: Connection, timeout: float, report: Report) -> Iterator[None]:
    """Hold the lock of the database a connection leads to; wait for it if another run has it.

    :param timeout: seconds to wait
    :param report: called with a line when there is something to wait for
    :raises MigrationLocked: if the other run did not end in time
    """
    lock = _LOCKS[connection.dialect.name]
    with contextlib.ExitStack() as stack:
        _wait(lambda: lock(connection, stack), timeout, report)
        yield


def _wait(take: Callable[[], bool], timeout: float, report: Report) -> None:
    deadline = time.monotonic() + timeout
    if take():
        return
    report(f"Another run is migrating this database; waiting up to {timeout:g} seconds for it")
    while not take():
        if time.monotonic() > deadline:
            raise exception.MigrationLocked(timeout=f"{timeout:g}")
        time.sleep(PAUSE)


def collided(connection: Connection, error: Exception) -> bool:
    """Tell whether a run through another node of a Galera cluster was in the way.

    Such a run creates the same things in the same order. Whoever comes second is told so by the
    server, and has only to look again what is left to do.
    """
    if connection.dialect.name != "mysql":
        return False
    inner = getattr(error, "inner_exception", None) or error
    code = next(iter(getattr(getattr(inner, "orig", None), "args", ())), None)
    if code not in _COLLISIONS and not isinstance(error, alembic.util.CommandError):
        return False
    connection.rollback()
    shown = connection.exec_driver_sql("SHOW VARIABLES LIKE 'wsrep_on'").one_or_none()
    connection.rollback()
    return shown is not None and shown[1] == "ON"


# The table, the column, the index, the row is there already; lock wait timeout, deadlock; the table
# is being changed.
_COLLISIONS = frozenset({1050, 1060, 1061, 1062, 1205, 1213, 1684})


# A lock is taken with one try. What gives it back goes on the stack; every statement ends its
# transaction at once, as migrations begin their own.


def _mysql(connection: Connection, stack: contextlib.ExitStack) -> bool:
    name = LOCK_NAME.format(connection.execute(sa.select(sa.func.database())).scalar())
    if len(name) > 64:
        name = LOCK_NAME.format(hashlib.sha256(name.encode()).hexdigest()[:32])
    try:
        taken = connection.execute(sa.select(sa.func.get_lock(name, 0))).scalar() == 1
    except db_exception.DBError as error:
        LOG.warning("This server has no locks, so nothing keeps another run away: %s", error)
        taken = True
    else:
        if taken:
            stack.callback(_execute, connection, sa.select(sa.func.release_lock(name)))
    connection.commit()
    return taken


def _postgresql(connection: Connection, stack: contextlib.ExitStack) -> bool:
    query = sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))
    taken = bool(connection.execute(query).scalar())
    connection.commit()
    if taken:
        unlock = sa.select(sa.func.pg_advisory_unlock(ADVISORY_LOCK))
        stack.callback(_execute, connection, unlock)
    return taken


def _execute(connection: Connection, statement: sa.Executable) -> None:
    # After an error the transaction is still open, and the connection may be gone: then so is the
    # lock.
    with contextlib.suppress(db_exception.DBError, sa.exc.SQLAlchemyError):
        connection.rollback()
        connection.execute(statement)
        connection.commit()


def _sqlite(connection: Connection, stack: contextlib.ExitStack) -> bool:
    rows = connection.exec_driver_sql("PRAGMA database_list").all()
    connection.rollback()
    path = next((row[2] for row in rows if row[1] == "main"), "")
    if not path:
        return True  # in memory: nobody else can see it
    return _lock_file(pathlib.Path(f"{path}.migrating"), stack)


def _lock_file(path: pathlib.Path, stack: contextlib.ExitStack) -> bool:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had the lock may have removed the file since it was opened here.
        taken = os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        taken = False
    if taken:
        stack.callback(os.close, descriptor)
        stack.callback(path.unlink)
    else:
        os.close(descriptor)
    return taken


_LOCKS: dict[str, Callable[[Connection, contextlib.ExitStack], bool]] = {
    "mysql": _mysql,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
}
