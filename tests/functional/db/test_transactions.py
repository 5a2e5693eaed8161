# SPDX-License-Identifier: Apache-2.0
"""Scopes that nest, threads, forked workers, and what is run again."""

import contextlib
import os
import threading
from concurrent import futures

from nova_api_db import context
from nova_api_db.db import engines, facade
from tests import base, builders, statements
from tests.functional.db import queries


class NestingTest(base.DatabaseTestCase):
    def test_a_reader_inside_a_writer_sees_what_it_wrote(self):
        with facade.api_writer.using(self.context):
            builders.make_cell_mapping(self.context, name="one")
            self.assertEqual(["one"], queries.list_cells(self.context))

    def test_a_writer_inside_a_writer_is_the_same_transaction(self):
        class Boom(Exception):
            pass

        def boot():
            with facade.api_writer.using(self.context):
                builders.make_cell_mapping(self.context)
                raise Boom

        self.assertRaises(Boom, boot)
        self.assertEqual([], queries.list_cells(self.context))

    def test_a_writer_inside_a_reader_is_a_transaction_of_its_own(self):
        with facade.api_reader.using(self.context) as connection:
            self.assertEqual([], queries.select_cells(connection))
            builders.make_cell_mapping(self.context, name="one")
            # A reader's statements each see what is there.
            self.assertEqual(["one"], queries.select_cells(connection))

    def test_api_and_cell_scopes_nest_on_one_context(self):
        aimed = self.aim(self.make_cell("one"))
        with facade.api_writer.using(aimed):
            builders.make_cell_mapping(aimed, name="two")
            with facade.cell_writer.using(aimed) as connection:
                queries.insert_service(connection, "host")
                self.assertEqual(["one", "two"], queries.list_cells(aimed))
            self.assertEqual(["host"], queries.list_hosts(aimed))
        self.assertEqual(["one", "two"], queries.list_cells(self.context))

    def test_a_copy_does_not_join_the_open_transaction(self):
        aimed = self.aim(self.make_cell("one"))
        with facade.cell_writer.using(aimed) as connection:
            queries.insert_service(connection, "host")
            self.assertEqual([], queries.list_hosts(context.aimed(aimed, aimed.cell_target)))
        self.assertEqual(["host"], queries.list_hosts(aimed))

    def test_a_failed_scope_leaves_the_context_as_it_was(self):
        with facade.api_reader.using(self.context):
            before = dict(self.context.open_scopes)

            @facade.api_writer
            def fail(connection):
                raise KeyError

            self.assertRaises(KeyError, fail, self.context)
            self.assertEqual(before, self.context.open_scopes)
        self.assertEqual({}, self.context.open_scopes)


class AloneTest(base.DatabaseTestCase):
    """A writer of one statement."""

    def test_it_sends_its_statement_and_nothing_else(self):
        sent = self.useFixture(statements.Statements()).sent
        rename_cells(self.context, "two")
        self.assertEqual(["UPDATE"], [statement.split()[0] for statement in sent])

    def test_it_is_undone_with_the_writer_that_it_is_in(self):
        builders.make_cell_mapping(self.context, name="one")
        with contextlib.suppress(ZeroDivisionError), facade.api_writer.using(self.context):
            rename_cells(self.context, "two")
            self.assertEqual(["two"], queries.list_cells(self.context))
            raise ZeroDivisionError
        self.assertEqual(["one"], queries.list_cells(self.context))

    def test_a_writer_inside_it_is_a_transaction_of_its_own(self):
        with facade.api_writer.alone.using(self.context):
            with contextlib.suppress(ZeroDivisionError), facade.api_writer.using(self.context):
                builders.make_cell_mapping(self.context, name="one")
                raise ZeroDivisionError
            self.assertEqual([], queries.list_cells(self.context))

    def test_a_reader_has_none(self):
        self.assertRaises(TypeError, getattr, facade.api_reader, "alone")


@facade.api_writer.alone
def rename_cells(connection, name):
    connection.exec_driver_sql(f"UPDATE cell_mappings SET name = '{name}'")


class ThreadTest(base.DatabaseTestCase):
    def test_threads_with_copies_of_one_context_do_not_meet(self):
        targets = [self.make_cell(f"cell{number}") for number in range(4)]
        for cell in targets:
            queries.add_service(self.aim(cell), cell.uuid)
        wrong: list[tuple[str, list[str]]] = []
        start = threading.Barrier(8)

        def work(first):
            start.wait()
            for turn in range(30):
                cell = targets[(first + turn) % 4]
                with context.target_cell(self.context, cell) as cell_context:
                    found = queries.list_hosts(cell_context)
                    if found != [cell.uuid] or queries.list_cells(cell_context) != self.names:
                        wrong.append((cell.uuid, found))

        self.names = [f"cell{number}" for number in range(4)]
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], wrong)
        self.assertEqual({}, self.context.open_scopes)
        self.assertEqual(5, len(facade._state.engines), "an engine was made twice")

    def test_a_transaction_is_seen_by_no_other_thread(self):
        aimed = self.aim(self.make_cell())
        seen = []
        with facade.cell_writer.using(aimed) as connection:
            queries.insert_service(connection, "host")
            thread = threading.Thread(
                target=lambda: seen.append(
                    queries.list_hosts(context.aimed(aimed, aimed.cell_target))
                )
            )
            thread.start()
            thread.join()
        self.assertEqual([[]], seen)


