# SPDX-License-Identifier: Apache-2.0
"""Fan-out over cells: every cell gets an answer in time, whatever one of them does."""

import os
import subprocess
import sys
import threading
import time

import sqlalchemy
from oslo_utils import uuidutils

from nova_api_db import cells, context, exception
from nova_api_db.cells import Answered, Failed, Silent
from nova_api_db.db import facade
from nova_api_db.db.cell import models
from tests import base


def _uuid(cell_context):
    return cell_context.cell_target.uuid


def _target(number):
    return context.CellTarget(f"{number:08d}-0000-4000-8000-000000000000", "sqlite://")


@facade.cell_writer
def _add_service(connection, host):
    connection.execute(
        sqlalchemy.insert(models.Service).values(
            uuid=uuidutils.generate_uuid(), host=host, binary="nova-compute", version=74
        )
    )


@facade.cell_reader
def _hosts(connection):
    return connection.execute(sqlalchemy.select(models.Service.host)).scalars().all()


class FanOutTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.context = context.get_admin_context()
        self.released = threading.Event()
        self.addCleanup(self._settle)
        cells.configure(deadline=10.0, pool_size=8)

    def _settle(self):
        """Let the hung threads of this test end, and put the defaults back."""
        self.released.set()
        for thread in threading.enumerate():
            if thread.name.startswith("cell "):
                thread.join()
        cells.configure(deadline=60.0, pool_size=32)

    def hang(self, cell_context):
        self.released.wait()

    def hang_if(self, cell_context, *uuids):
        if cell_context.cell_target.uuid in uuids:
            self.released.wait()
        return cell_context.cell_target.uuid


class ScatterTest(FanOutTestCase):
    def test_every_cell_answers_for_itself_in_the_order_given(self):
        targets = [_target(number) for number in (3, 1, 2, *range(4, 40))]
        answers = cells.scatter(self.context, targets, _uuid)
        self.assertEqual([(cell.uuid, Answered(cell.uuid)) for cell in targets], [*answers.items()])

    def test_no_cells_no_answers(self):
        self.assertEqual({}, cells.scatter(self.context, [], self.hang))

    def test_arguments_are_passed_on(self):
        answers = cells.scatter(self.context, [_target(1)], lambda _, a, b: (a, b), 1, "two")
        self.assertEqual([Answered((1, "two"))], [*answers.values()])

    def test_each_cell_has_its_own_copy_of_the_context(self):
        contexts = cells.scatter(
            self.context, map(_target, range(4)), lambda cell_context: cell_context
        )
        copies = [answer.value for answer in contexts.values() if isinstance(answer, Answered)]
        self.assertEqual(4, len({id(copy) for copy in copies}))
        self.assertEqual(list(contexts), [_uuid(copy) for copy in copies])
        self.assertIsNone(self.context.cell_target)
        for copy in copies:
            self.assertEqual(self.context.request_id, copy.request_id)

    def test_an_error_is_that_cells_answer(self):
        errors = [exception.InstanceNotFound(instance_id="x"), TypeError("bug"), SystemExit(3)]
        targets = [_target(number) for number in range(4)]
        by_uuid = dict(zip([target.uuid for target in targets], errors, strict=False))

        def fail(cell_context):
            error = by_uuid.get(cell_context.cell_target.uuid)
            if error is not None:
                raise error

        answers = cells.scatter(self.context, targets, fail)
        self.assertEqual(
            [*(Failed(error) for error in errors), Answered(None)], [*answers.values()]
        )
        # A mistake of ours is logged with where it was made, what can happen in one line.
        self.assertEqual(2, self.logs.output.count("Traceback"))
        self.assertIn(f"{targets[0].uuid} failed: InstanceNotFound: ", self.logs.output)

    def test_a_cell_that_hangs_is_silent_at_the_deadline(self):
        targets = [_target(number) for number in range(3)]
        start = time.monotonic()
        answers = cells.scatter(self.context, targets, self.hang_if, targets[1].uuid, deadline=0.3)
        self.assertLess(time.monotonic() - start, 2.0)
        self.assertEqual(
            [Answered(targets[0].uuid), Silent(), Answered(targets[2].uuid)], [*answers.values()]
        )

    def test_the_deadline_is_configured(self):
        cells.configure(deadline=0.1)
        answers = cells.scatter(self.context, [_target(1)], self.hang)
        self.assertEqual([Silent()], [*answers.values()])

    def test_an_answer_that_comes_too_late_is_thrown_away(self):
        answers = cells.scatter(self.context, [_target(1)], self.hang, deadline=0.1)
        self.released.set()
        self._settle()
        self.assertEqual([Silent()], [*answers.values()])


