# SPDX-License-Identifier: Apache-2.0
"""Engines and transactions: the only way to a database, picked by the request context.

A query is a function of a SQLAlchemy connection; a scope turns it into a function of the context::

    @facade.api_reader
    def get_by_uuid(connection: Connection, uuid: str) -> RowMapping: ...

    get_by_uuid(context, uuid)

Four scopes: ``api_reader``, ``api_writer``, ``cell_reader`` and ``cell_writer``; and two for what
may live in either kind of database, ``spec_reader`` and ``spec_writer``: an aimed context means
that cell.

* A reader runs in autocommit: each statement sees its own snapshot, and no round trip is spent on
  a transaction. A reader inside a writer joins the writer's transaction.
* A writer is one transaction. A nested writer joins it; when the outermost one ends, it commits.
* The outermost decorated scope is run again after a deadlock or a lost connection, so a query
  must be safe to run again: it may use nothing but its arguments and its connection.

Connections are kept in driver autocommit and writers send BEGIN and COMMIT themselves. That saves
the ROLLBACK which pools otherwise send at every return, and errors at COMMIT (where Galera reports
its conflicts) pass the same filters as any other.
"""

import contextlib
import dataclasses
import functools
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy
import tenacity
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import exc_filters
from sqlalchemy import event, pool
from sqlalchemy.engine import URL, Connection, Engine

from nova_api_db import exception, urls
from nova_api_db.context import CellTarget, RequestContext

LOG = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

#: A connection that was idle for longer than this many seconds is tried before it is used.
IDLE_BEFORE_PING = 5.0

#: How long a SQLite connection waits for another process's lock, in seconds.
SQLITE_BUSY_TIMEOUT = 30

#: What is supported and tested.
BACKENDS = ("mysql", "postgresql", "sqlite")

#: What a server or the network may do to a transaction that another try can mend.
TRANSIENT_ERRORS = (db_exception.DBDeadlock, db_exception.DBConnectionError)


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


@dataclasses.dataclass(frozen=True, slots=True)
class Databases:
    """Where the databases are: URLs and options, as configured."""

    api: str | None = None
    api_replica: str | None = None
    cell: str | None = None
    cell_replica: str | None = None
    api_options: EngineOptions = EngineOptions()
    cell_options: EngineOptions = EngineOptions()


class _State:
    """The databases of this process and the engines that are open."""

    def __init__(self) -> None:
        self.databases = Databases()
        self.source = ""
        self.engines: dict[str, tuple[str, Engine]] = {}
        self.lock = threading.Lock()


_state = _State()


def configure(conf: cfg.ConfigOpts) -> None:
    """Take the databases from ``[api_database]`` and ``[database]``; close those open so far."""
    api, cell = conf.api_database, conf.database
    _configure(
        Databases(
            api=api.connection,
            api_replica=api.slave_connection,
            cell=cell.connection,
            cell_replica=cell.slave_connection,
            api_options=EngineOptions.from_conf(api),
            cell_options=EngineOptions.from_conf(cell),
        ),
        source=", ".join(conf.config_file or ()) or "no configuration file",
    )
    urls.set_bases(database=cell.connection, transport=conf.transport_url)


def configure_urls(
    api: str | None = None,
    cell: str | None = None,
    *,
    api_replica: str | None = None,
    cell_replica: str | None = None,
    options: EngineOptions | None = None,
) -> None:
    """Take the databases from plain values; close those open so far."""
    options = options or EngineOptions()
    _configure(Databases(api, api_replica, cell, cell_replica, options, options))
    urls.set_bases(database=cell, transport=None)


def _configure(databases: Databases, source: str = "") -> None:
    dispose()
    _state.databases = databases
    _state.source = source


def dispose() -> None:
    """Close every open engine; the next query opens its own again."""
    with _state.lock:
        opened, _state.engines = _state.engines, {}
    for _, engine in opened.values():
        engine.dispose()


def _forget_after_fork() -> None:
    """Leave the parent's connections and lock to the parent."""
    opened, _state.engines = _state.engines, {}
    _state.lock = threading.Lock()
    for _, engine in opened.values():
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_after_fork)


# Engines


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


def _create_scope_engine(url: str, options: EngineOptions) -> Engine:
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


def _engine(key: str, url: str, options: EngineOptions) -> Engine:
    """Return the engine kept for a database; another URL than last time opens a new one."""
    kept = _state.engines.get(key)
    if kept is not None and kept[0] == url:
        return kept[1]
    with _state.lock:
        kept = _state.engines.get(key)
        if kept is not None and kept[0] == url:
            return kept[1]
        engine = _create_scope_engine(url, options)
        _state.engines[key] = (url, engine)
    if kept is not None:
        kept[1].dispose()
    return engine


def dialect(context: RequestContext) -> str:
    """Return the name of the engine behind the api database: mysql, postgresql or sqlite."""
    key, url, options = _locate_api(context, False)
    return _engine(key, url, options).dialect.name


# Scopes


@dataclasses.dataclass(slots=True)
class _OpenScope:
    """A connection that queries on the same context and database share while it is open."""

    connection: Connection
    writes: bool


Locate = Callable[[RequestContext, bool], tuple[str, str, EngineOptions]]