class ForkTest(base.DatabaseTestCase):
    def _in_child(self, function):
        """Run a function in a forked worker; its exit code is 0 when it returned true."""
        child = os.fork()
        if not child:
            code = 1
            try:
                code = 0 if function() else 2
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_a_worker_has_connections_of_its_own(self):
        cell = self.make_cell()
        queries.add_service(self.aim(cell), "host")
        before = queries.get_connection(self.aim(cell))
        # Kept, so that no other engine can have its id.
        engine = facade._state.engines[cell.uuid][1]

        def work():
            return queries.get_connection(self.aim(cell))[0] != id(engine) and queries.list_hosts(
                self.aim(cell)
            )

        self.assertEqual([0] * 3, [self._in_child(work) for _ in range(3)])
        # What the workers closed at their end was not the parent's.
        self.assertEqual(before, queries.get_connection(self.aim(cell)))
        self.assertEqual(["host"], queries.list_hosts(self.aim(cell)))

    def test_a_worker_does_not_inherit_a_held_lock(self):
        cell = self.make_cell()
        with facade._state.lock:
            self.assertEqual(0, self._in_child(lambda: queries.list_hosts(self.aim(cell)) == []))

    def test_a_worker_does_not_end_a_transaction_of_its_parent(self):
        cell = self.make_cell()
        with facade.cell_writer.using(self.aim(cell)) as connection:
            queries.insert_service(connection, "host")
            self.assertEqual(0, self._in_child(lambda: queries.list_hosts(self.aim(cell)) == []))
        self.assertEqual(["host"], queries.list_hosts(self.aim(cell)))


class TransactionTest(base.DatabaseTestCase):
    @base.only_on("mysql", "postgresql")  # a file has no connection to lose
    def test_the_outermost_writer_is_run_again_after_a_lost_connection(self):
        aimed = self.aim(self.make_cell())
        tries: list[None] = []

        @facade.cell_writer
        def add(connection):
            tries.append(None)
            queries.insert_service(connection, "host")
            if len(tries) == 1:
                connection.connection.dbapi_connection.close()
            queries.insert_service(connection, "host2")

        add(aimed)
        self.assertEqual(2, len(tries))
        self.assertEqual(["host", "host2"], queries.list_hosts(aimed))

    @base.only_on("mysql", "postgresql")  # a file has no connection to lose
    def test_a_connection_that_the_server_closed_while_idle_is_replaced(self):
        self.patch(engines, "IDLE_BEFORE_PING", 0.0)
        aimed = self.aim(self.make_cell())
        kill = {
            "mysql": "SELECT CONNECTION_ID()",
            "postgresql": "SELECT pg_backend_pid()",
        }[self.engine]

        @facade.cell_reader
        def get_id(connection):
            return connection.exec_driver_sql(kill).scalar()

        number = get_id(aimed)
        engine = facade.create_engine(self.api_url)
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"KILL {number}"
                if self.engine == "mysql"
                else f"SELECT pg_terminate_backend({number})"
            )
        with facade.cell_writer.using(aimed) as connection:
            queries.insert_service(connection, "host")
        self.assertEqual(["host"], queries.list_hosts(aimed))

    @base.only_on("mysql", "postgresql")  # a file has one writer at a time
    def test_two_writers_that_lock_each_other_out_both_end(self):
        aimed = self.aim(self.make_cell())
        queries.add_service(aimed, "a")
        queries.add_service(aimed, "b")
        both = threading.Barrier(2, timeout=10)
        tries: list[str] = []

        @facade.cell_writer
        def report(connection, first, second):
            tries.append(first)
            together = len(tries) <= 2
            queries.count_report(connection, first)
            if together:
                both.wait()
            queries.count_report(connection, second)

        with futures.ThreadPoolExecutor() as threads:
            copies = [context.aimed(aimed, aimed.cell_target) for _ in range(2)]
            ended = [
                threads.submit(report, copies[0], "a", "b"),
                threads.submit(report, copies[1], "b", "a"),
            ]
        for future in ended:
            future.result()
        self.assertEqual(3, len(tries))
        self.assertEqual([2, 2], queries.list_report_counts(aimed))
