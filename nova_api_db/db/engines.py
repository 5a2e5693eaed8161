# SPDX-License-Identifier: Apache-2.0
"""Engines: how a database is opened, and what every new connection to it is set to."""

import dataclasses
import logging
import re
import time
from typing import Any

import sqlalchemy
import tenacity
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import exc_filters
from sqlalchemy import event, pool
from sqlalchemy.engine import URL, Connection, Engine

from nova_api_db import exception, urls

#: A connection that was idle for longer than this many seconds is tried before it is used.
IDLE_BEFORE_PING = 5.0

#: How long a SQLite connection waits for another process's lock, in seconds.
SQLITE_BUSY_TIMEOUT = 30

#: What is supported and tested.
BACKENDS = ("mysql", "postgresql", "sqlite")


@dataclasses.dataclass(frozen=True, slots=True)
class EngineOptions:
    """How engines are made: oslo.db's options as plain values."""

    max_pool_size: int | None = 5
    max_overflow: int | None = 50
    pool_timeout: int | None = None
    connection_recycle_time: int = 3600
    connection_debug: int = 0
    connection_parameters: str = ""
    mysql_sql_mode: str | None = "TRADITIONAL"
    mysql_wsrep_sync_wait: int | None = None
    sqlite_synchronous: bool = True
    db_max_retries: int = 20
    db_retry_interval: float = 1.0
    db_max_retry_interval: float = 10.0

    @classmethod
    def from_conf(cls, group: Any) -> "EngineOptions":
        """Read them from a registered group of oslo.db options."""
        names = [field.name for field in dataclasses.fields(cls)]
        known = {name: getattr(group, name) for name in names if name in group}
        known["connection_parameters"] = known.get("connection_parameters") or ""
        return cls(**known)


def create_engine(url: str, options: EngineOptions | None = None, **arguments: Any) -> Engine:
    """Return an engine with ordinary transactions, for migrations and the like; opens nothing.

    :raises DatabaseURLInvalid: if the URL cannot be used
    """
    options = options or EngineOptions()
    parsed = _parse(url, options)
    connect_args: dict[str, Any] = {}
    if parsed.get_backend_name() == "mysql":
        if "charset" not in parsed.query:
            connect_args["charset"] = "utf8"
    elif parsed.get_backend_name() == "sqlite":
        connect_args["timeout"] = SQLITE_BUSY_TIMEOUT
        connect_args["check_same_thread"] = False
    arguments.setdefault("poolclass", _pool_class(parsed))
    if issubclass(arguments["poolclass"], pool.QueuePool):
        arguments["pool_recycle"] = options.connection_recycle_time
        sizes = {
            "pool_size": options.max_pool_size,
            "max_overflow": options.max_overflow,
            "pool_timeout": options.pool_timeout,
        }
        arguments.update({name: value for name, value in sizes.items() if value is not None})
    try:
        engine = sqlalchemy.create_engine(parsed, connect_args=connect_args, **arguments)
    except (sqlalchemy.exc.ArgumentError, ImportError, TypeError) as error:
        raise exception.DatabaseURLInvalid(url=urls.mask(url), reason=error) from None
    exc_filters.register_engine(engine)
    if options.connection_debug:
        level = logging.DEBUG if options.connection_debug >= 100 else logging.INFO
        logging.getLogger("sqlalchemy.engine").setLevel(level)
    _set_up_sessions(engine, options)
    if engine.dialect.name == "sqlite" and "isolation_level" not in arguments:
        event.listen(engine, "begin", _begin_immediate)
    return engine


def connect(engine: Engine) -> Connection:
    """Return a connection; the caller closes it.

    :raises DatabaseUnavailable: if there is no server, no such database, or it does not let us in
    """
    try:
        return engine.connect()
    except (db_exception.DBError, sqlalchemy.exc.SQLAlchemyError) as error:
        raise exception.DatabaseUnavailable(
            url=urls.mask(engine.url.render_as_string(hide_password=False)), reason=_reason(error)
        ) from None


