# SPDX-License-Identifier: Apache-2.0
"""Which database a query uses, and which connection: engines, nesting, forks, threads."""

import pathlib
import tempfile

import sqlalchemy

from nova_api_db import conf, context, exception, urls
from nova_api_db.db import facade
from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models
from tests import base, builders
from tests.functional.db import queries


def _open_pool(key):
    pool = facade._state.engines[key][1].pool
    assert isinstance(pool, sqlalchemy.QueuePool)
    return pool


class AimTest(base.DatabaseTestCase):
    def test_each_aim_reaches_its_own_cell(self):
        one, two = self.make_cell("one"), self.make_cell("two")
        queries.add_service(self.aim(one), "host-one")
        queries.add_service(self.aim(two), "host-two")
        self.assertEqual(["host-one"], queries.list_hosts(self.aim(one)))
        self.assertEqual(["host-two"], queries.list_hosts(self.aim(two)))

    def test_aiming_twice_leaves_nothing_of_the_first_cell(self):
        one, two = self.make_cell("one"), self.make_cell("two")
        queries.add_service(self.aim(one), "host-one")
        with context.target_cell(self.context, one) as first:
            queries.list_hosts(first)
            with context.target_cell(first, two) as second:
                self.assertEqual([], queries.list_hosts(second))
                queries.add_service(second, "host-two")
                self.assertEqual(["host-one"], queries.list_hosts(first))
            with context.target_cell(first, None) as none:
                self.assertIsNone(none.cell_target)
                self.assertRaises(exception.CellNotAimed, queries.list_hosts, none)
        self.assertIsNone(self.context.cell_target)

    def test_aiming_inside_an_open_scope_opens_the_other_cell(self):
        one, two = self.make_cell("one"), self.make_cell("two")
        with facade.cell_writer.using(self.aim(one)) as connection:
            queries.insert_service(connection, "host-one")
            self.assertEqual([], queries.list_hosts(self.aim(two)))

    def test_an_unaimed_cell_query_raises_where_no_cell_is_configured(self):
        error = self.assertRaises(exception.CellNotAimed, queries.list_hosts, self.context)
        self.assertIn("[database] connection", str(error))
        self.assertRaises(exception.CellNotAimed, queries.add_service, self.context, "host")

    def test_an_unaimed_cell_query_goes_to_the_configured_cell(self):
        other = self.make_cell("other")
        self.databases.use_local_cell()
        queries.add_service(self.context, "local")
        self.assertEqual(["local"], queries.list_hosts(self.context))
        self.assertEqual([], queries.list_hosts(self.aim(other)))

    def test_an_api_query_goes_to_the_api_database_wherever_the_context_is_aimed(self):
        cell = self.make_cell("one")
        self.assertEqual(["one"], queries.list_cells(self.aim(cell)))

    def test_a_request_spec_is_in_the_database_of_the_aim(self):
        cell = self.make_cell()
        self.assertEqual(set(api_models.Base.metadata.tables), queries.get_tables(self.context))
        self.assertEqual(set(cell_models.Base.metadata.tables), queries.get_tables(self.aim(cell)))

    def test_nothing_configured_is_said_in_one_line(self):
        facade.configure_urls()
        error = self.assertRaises(exception.ConfigurationError, queries.list_cells, self.context)
        self.assertIn("[api_database] connection", str(error))


class EngineTest(base.DatabaseTestCase):
    def test_a_cell_is_connected_to_once(self):
        cell = self.make_cell()
        found = {queries.get_connection(self.aim(cell)) for _ in range(20)}
        self.assertEqual(1, len(found), str(found))

    def test_two_cells_with_one_database_have_an_engine_each(self):
        one = self.make_cell("one")
        two = self.make_cell("two", database_connection=one.database_connection)
        self.assertNotEqual(
            queries.get_connection(self.aim(one))[0], queries.get_connection(self.aim(two))[0]
        )

    def test_a_changed_url_is_noticed_at_the_next_aim(self):
        cell = self.make_cell()
        queries.add_service(self.aim(cell), "before")
        pool = _open_pool(cell.uuid)
        moved = context.CellTarget(cell.uuid, self.databases.cell_database())
        self.assertEqual([], queries.list_hosts(self.aim(moved)))
        self.assertEqual(["before"], queries.list_hosts(self.aim(cell)))
        self.assertEqual(0, pool.checkedin(), "the old engine kept its connections")

    def test_a_wrong_password_is_said_without_it_and_a_right_one_is_used_at_once(self):
        cell = self.make_cell()
        if self.engine != "mysql":
            # This PostgreSQL trusts every password; a database that is not there does as well.
            wrong = urls.with_database(cell.database_connection, "no/such/place")
        else:
            name = cell.database_connection.rpartition("/")[2]
            wrong = f"mysql+pymysql://nobody:s%40cret@127.0.0.1/{name}"
        aimed = self.aim(context.CellTarget(cell.uuid, wrong))
        error = self.assertRaises(exception.DatabaseUnavailable, queries.list_hosts, aimed)
        self.assertNotIn("cret", str(error))
        self.assertNotIn("\n", str(error))
        self.assertEqual([], queries.list_hosts(self.aim(cell)))

    def test_a_new_configuration_closes_what_was_open(self):
        queries.list_cells(self.context)
        pool = _open_pool("api")
        facade.configure_urls(self.databases.api_database())
        self.assertEqual(0, pool.checkedin())
        self.assertEqual([], queries.list_cells(self.context))


