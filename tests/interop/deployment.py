# SPDX-License-Identifier: Apache-2.0
"""An api database and a cell on MariaDB with a Nova process at work on them.

Making the tables and starting Nova takes seconds, so both are kept for the tests of this process,
and the tables emptied between them.
"""

import atexit
import dataclasses
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import sqlalchemy as sa

from nova_api_db import conf, context, fixture, objects
from nova_api_db.db import facade
from nova_api_db.migrations import runner
from nova_api_db.migrations.database import Database
from nova_api_db.objects.base import NovaObject
from tests import base
from tests.interop import nova_side

NOVA_PYTHON = os.environ.get("TEST_NOVA_PYTHON", "")

#: The folder for temporary files that outlive a test; those of a test are in one of its own.
ROOT = tempfile.gettempdir()

#: What the versions of the tables are kept in; not to be emptied.
VERSION_TABLES = {"alembic_version", "shadow_alembic_version", "nova_api_db_version"}

#: Never connected to: nothing here sends a message.
BUS = "rabbit://nova:secret@192.0.2.1:5672/nova"

CONFIG = f"""\
[DEFAULT]
transport_url = {BUS}
[api_database]
connection = {{api}}
[database]
connection = {{cell}}
"""

OUR_MANAGE = (sys.executable, "-m", "nova_api_db.cmd.manage.main")


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def environment() -> dict[str, str]:
    """Return the environment of Nova's processes, where a warning is not an error."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}


def nova_manage() -> tuple[str, ...]:
    """Return the command line of Nova's own nova-manage."""
    return (str(pathlib.Path(NOVA_PYTHON).parent / "nova-manage"),)


def run(command: tuple[str, ...], config: pathlib.Path, *words: str) -> Ended:
    """Run a command line on the databases of a configuration file, to its end."""
    done = subprocess.run(
        [*command, "--config-file", str(config), *words],
        capture_output=True,
        check=False,
        env=environment() if command == nova_manage() else None,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Nova:
    """A Nova process that does steps with its objects."""

    def __init__(self, config: pathlib.Path, *program: str) -> None:
        self._said = tempfile.TemporaryFile("w+", dir=ROOT)  # noqa: SIM115
        self._process = subprocess.Popen(
            [NOVA_PYTHON, "-P", *(program or [nova_side.__file__]), str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environment(),
            text=True,
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._said.seek(0)
            raise RuntimeError(f"Nova's process ended: {self._said.read()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()
        self._said.close()


class Ours:
    """This process, doing the same steps with this project's objects."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request."""
        request = json.loads(json.dumps(request))
        made = context.RequestContext(is_admin=True, **request["context"])
        text = json.dumps(nova_side.answer(objects, NovaObject, made, request))
        answer: dict[str, Any] = json.loads(text)
        return answer


class Deployment:
    """Databases whose tables one of the two made."""

    def __init__(self, made_by: str) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=ROOT)
        self.api_url = _server().create(f"{made_by}_api")
        self.cell_url = _server().create(f"{made_by}_cell")
        self.config = pathlib.Path(self._folder.name, "nova.conf")
        self.config.write_text(CONFIG.format(api=self.api_url, cell=self.cell_url))
        make = {"nova": make_nova_tables, "ours": make_our_tables}[made_by]
        make(self.config, self.api_url, self.cell_url)
        self.nova = Nova(self.config)
        self._engines = [facade.create_engine(url) for url in (self.api_url, self.cell_url)]
        with self._engines[1].begin() as connection:
            # So that the id of a server is not by chance that of another row of it.
            connection.exec_driver_sql("ALTER TABLE instances AUTO_INCREMENT = 1000")
        atexit.register(self._close)

    def snapshot(self) -> list[tuple[Any, ...]]:
        """Return what the databases hold: every table, its statement and its rows."""
        found: list[tuple[Any, ...]] = []
        for engine in self._engines:
            with engine.connect() as connection:
                for name in sa.inspect(connection).get_table_names():
                    statement = connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").all()
                    rows = connection.exec_driver_sql(f"SELECT * FROM `{name}`").all()
                    found.append((name, statement, rows))
        return found

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table of the api database."""
        with self._engines[0].connect() as connection:
            rows = connection.exec_driver_sql(f"SELECT * FROM `{table}`").mappings()
            return [dict(row) for row in rows]

    def configure(self) -> None:
        """Let this process work on the databases."""
        facade.configure(conf.load(config_files=[str(self.config)]))

    def empty(self) -> None:
        """Delete all rows."""
        for engine in self._engines:
            with engine.begin() as connection:
                connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
                for name in _filled(connection):
                    connection.exec_driver_sql(f"DELETE FROM {name}")

    def _close(self) -> None:
        self.nova.close()
        for engine in self._engines:
            engine.dispose()
        self._folder.cleanup()


def _filled(connection: sa.Connection) -> list[str]:
    names = set(sa.inspect(connection).get_table_names()) - VERSION_TABLES
    ask = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM `{name}`)" for name in sorted(names)
    )
    return [f"`{name}`" for name in connection.exec_driver_sql(ask).scalars()]


@functools.cache
def _server() -> fixture.Server:
    url = base.SERVERS["mysql"]
    assert url
    return fixture.Server(url)


@functools.cache
def get(made_by: str) -> Deployment:
    """Return the databases whose tables one of the two made."""
    return Deployment(made_by)


def make_nova_tables(config: pathlib.Path, api_url: str, cell_url: str) -> None:
    """Let Nova make the tables."""
    for words in (("api_db", "sync"), ("db", "sync", "--local_cell")):
        ended = run(nova_manage(), config, *words)
        if ended.code:
            raise RuntimeError(f"nova-manage {' '.join(words)} failed: {ended.stderr}")


def make_our_tables(config: pathlib.Path, api_url: str, cell_url: str) -> None:
    """Let this project make the tables."""
    runner.upgrade(Database.API, api_url)
    runner.upgrade(Database.CELL, cell_url)
