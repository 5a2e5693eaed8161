# SPDX-License-Identifier: Apache-2.0
"""One writer at a time where no unique key of the api database keeps two from doing the same.

The lock belongs to a connection, so it ends with the process, however that ends.
"""

import contextlib
import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.db import facade

#: How long to wait for another run, in seconds.
TIMEOUT = 60


@contextlib.contextmanager
def held(context: RequestContext, name: str, timeout: int = TIMEOUT) -> Iterator[None]:
    """Hold the lock of a name; what is written inside is one transaction.

    Between reading and writing inside, nobody else who holds the lock can have written.

    :raises ExclusiveTimeout: if another run did not let go in time
    """
    with contextlib.ExitStack() as stack:
        # A connection of its own: the lock must outlive the transaction, not only its last
        # statement.
        connection = stack.enter_context(facade.api_reader.using(context))
        stack.enter_context(_LOCKS[connection.dialect.name](connection, name, timeout))
        stack.enter_context(facade.api_writer.using(context))
        yield


@contextlib.contextmanager
def _mysql(connection: Connection, name: str, timeout: int) -> Iterator[None]:
    # Names are those of the whole server, and hold 64 characters.
    database = connection.execute(sa.select(sa.func.database())).scalar()
    text = hashlib.sha256(f"{database}.{name}".encode()).hexdigest()
    if connection.execute(sa.select(sa.func.get_lock(text, timeout))).scalar() != 1:
        raise exception.ExclusiveTimeout(name=name, timeout=timeout)
    try:
        yield
    finally:
        connection.execute(sa.select(sa.func.release_lock(text)))


@contextlib.contextmanager
def _postgresql(connection: Connection, name: str, timeout: int) -> Iterator[None]:
    # Locks are numbers, and those of one database.
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    connection.exec_driver_sql(f"SET lock_timeout = '{timeout}s'")
    try:
        connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
    except (db_exception.DBError, sa.exc.OperationalError) as error:
        raise exception.ExclusiveTimeout(name=name, timeout=timeout) from error
    finally:
        connection.exec_driver_sql("RESET lock_timeout")
    try:
        yield
    finally:
        connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))


@contextlib.contextmanager
def _sqlite(connection: Connection, name: str, timeout: int) -> Iterator[None]:
    """Do nothing: only one transaction at a time writes."""
    yield


_LOCKS = {"mysql": _mysql, "postgresql": _postgresql, "sqlite": _sqlite}