class ConfigureTest(base.DatabaseTestCase):
    def configure(self, text):
        path = pathlib.Path(tempfile.mkdtemp(), "nova.conf")
        path.write_text(text)
        facade.configure(conf.load(config_files=[str(path)]))
        return str(path)

    def test_both_databases_are_read_from_their_groups(self):
        builders.make_cell_mapping(self.context, name="one")
        cell = self.databases.cell_database()
        self.configure(
            f"[api_database]\nconnection = {self.api_url}\nmax_pool_size = 3\n"
            f"[database]\nconnection = {cell}\n"
        )
        self.assertEqual(["one"], queries.list_cells(self.context))
        self.assertEqual([], queries.list_hosts(self.context))
        self.assertEqual((3, 5), (_open_pool("api").size(), _open_pool("local cell").size()))

    def test_templates_of_cells_are_filled_from_the_configuration(self):
        cell = self.databases.cell_database()
        self.configure(f"[DEFAULT]\ntransport_url = fake://h/\n[database]\nconnection = {cell}\n")
        self.assertEqual(cell.partition(":")[0], urls.expand_database("{scheme}"))
        self.assertEqual("fake://h", urls.expand_transport("{scheme}://{hostname1}"))

    def test_a_missing_connection_names_the_option_and_the_file(self):
        path = self.configure("[database]\nconnection = sqlite://\n")
        error = self.assertRaises(exception.ConfigurationError, queries.list_cells, self.context)
        self.assertIn("[api_database] connection", str(error))
        self.assertIn(path, str(error))

    @base.only_on("postgresql")
    def test_the_driver_of_postgresql_need_not_be_named(self):
        self.configure(f"[api_database]\nconnection = {self.api_url.replace('+psycopg2', '')}\n")
        self.assertEqual([], queries.list_cells(self.context))

    @base.only_on("mysql")  # a parameter of PyMySQL
    def test_parameters_are_added_to_the_url(self):
        self.configure(
            f"[api_database]\nconnection = {self.api_url}?charset=utf8\n"
            "connection_parameters = program_name=told\nmysql_sql_mode = ANSI\n"
        )
        with facade.api_reader.using(self.context) as connection:
            mode = connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar()
            self.assertIn("ANSI_QUOTES", str(mode))
            self.assertIn("program_name=told", str(connection.engine.url))


class ReplicaTest(base.DatabaseTestCase):
    """The replica is another database here, so that it can be told from the first."""

    def setUp(self):
        super().setUp()
        self.cell = self.make_cell("cell")
        self.replica = self.databases.cell_database()
        queries.add_service(self.aim(context.CellTarget("replica", self.replica)), "replica")
        self.databases.use_local_cell(
            api_replica=self.databases.api_database(), cell_replica=self.replica
        )

    def test_a_reader_uses_it_only_when_asked_to(self):
        self.assertEqual([], queries.list_hosts(self.context))
        self.assertEqual(["replica"], queries.list_hosts_on_replica(self.context))
        self.assertEqual(["cell"], queries.list_cells(self.context))
        self.assertEqual([], queries.list_cells_on_replica(self.context))

    def test_a_cell_does_not_inherit_it(self):
        self.assertEqual([], queries.list_hosts_on_replica(self.aim(self.cell)))

    def test_a_writer_never_uses_it(self):
        queries.add_service(self.context, "written")
        self.assertEqual(["written"], queries.list_hosts(self.context))
        self.assertEqual(["replica"], queries.list_hosts_on_replica(self.context))
        self.assertRaises(TypeError, lambda: facade.cell_writer.replica)

    def test_inside_a_writer_it_is_not_used(self):
        with facade.cell_writer.using(self.context) as connection:
            queries.insert_service(connection, "written")
            self.assertEqual(["written"], queries.list_hosts(self.context))
