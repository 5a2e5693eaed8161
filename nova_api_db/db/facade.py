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
  ``api_writer.alone`` and the like are for a query that changes with a single statement: that is
  a transaction by itself.
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
import threading
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import tenacity
from oslo_config import cfg
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection, Engine

from nova_api_db import exception, urls
from nova_api_db.context import CellTarget, RequestContext
from nova_api_db.db import engines
from nova_api_db.db.engines import EngineOptions, connect, create_engine
from nova_api_db.db.opening import Opening, OpenScope

LOG = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

#: What a server or the network may do to a transaction that another try can mend.
TRANSIENT_ERRORS = (db_exception.DBDeadlock, db_exception.DBConnectionError)


@dataclasses.dataclass(frozen=True, slots=True)
class Databases:
    """Where the databases are: URLs and options, as configured."""

    api: str | None = None
    api_replica: str | None = None
    cell: str | None = None
    cell_replica: str | None = None
    api_options: EngineOptions = dataclasses.field(default_factory=EngineOptions)
    cell_options: EngineOptions = dataclasses.field(default_factory=EngineOptions)


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


def _engine(key: str, url: str, options: EngineOptions) -> Engine:
    """Return the engine kept for a database; another URL than last time opens a new one."""
    kept = _state.engines.get(key)
    if kept is not None and kept[0] == url:
        return kept[1]
    with _state.lock:
        kept = _state.engines.get(key)
        if kept is not None and kept[0] == url:
            return kept[1]
        engine = engines.create_scope_engine(url, options)
        _state.engines[key] = (url, engine)
    if kept is not None:
        kept[1].dispose()
    return engine


def dialect(context: RequestContext) -> str:
    """Return the name of the engine behind the api database: mysql, postgresql or sqlite."""
    key, url, options = _locate_api(context, False)
    return _engine(key, url, options).dialect.name


# Scopes


Locate = Callable[[RequestContext, bool], tuple[str, str, EngineOptions]]


class Scope:
    """One way into a database; decorates queries or opens a connection with :meth:`using`."""

    def __init__(
        self, locate: Locate, *, writes: bool, replica: bool = False, alone: bool = False
    ) -> None:
        self._locate = locate
        self._writes = writes
        self._use_replica = replica
        self._in_transaction = writes and not alone

    @functools.cached_property
    def alone(self) -> "Scope":
        """The same writer for a query that changes with one statement: it needs no transaction.

        That saves BEGIN and COMMIT, so most of the round trips. The query may read besides. Inside
        an open writer it joins the transaction as any other.
        """
        if not self._writes:
            raise TypeError("a reader needs no transaction as it is")
        return Scope(self._locate, writes=True, alone=True)

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

    def _opened(self, context: RequestContext, key: str) -> OpenScope | None:
        opened: OpenScope | None = context.open_scopes.get(key)
        if opened is not None and (opened.in_transaction or not self._writes):
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

    def _open(self, context: RequestContext, key: str, url: str, options: EngineOptions) -> Opening:
        return Opening(context, key, connect(_engine(key, url, options)), self._in_transaction)


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
    "connect",
    "create_engine",
    "dispose",
    "spec_reader",
    "spec_writer",
]
