# SPDX-License-Identifier: Apache-2.0
"""Configuration: what it demands, and the one line that says what is wrong with it."""

import pathlib
import subprocess
import sys
import tempfile

import oslo_messaging
from oslo_config import cfg
from oslo_db import options

from nova_api_db import conf, exception
from nova_api_db.conf import cells
from tests import base

# The defaults of a machine that has a configuration of its own must not be read here.
NOWHERE = {"project": "nova-api-db-tests", "prog": "nova-api-db-tests"}


def _load(text, encoding="utf-8"):
    path = pathlib.Path(tempfile.mkdtemp(), "nova.conf")
    path.write_text(text, encoding=encoding)
    return conf.load(config_files=[str(path)]), str(path)


class LoadTest(base.TestCase):
    def test_both_databases_have_the_options_of_oslo_db(self):
        loaded, _ = _load(
            "[api_database]\nconnection = mysql+pymysql://u:p%40ss@h/nova_api?charset=utf8\n"
            "slave_connection = mysql+pymysql://r/nova_api\nmax_pool_size = 7\n"
            "[database]\nconnection = sqlite:///nova.sqlite\nmysql_sql_mode =\n"
        )
        self.assertEqual(
            "mysql+pymysql://u:p%40ss@h/nova_api?charset=utf8", loaded.api_database.connection
        )
        self.assertEqual("mysql+pymysql://r/nova_api", loaded.api_database.slave_connection)
        self.assertEqual((7, 5), (loaded.api_database.max_pool_size, loaded.database.max_pool_size))
        self.assertEqual("", loaded.database.mysql_sql_mode)
        for opt in options.database_opts:
            self.assertIn(opt.dest, loaded.api_database)
            self.assertIn(opt.dest, loaded.database)

    def test_defaults(self):
        loaded = conf.load(**NOWHERE)
        self.assertEqual((60.0, 32), (loaded.fan_out.deadline, loaded.fan_out.pool_size))
        self.assertIsNone(loaded.api_database.connection)
        self.assertEqual("rabbit://", loaded.transport_url)

    def test_only_a_child_of_cells_v1_is_a_child_cell(self):
        for text, is_child in {
            "": False,
            "enable = true": True,
            "enable = true\ncell_type = api": False,
            "cell_type = compute": False,
        }.items():
            loaded, _ = _load(f"[cells]\n{text}\n")
            self.assertEqual(is_child, cells.is_child_cell(loaded), text)

    def test_the_command_line_names_files(self):
        _, path = _load("[fan_out]\ndeadline = 2.5\n")
        loaded = conf.load(["--config-file", path], **NOWHERE)
        self.assertEqual(2.5, loaded.fan_out.deadline)
        self.assertEqual([path], conf.files_read(loaded))

    def test_oslo_messaging_registers_its_transport_url_before_or_after(self):
        loaded = conf.load(**NOWHERE)
        oslo_messaging.TransportURL.parse(loaded)
        other = cfg.ConfigOpts()
        other([])
        oslo_messaging.TransportURL.parse(other)
        conf.register_opts(other)
        self.assertEqual(60.0, other.fan_out.deadline)

    def test_every_option_tells_the_generator_of_the_sample_what_it_is(self):
        groups = [(str(group or "DEFAULT"), opts) for group, opts in conf.list_opts()]
        self.assertEqual(
            ["DEFAULT", "api_database", "database", "cells", "fan_out"],
            [name for name, _ in groups],
        )
        for _, opts in groups:
            for opt in opts:
                self.assertTrue(opt.help, opt.name)

    def test_importing_it_loads_no_database_and_no_bus(self):
        program = (
            "import sys, nova_api_db.conf as conf; conf.load();"
            "print([name for name in sys.modules if name in"
            " ('sqlalchemy', 'oslo_messaging', 'alembic', 'oslo_db.sqlalchemy')])"
        )
        output = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        )
        self.assertEqual("[]", output.stdout.strip())


class BadConfigurationTest(base.TestCase):
    scenarios = [
        (name, {"text": text, "words": words})
        for name, text, words in (
            ("number", "[database]\nmax_pool_size = many\n", "[database] max_pool_size"),
            ("too small", "[fan_out]\ndeadline = 0\n", "[fan_out] deadline"),
            ("choice", "[cells]\ncell_type = child\n", "[cells] cell_type"),
            ("dollar", "[database]\nconnection = mysql://u:pa$secret@h/n\n", "written $$"),
            ("section", "[database\nconnection = mysql://u:secret@h/n\n", ":1: Invalid section"),
            ("indented", "  connection = mysql://u:secret@h/n\n", ":1: Unexpected continuation"),
        )
    ]
    text: str
    words: str

    def test_it_is_said_in_one_line_with_the_place_and_without_a_password(self):
        error = self.assertRaises(exception.ConfigurationError, _load, self.text)
        line = str(error)
        self.assertIn(self.words, line)
        self.assertIn("nova.conf", line)
        self.assertNotIn("secret", line)
        self.assertNotIn("\n", line)


class MissingConfigurationTest(base.TestCase):
    def test_a_file_that_is_not_there_is_named(self):
        for arguments in (["--config-file", "/nonexistent/a"], ["--config-dir", "/nonexistent/a"]):
            error = self.assertRaises(exception.ConfigurationError, conf.load, arguments)
            self.assertIn("/nonexistent/a", str(error))

    def test_a_folder_is_no_file(self):
        folder = tempfile.mkdtemp()
        error = self.assertRaises(exception.ConfigurationError, conf.load, config_files=[folder])
        self.assertIn(folder, str(error))

    def test_text_in_another_encoding_is_refused(self):
        error = self.assertRaises(exception.ConfigurationError, _load, "[x]\na = \xff", "latin-1")
        self.assertIn("UTF-8", str(error))

    def test_a_missing_connection_names_the_option_and_the_files_read(self):
        loaded, path = _load("[database]\nconnection = sqlite://\n")
        self.assertEqual("sqlite://", conf.require_connection(loaded, "database"))
        error = self.assertRaises(
            exception.ConfigurationError, conf.require_connection, loaded, "api_database"
        )
        self.assertIn("[api_database] connection", str(error))
        self.assertIn(path, str(error))

    def test_without_any_file_it_says_where_it_looked(self):
        loaded = conf.load(**NOWHERE)
        error = self.assertRaises(
            exception.ConfigurationError, conf.require_connection, loaded, "api_database"
        )
        self.assertIn("/etc/nova-api-db-tests/nova-api-db-tests.conf", str(error))