def _reason(error: Exception) -> str:
    """Return what the server or the driver said, on one line."""
    inner = getattr(error, "inner_exception", None) or error
    inner = getattr(inner, "orig", None) or inner
    said = inner.args[1] if len(inner.args) > 1 else inner
    return " ".join(str(said).split()) or type(inner).__name__


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _parse(url: str, options: EngineOptions) -> URL:
    try:
        parsed = sqlalchemy.make_url(url)
        if parsed.drivername == "postgresql":
            # What it has always meant in configurations; SQLAlchemy now takes another driver.
            parsed = parsed.set(drivername="postgresql+psycopg2")
        parsed.get_dialect()
    except (sqlalchemy.exc.ArgumentError, ValueError, ImportError) as error:
        reason = (
            "no such driver"
            if isinstance(error, ImportError | sqlalchemy.exc.NoSuchModuleError)
            else "it cannot be parsed"
        )
        raise exception.DatabaseURLInvalid(url=urls.mask(url), reason=reason) from None
    backend = parsed.get_backend_name()
    if backend == "mariadb":
        # One spelling, so that nothing else needs to know of two.
        parsed = parsed.set(drivername=parsed.drivername.replace("mariadb", "mysql", 1))
    elif backend not in BACKENDS:
        reason = f"{backend} is not one of {', '.join(BACKENDS)}"
        raise exception.DatabaseURLInvalid(url=urls.mask(url), reason=reason)
    if options.connection_parameters:
        parsed = parsed.update_query_string(options.connection_parameters, append=True)
    return parsed


def _pool_class(url: URL) -> type[pool.Pool]:
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        return pool.StaticPool
    return pool.QueuePool


def _set_up_sessions(engine: Engine, options: EngineOptions) -> None:
    """Set what every new connection needs."""
    dialect = engine.dialect.name

    @event.listens_for(engine, "connect")
    def connected(dbapi_connection: Any, record: Any) -> None:
        cursor = dbapi_connection.cursor()
        if dialect == "mysql":
            if options.mysql_sql_mode is not None:
                cursor.execute("SET SESSION sql_mode = %s", [options.mysql_sql_mode])
            if options.mysql_wsrep_sync_wait is not None:
                cursor.execute("SET SESSION wsrep_sync_wait = %s", [options.mysql_wsrep_sync_wait])
        elif dialect == "sqlite":
            # BEGIN is ours to send, or a transaction that reads first could not be upgraded.
            dbapi_connection.isolation_level = None
            dbapi_connection.create_function("regexp", 2, _regexp, deterministic=True)
            cursor.execute("PRAGMA foreign_keys = ON")
            _use_wal(cursor)
            synchronous = "NORMAL" if options.sqlite_synchronous else "OFF"
            cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.close()


def _regexp(pattern: str, text: Any) -> bool | None:
    """Compare as REGEXP does on MySQL: anywhere in the text, without regard to case."""
    return None if text is None else re.search(pattern, str(text), re.IGNORECASE) is not None


def _use_wal(cursor: Any) -> None:
    """Switch the file to write-ahead logging, once; two processes may do so at the same moment."""
    for attempt in tenacity.Retrying(
        stop=tenacity.stop_after_delay(SQLITE_BUSY_TIMEOUT),
        wait=tenacity.wait_random(0.01, 0.1),
        retry=tenacity.retry_if_exception_message(match=".*locked"),
        reraise=True,
    ):
        with attempt:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
                cursor.execute("PRAGMA journal_mode = WAL")


def create_scope_engine(url: str, options: EngineOptions) -> Engine:
    """Return the engine that scopes use: driver autocommit, tried only after it stood idle."""
    engine = create_engine(
        url, options, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True
    )
    if engine.dialect.name == "sqlite":
        return engine

    @event.listens_for(engine, "checkin")
    def returned(dbapi_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def taken(dbapi_connection: Any, record: Any, proxy: Any) -> None:
        idle_since = record.info.get("idle_since")
        if idle_since is None or time.monotonic() - idle_since < IDLE_BEFORE_PING:
            return
        try:
            alive = engine.dialect.do_ping(dbapi_connection)
        except Exception as error:
            raise sqlalchemy.exc.DisconnectionError(str(error)) from error
        if not alive:
            raise sqlalchemy.exc.DisconnectionError("the connection was closed while idle")

    return engine