class Scope:
    """One way into a database; decorates queries or opens a connection with :meth:`using`."""

    def __init__(self, locate: Locate, *, writes: bool, replica: bool = False) -> None:
        self._locate = locate
        self._writes = writes
        self._use_replica = replica

    @functools.cached_property
    def replica(self) -> "Scope":
        """The same reader on ``slave_connection``, where one is configured.

        Only the api database and the local cell have one; a cell never inherits it.
        """
        if self._writes:
            raise TypeError("a writer cannot use a replica")
        return Scope(self._locate, writes=False, replica=True)

    def __call__(
        self, query: Callable[Concatenate[Connection, P], R]
    ) -> Callable[Concatenate[RequestContext, P], R]:
        """Turn a query on a connection into one on a context."""

        @functools.wraps(query)
        def run(context: RequestContext, *args: P.args, **kwargs: P.kwargs) -> R:
            key, url, options = self._locate(context, self._use_replica)
            opened = self._opened(context, key)
            if opened is not None:
                return query(opened.connection, *args, **kwargs)
            try:
                return self._run(context, key, url, options, query, *args, **kwargs)
            except TRANSIENT_ERRORS as error:
                LOG.debug("Running %s again after a %s", query.__name__, type(error).__name__)
            again = _retrying(options)
            return cast("R", again(self._run, context, key, url, options, query, *args, **kwargs))

        return cast("Callable[Concatenate[RequestContext, P], R]", run)

    @contextlib.contextmanager
    def using(self, context: RequestContext) -> Iterator[Connection]:
        """Open the scope for a block of code; nothing is run again by itself."""
        key, url, options = self._locate(context, self._use_replica)
        opened = self._opened(context, key)
        if opened is not None:
            yield opened.connection
            return
        with self._open(context, key, url, options) as connection:
            yield connection

    def _opened(self, context: RequestContext, key: str) -> _OpenScope | None:
        opened: _OpenScope | None = context.open_scopes.get(key)
        if opened is not None and (opened.writes or not self._writes):
            return opened
        return None

    def _run(
        self,
        context: RequestContext,
        key: str,
        url: str,
        options: EngineOptions,
        query: Callable[..., R],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> R:
        with self._open(context, key, url, options) as connection:
            return query(connection, *args, **kwargs)

    @contextlib.contextmanager
    def _open(
        self, context: RequestContext, key: str, url: str, options: EngineOptions
    ) -> Iterator[Connection]:
        outer = context.open_scopes.get(key)
        with connect(_engine(key, url, options)) as connection:
            context.open_scopes[key] = _OpenScope(connection, self._writes)
            try:
                if self._writes:
                    with _transaction(connection):
                        yield connection
                else:
                    yield connection
            finally:
                if outer is None:
                    del context.open_scopes[key]
                else:
                    context.open_scopes[key] = outer


@contextlib.contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: Connection) -> None:
    """End the transaction, or the connection if that fails: it must not return to the pool."""
    if connection.invalidated:
        return
    try:
        connection.exec_driver_sql("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever it was, the connection is not fit for the pool
        connection.invalidate()


def _wait_for(options: EngineOptions) -> Callable[[tenacity.RetryCallState], float]:
    """Return the pause before the next try: short after a deadlock, as configured otherwise."""
    deadlock = tenacity.wait_random_exponential(multiplier=0.02, max=1.0)
    lost = tenacity.wait_random_exponential(
        multiplier=options.db_retry_interval, max=options.db_max_retry_interval
    )

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        return (deadlock if isinstance(error, db_exception.DBDeadlock) else lost)(state)

    return wait


def _retrying(options: EngineOptions) -> tenacity.Retrying:
    """Return how a query is tried again, after its first try met a transient error."""
    at_most = options.db_max_retries
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((*TRANSIENT_ERRORS, exception.DatabaseUnavailable)),
        wait=_wait_for(options),
        stop=tenacity.stop_never if at_most < 0 else tenacity.stop_after_attempt(max(1, at_most)),
        reraise=True,
    )


# Which database


def _locate_api(context: RequestContext, replica: bool) -> tuple[str, str, EngineOptions]:
    databases = _state.databases
    if databases.api is None:
        raise exception.ConfigurationError(reason=_missing("api_database"))
    if replica and databases.api_replica:
        return "api replica", databases.api_replica, databases.api_options
    return "api", databases.api, databases.api_options


def _locate_cell(context: RequestContext, replica: bool) -> tuple[str, str, EngineOptions]:
    databases = _state.databases
    target = context.cell_target
    if target is not None:
        return target.uuid, target.database_connection, databases.cell_options
    if databases.cell is None:
        raise exception.CellNotAimed
    if replica and databases.cell_replica:
        return "local cell replica", databases.cell_replica, databases.cell_options
    return "local cell", databases.cell, databases.cell_options


def _locate_spec(context: RequestContext, replica: bool) -> tuple[str, str, EngineOptions]:
    locate = _locate_api if context.cell_target is None else _locate_cell
    return locate(context, replica)


def _missing(group: str) -> str:
    message = f"No [{group}] connection is configured"
    return f"{message} (read: {_state.source})." if _state.source else f"{message}."


api_reader = Scope(_locate_api, writes=False)
api_writer = Scope(_locate_api, writes=True)
cell_reader = Scope(_locate_cell, writes=False)
cell_writer = Scope(_locate_cell, writes=True)
spec_reader = Scope(_locate_spec, writes=False)
spec_writer = Scope(_locate_spec, writes=True)

__all__ = [
    "CellTarget",
    "Databases",
    "EngineOptions",
    "Scope",
    "api_reader",
    "api_writer",
    "cell_reader",
    "cell_writer",
    "configure",
    "configure_urls",
    "create_engine",
    "dispose",
    "spec_reader",
    "spec_writer",
]
