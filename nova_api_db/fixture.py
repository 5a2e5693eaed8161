# SPDX-License-Identifier: Apache-2.0
"""For the tests of whoever builds on this library: databases in a moment, a bus in the process.

Databases are files in a temporary folder unless the URL of a server is given::

    class MyTest(fixture.TestCase):
        USES_DB = True

        def test_something(self):
            cell = self.databases.add_cell("cell1")
            with context.target_cell(self.context, cell) as cell_context: ...

Without that class: ``self.useFixture(fixture.Databases())``, and ``fixture.Bus()`` for messages.
"""

import atexit
import contextlib
import dataclasses
import enum
import functools
import itertools
import os
import pathlib
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol

import fixtures
import sqlalchemy
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_messaging import conffixture
from oslo_messaging._drivers import impl_fake
from oslo_utils import uuidutils
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import MetaData

from nova_api_db import conf, context, rpc, urls
from nova_api_db.db import facade
from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models

#: The test's databases need not survive a power cut.
OPTIONS = facade.EngineOptions(sqlite_synchronous=False)


class Kind(enum.Enum):
    """Which tables a database has."""

    API = "api"
    CELL = "cell"

    @property
    def metadata(self) -> MetaData:
        """The tables and what else belongs to them."""
        base = api_models.Base if self is Kind.API else cell_models.Base
        return base.metadata


@contextlib.contextmanager
def _engine(url: str, **arguments: Any) -> Iterator[Engine]:
    engine = facade.create_engine(url, OPTIONS, **arguments)
    try:
        yield engine
    finally:
        engine.dispose()


class Source(Protocol):
    """Where databases come from."""

    def create(self, name: str) -> str:
        """Create a database without tables and return its URL."""

    def drop(self, url: str) -> None:
        """Remove a database."""

    def take(self, kind: Kind) -> str:
        """Return the URL of a database with all tables and no rows."""

    def give_back(self, kind: Kind, url: str) -> None:
        """Take a database back; nothing may be connected to it any more."""


class Files:
    """SQLite files in a folder; the tables are made once per process and copied."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def create(self, name: str) -> str:
        """Name a file; it comes into being with the first connection."""
        return f"sqlite:///{self.folder}/{name}_{next(self._numbers)}.sqlite"

    def drop(self, url: str) -> None:
        """Remove the file."""
        path = pathlib.Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    def take(self, kind: Kind) -> str:
        """Copy the file that has the tables."""
        url = self.create(kind.value)
        pathlib.Path(url.removeprefix("sqlite:///")).write_bytes(_template(kind))
        return url

    def give_back(self, kind: Kind, url: str) -> None:
        """Remove the file."""
        self.drop(url)


@functools.cache
def _template(kind: Kind) -> bytes:
    with fixtures.TempDir() as folder:
        path = pathlib.Path(folder.path, "template.sqlite")
        with _engine(f"sqlite:///{path}") as engine:
            kind.metadata.create_all(engine)
        return path.read_bytes()


class Server:
    """Databases on a MySQL or PostgreSQL server, named after this process.

    Those with tables are kept and emptied between uses, since making the tables takes a second; all
    are dropped when the process ends.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._free: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        self._created: dict[str, Engine] = {}
        self._numbers = itertools.count(1)
        self._process = os.getpid()
        atexit.register(self._drop_all)

    def create(self, name: str) -> str:
        """Create a database without tables."""
        name = f"nova_api_db_{os.getpid()}_{name}_{next(self._numbers)}"
        url = urls.with_database(self.url, name)
        with self._connect() as connection:
            mysql = connection.dialect.name == "mysql"
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            characters = " CHARACTER SET utf8mb3" if mysql else ""
            connection.exec_driver_sql(f"CREATE DATABASE {name}{characters}")
        # Kept: emptying a database takes a tenth of the time that connecting to it does.
        self._created[url] = facade.create_engine(url, OPTIONS, pool_pre_ping=True)
        return url

    def drop(self, url: str) -> None:
        """Remove a database."""
        engine = self._created.pop(url)
        engine.dispose()
        name = engine.url.database
        with self._connect() as connection:
            if connection.dialect.name == "mysql":
                _disconnect(connection, name)
            force = " WITH (FORCE)" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")

    def take(self, kind: Kind) -> str:
        """Return one that was given back, or a new one."""
        if self._free[kind]:
            return self._free[kind].pop()
        url = self.create(kind.value)
        kind.metadata.create_all(self._created[url])
        return url

    def give_back(self, kind: Kind, url: str) -> None:
        """Empty it and keep it."""
        _empty(self._created[url], kind.metadata)
        self._free[kind].append(url)

    @contextlib.contextmanager
    def _connect(self) -> Iterator[Connection]:
        name = "postgres" if self.url.startswith("postgresql") else ""
        url = urls.with_database(self.url, name)
        with (
            _engine(url, isolation_level="AUTOCOMMIT") as engine,
            facade.connect(engine) as connection,
        ):
            yield connection

    def _drop_all(self) -> None:
        if os.getpid() == self._process:
            for url in list(self._created):
                self.drop(url)


def _disconnect(connection: Connection, name: str | None) -> None:
    """End what is connected to a database on MySQL: an open transaction would block its removal."""
    query = "SELECT id FROM information_schema.processlist WHERE db = %s"
    for identifier in connection.exec_driver_sql(query, (name,)).scalars().all():
        with contextlib.suppress(db_exception.DBError):
            connection.exec_driver_sql(f"KILL {int(identifier)}")