class PoolTest(FanOutTestCase):
    def test_no_more_calls_run_at_once_than_the_pool_has_places(self):
        cells.configure(pool_size=3)
        lock, running, most = threading.Lock(), 0, 0

        def work(cell_context):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1

        answers = cells.scatter(self.context, map(_target, range(10)), work)
        self.assertEqual([Answered(None)] * 10, [*answers.values()])
        self.assertEqual(3, most)

    def test_waiting_for_a_place_counts_against_the_deadline(self):
        cells.configure(pool_size=2)
        started = []

        def hang(cell_context):
            started.append(cell_context.cell_target.uuid)
            self.released.wait()

        answers = cells.scatter(self.context, map(_target, range(5)), hang, deadline=0.2)
        self.assertEqual([Silent()] * 5, [*answers.values()])
        self.released.set()
        time.sleep(0.1)
        self.assertEqual(2, len(started), "a call that nobody waits for was started")

    def test_what_hangs_does_not_keep_its_place(self):
        cells.configure(pool_size=2)
        for _ in range(6):
            cells.scatter(self.context, [_target(1)], self.hang, deadline=0.05)
        answers = cells.scatter(self.context, [_target(2), _target(3)], self.hang_if)
        self.assertEqual({Answered}, {type(answer) for answer in answers.values()})

    def test_one_cell_does_not_take_all_places_from_callers_at_the_same_time(self):
        cells.configure(pool_size=4)
        stuck = [
            threading.Thread(
                target=cells.scatter, args=(self.context, [_target(1)], self.hang), daemon=True
            )
            for _ in range(8)
        ]
        for thread in stuck:
            thread.start()
        time.sleep(0.1)
        answers = cells.scatter(self.context, [_target(2)], self.hang_if, deadline=5.0)
        self.assertEqual([Answered(_target(2).uuid)], [*answers.values()])

    def test_a_cell_that_hangs_again_and_again_is_silent_at_once(self):
        for _ in range(cells.HUNG_LIMIT):
            cells.scatter(self.context, [_target(1)], self.hang, deadline=0.3)
        start = time.monotonic()
        answers = cells.scatter(self.context, [_target(1), _target(2)], self.hang_if, deadline=5.0)
        self.assertLess(time.monotonic() - start, 0.25)
        self.assertEqual([Silent(), Answered(_target(2).uuid)], [*answers.values()])

    def test_after_a_pause_one_call_finds_out(self):
        for _ in range(cells.HUNG_LIMIT):
            cells.scatter(self.context, [_target(1)], self.hang, deadline=0.1)
        time.sleep(0.12)
        # It is still silent: the next pause is longer.
        cells.scatter(self.context, [_target(1)], self.hang, deadline=0.1)
        time.sleep(0.12)
        answers = cells.scatter(self.context, [_target(1)], self.hang_if, deadline=5.0)
        self.assertEqual([Silent()], [*answers.values()])
        time.sleep(0.12)
        # It is there: everybody may ask again, though the old calls still hang.
        for _ in range(2):
            answers = cells.scatter(self.context, [_target(1)], self.hang_if, deadline=5.0)
            self.assertEqual([Answered(_target(1).uuid)], [*answers.values()])

    def test_calls_that_come_back_end_the_silence(self):
        for _ in range(cells.HUNG_LIMIT):
            cells.scatter(self.context, [_target(1)], self.hang, deadline=0.05)
        self.released.set()
        self._settle()
        answers = cells.scatter(self.context, [_target(1)], self.hang_if)
        self.assertEqual([Answered(_target(1).uuid)], [*answers.values()])

    def test_the_process_ends_while_a_thread_hangs(self):
        program = (
            "import time; from nova_api_db import cells, context;"
            "cell = context.CellTarget('u', 'sqlite://');"
            "print(cells.scatter(context.get_admin_context(), [cell],"
            " lambda _: time.sleep(600), deadline=0.1))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=30
        )
        self.assertEqual("{'u': Silent()}", done.stdout.strip())

    def test_a_forked_process_starts_with_an_empty_pool(self):
        cells.configure(pool_size=2)
        for _ in range(cells.HUNG_LIMIT):
            cells.scatter(self.context, [_target(1)], self.hang, deadline=0.05)
        child = os.fork()
        if not child:
            answers = cells.scatter(self.context, [_target(1)], lambda _: 1, deadline=5.0)
            os._exit(0 if [*answers.values()] == [Answered(1)] else 1)
        self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


class CellsOnDatabasesTest(base.DatabaseTestCase):
    def test_every_cell_is_asked_in_its_own_database(self):
        targets = [self.make_cell(f"cell{number}") for number in range(4)]
        for number, cell in enumerate(targets):
            _add_service(self.aim(cell), f"host{number}")
        answers = cells.scatter(self.context, targets, _hosts)
        self.assertEqual(
            {cell.uuid: Answered([f"host{number}"]) for number, cell in enumerate(targets)},
            answers,
        )

    def test_a_cell_without_a_server_fails_alone(self):
        here = self.make_cell("here")
        url = "mysql+pymysql://u:secret@127.0.0.1:9/gone"
        gone = self.make_cell("gone", database_connection=url)
        answers = cells.scatter(self.context, [gone, here], _hosts)
        failed = answers[gone.uuid]
        self.assertIsInstance(failed, Failed)
        assert isinstance(failed, Failed)
        self.assertIsInstance(failed.error, exception.DatabaseUnavailable)
        self.assertNotIn("secret", str(failed.error))
        self.assertEqual(Answered([]), answers[here.uuid])
