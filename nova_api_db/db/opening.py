# SPDX-License-Identifier: Apache-2.0
"""A scope while it is open: its connection, and its transaction if it has one."""

import dataclasses

from sqlalchemy.engine import Connection

from nova_api_db.context import RequestContext


@dataclasses.dataclass(slots=True)
class OpenScope:
    """A connection that queries on the same context and database share while it is open."""

    connection: Connection
    in_transaction: bool


class Opening:
    """Keeps a connection open as a scope, in a transaction if it is to.

    A class, since every query goes through it: a generator takes several times as long.
    """

    __slots__ = ("_connection", "_in_transaction", "_key", "_outer", "_scopes")

    def __init__(
        self, context: RequestContext, key: str, connection: Connection, in_transaction: bool
    ) -> None:
        self._scopes = context.open_scopes
        self._outer = self._scopes.get(key)
        self._key = key
        self._connection = connection
        self._in_transaction = in_transaction

    def __enter__(self) -> Connection:
        connection = self._connection
        if self._in_transaction:
            sqlite = connection.dialect.name == "sqlite"
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
            except BaseException:
                connection.close()
                raise
        self._scopes[self._key] = OpenScope(connection, self._in_transaction)
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        try:
            if self._in_transaction:
                self._end(succeeded=kind is None)
        finally:
            if self._outer is None:
                del self._scopes[self._key]
            else:
                self._scopes[self._key] = self._outer
            self._connection.close()

    def _end(self, *, succeeded: bool) -> None:
        if not succeeded:
            _roll_back(self._connection)
            return
        try:
            self._connection.exec_driver_sql("COMMIT")
        except BaseException:
            _roll_back(self._connection)
            raise


def _roll_back(connection: Connection) -> None:
    """End the transaction, or the connection if that fails: it must not return to the pool."""
    if connection.invalidated:
        return
    try:
        connection.exec_driver_sql("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever it was, the connection is not fit for the pool
        connection.invalidate()