def _empty(engine: Engine, metadata: MetaData) -> None:
    """Delete the rows of all tables, asking in one statement which have any."""
    with engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        names = {table.name: quote(table.name) for table in metadata.sorted_tables}
        filled = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted})"  # noqa: S608 - our names
            for name, quoted in names.items()
        )
        tables = connection.exec_driver_sql(filled).scalars().all()
        if tables:
            _ignore_foreign_keys(connection)
        for name in tables:
            connection.exec_driver_sql(f"DELETE FROM {names[name]}")  # noqa: S608 - our names


def _ignore_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "mysql":
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


@functools.cache
def _server(url: str, process: int) -> Server:
    return Server(url)


class Databases(fixtures.Fixture):
    """An api database, and cell databases as they are asked for; the facade is set to use them.

    :param server: URL of a MySQL or PostgreSQL server whose user may create databases; SQLite
        files in a temporary folder without one
    """

    api_url: str

    def __init__(self, server: str | None = None) -> None:
        super().__init__()
        self._server = server
        self._source: Source

    def _setUp(self) -> None:  # noqa: N802 - named by the library
        if self._server is None:
            self._source = Files(pathlib.Path(self.useFixture(fixtures.TempDir()).path))
        else:
            self._source = _server(self._server, os.getpid())
        self.api_url = self._take(Kind.API)
        facade.configure_urls(self.api_url, options=OPTIONS)
        self.addCleanup(facade.configure_urls)

    def _take(self, kind: Kind) -> str:
        url = self._source.take(kind)
        self.addCleanup(self._source.give_back, kind, url)
        # Runs before the above: a connection still open on it would be in the way.
        self.addCleanup(facade.dispose)
        return url

    def use_local_cell(self, url: str | None = None, **settings: Any) -> str:
        """Set the facade as ``[database] connection`` would, to a new cell's URL by default."""
        url = url or self.cell_database()
        facade.configure_urls(self.api_url, url, options=OPTIONS, **settings)
        return url

    def cell_database(self) -> str:
        """Return the URL of one more cell database, with all tables and no rows."""
        return self._take(Kind.CELL)

    def api_database(self) -> str:
        """Return the URL of one more api database, with all tables and no rows."""
        return self._take(Kind.API)

    def empty_database(self, name: str = "empty") -> str:
        """Return the URL of a database without tables."""
        url = self._source.create(name)
        self.addCleanup(self._source.drop, url)
        self.addCleanup(facade.dispose)
        return url

    def add_cell(
        self,
        name: str | None,
        *,
        uuid: str | None = None,
        database_connection: str | None = None,
        transport_url: str = "none:///",
        disabled: bool = False,
    ) -> context.CellTarget:
        """Map a cell, with a database of its own unless one is given; return where it is."""
        target = context.CellTarget(
            uuid=uuid or uuidutils.generate_uuid(),
            database_connection=database_connection or self.cell_database(),
            transport_url=transport_url,
        )
        values = {**dataclasses.asdict(target), "name": name, "disabled": disabled}
        with facade.api_writer.using(context.get_admin_context()) as connection:
            connection.execute(sqlalchemy.insert(api_models.CellMapping).values(values))
        return target


class Bus(fixtures.Fixture):
    """Message buses in this process: the configured one, and others by their URLs.

    ``fake://NAME/`` is a bus of its own for every NAME, so what is sent to the bus of one cell does
    not arrive on another. Afterwards no bus is configured and what nobody received is gone; a
    server that listens is stopped by whoever started it.

    :param timeout: seconds after which a call that nobody answers fails
    """

    #: The configured bus: that of a context which is not aimed at a cell.
    url = "fake://configured/"

    def __init__(self, timeout: int = 10) -> None:
        super().__init__()
        self._timeout = timeout

    def _setUp(self) -> None:  # noqa: N802 - named by the library
        settings = conf.load(config_files=[], config_dirs=[])
        self.useFixture(_SeparateBuses())
        self.addCleanup(self._configure, settings, "none:///")
        self._configure(settings, self.url)
        self.useFixture(conffixture.ConfFixture(settings)).response_timeout = self._timeout

    def _configure(self, settings: cfg.ConfigOpts, url: str) -> None:
        settings.set_override("transport_url", url)
        rpc.configure(settings)


class _SeparateBuses(fixtures.Fixture):
    """Give each URL its own exchange: the driver has one for the whole process otherwise."""

    def _setUp(self) -> None:  # noqa: N802 - named by the library
        original = impl_fake.FakeDriver.__init__

        def init(driver: Any, settings: Any, url: Any, *args: Any, **kwargs: Any) -> None:
            original(driver, settings, url, *args, **{**kwargs, "default_exchange": str(url)})

        self.useFixture(fixtures.MonkeyPatch(f"{impl_fake.__name__}.FakeDriver.__init__", init))


class TestCase(fixtures.TestWithFixtures):
    """A test that gets an api database without asking, if its class sets ``USES_DB``.

    Stands on unittest alone, and before another base class in front of that::

        class MyTest(fixture.TestCase, testtools.TestCase): ...
    """

    #: Whether each test has databases of its own. A query of a test that has none raises
    #: ConfigurationError.
    USES_DB: ClassVar[bool] = False
    #: URL of the server they are made on, as for :class:`Databases`.
    DB_SERVER: str | None = None

    #: Un-aimed, with administrator rights.
    context: context.RequestContext
    #: Where cells are added.
    databases: Databases

    def setUp(self) -> None:
        """Make the context and, where they are used, the databases."""
        super().setUp()
        self.context = context.get_admin_context()
        if self.USES_DB:
            self.databases = self.useFixture(Databases(self.DB_SERVER))
