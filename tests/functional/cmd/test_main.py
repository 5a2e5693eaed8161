# SPDX-License-Identifier: Apache-2.0
"""The program itself: help, how it ends, and commands that other packages bring."""

import io
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
import time

import fixtures

from nova_api_db.cmd.manage import exit_code, progress
from nova_api_db.migrations import lock, state
from tests import base as tests_base
from tests.functional.cmd import base

IMPORTS = """
import sys
from nova_api_db.cmd.manage import main
try:
    main.main(sys.argv[1:])
except SystemExit:
    pass
database = {"sqlalchemy", "alembic", "nova_api_db.db", "nova_api_db.objects", "cmd2"}
print(*(database & sys.modules.keys()), file=sys.stderr)
"""


def _imports(*words):
    command = [sys.executable, "-c", IMPORTS, *words]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return done.stdout, done.stderr.split()


class HelpTest(tests_base.TestCase):
    def test_help_imports_no_database_code(self):
        for words in (
            ["--help"],
            ["api_db", "--help"],
            ["api_db", "sync", "--help"],
            ["help", "db", "sync"],
        ):
            stdout, imported = _imports(*words)
            self.assertIn("sync", stdout)
            self.assertEqual([], imported, str(words))

    def test_help_of_every_command_has_an_example(self):
        ended = base.run("--help")
        self.assertEqual(0, ended.code)
        commands = [line for line in ended.stdout.splitlines() if "db " in line and "  " in line]
        self.assertNotEqual([], commands)
        for category in ("api_db", "db"):
            for verb in ("sync", "version", "check"):
                shown = base.run(category, verb, "--help").stdout
                self.assertIn(f"examples:\n  nova-manage {category} {verb}", shown)

    def test_the_version_is_printed(self):
        self.assertRegex(base.run("--version").stdout, r"^nova-manage \d+\.\d+")


class ExitCodeTest(tests_base.TestCase):
    def test_every_code_stands_in_the_documentation(self):
        page = pathlib.Path(__file__).parents[3] / "doc/source/cli/nova-manage.rst"
        documented = re.findall(r"^(\d+) ", page.read_text(), re.MULTILINE)
        self.assertEqual([int(code) for code in exit_code.ExitCode], [int(n) for n in documented])


class UsageTest(tests_base.TestCase):
    def test_what_is_no_command_ends_with_the_categories(self):
        for words in ([], ["nonsense"], ["api_db"], ["api_db", "nonsense"]):
            ended = base.run(*words)
            self.assertEqual((exit_code.ExitCode.USAGE, ""), (ended.code, ended.stdout), str(words))
            self.assertIn("nova-manage api_db", ended.stderr)

    def test_an_argument_that_is_not_understood_is_a_usage_error(self):
        self.assertEqual(exit_code.ExitCode.USAGE, base.run("api_db", "sync", "--nonsense").code)

    def test_what_follows_the_command_belongs_to_it(self):
        ended = base.run("api_db", "version", "--config-file", "/nonexistent")
        self.assertEqual(exit_code.ExitCode.USAGE, ended.code)


class EndTest(base.CommandTestCase):
    def test_no_configuration_is_one_line(self):
        ended = base.run(*self.configure(), "api_db", "version")
        self.assert_fails(exit_code.ExitCode.CONFIGURATION, "[api_database] connection", ended)

    def test_a_configuration_file_that_is_not_there_is_one_line(self):
        ended = base.run("--config-file", "/nonexistent.conf", "api_db", "version")
        self.assert_fails(exit_code.ExitCode.CONFIGURATION, "/nonexistent.conf", ended)

    def test_a_server_that_is_off_is_one_line_without_the_password(self):
        words = self.configure(api="mysql+pymysql://root:se%%40cret@127.0.0.1:1/nova_api")
        ended = base.run(*words, "api_db", "sync")
        self.assert_fails(exit_code.ExitCode.UNAVAILABLE, "root:****@127.0.0.1:1", ended)

    def test_debug_shows_where_an_error_came_from(self):
        words = self.configure(api="sqlite:////nonexistent/folder/file.sqlite")
        ended = base.run("--debug", *words, "api_db", "sync")
        self.assertEqual(exit_code.ExitCode.UNAVAILABLE, ended.code)
        self.assertIn("Traceback", ended.stderr)

    def test_a_defect_is_one_line_without_debug(self):
        ended = base.run(*self.configure(), "demo", "crash", PYTHONPATH=self.plugin())
        self.assert_fails(exit_code.ExitCode.CRASHED, "ZeroDivisionError", ended)

    def test_a_package_can_bring_commands(self):
        ended = base.run("demo", "hello", PYTHONPATH=self.plugin())
        self.assertEqual((0, "hello\n"), (ended.code, ended.stdout), ended.stderr)

    def test_an_interrupt_is_one_line(self):
        url = self.databases.empty_database()
        words = self.configure(api=url)
        with (
            state.connected(url, create=True) as connection,
            lock.held(connection, 0, print),
            subprocess.Popen(
                [*base.MANAGE, *words, "api_db", "sync"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            assert process.stderr is not None
            self.assertIn("waiting", process.stderr.readline())
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=30)
        self.assertEqual(("", "nova-manage: Interrupted\n"), (stdout, stderr))
        self.assertEqual(exit_code.ExitCode.INTERRUPTED, process.returncode)

    def test_output_that_nobody_reads_ends_it_quietly(self):
        words = self.configure(api=self.databases.empty_database())
        command = " ".join([*base.MANAGE, *words, "api_db", "sync", "--sql"])
        script = f"{command} | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, check=False, text=True)
        self.assertIn(done.returncode, (0, exit_code.ExitCode.BROKEN_PIPE))
        self.assertEqual("", done.stderr)

    def plugin(self):
        """Return a folder with a package that brings two commands."""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (folder / "demo.py").write_text(
            textwrap.dedent("""
                from nova_api_db.cmd.manage import command

                class Hello(command.Base):
                    def take_action(self, parsed_args):
                        self.say("hello")

                class Crash(command.Base):
                    def take_action(self, parsed_args):
                        1 / 0
            """)
        )
        metadata = folder / "demo-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(
            "[nova_api_db.manage]\ndemo.hello = demo:Hello\ndemo.crash = demo:Crash\n"
        )
        return str(folder)


class ProgressTest(tests_base.TestCase):
    def test_a_short_command_stays_silent(self):
        stream = io.StringIO()
        with progress.Progress(stream, silence=60) as report:
            report("first")
        self.assertEqual("", stream.getvalue())

    def test_a_long_one_says_where_it_is_and_what_comes(self):
        stream = io.StringIO()
        with progress.Progress(stream, silence=0.01) as report:
            report("first")
            report("second")
            while not stream.getvalue():
                time.sleep(0.01)
            report("third")
        self.assertEqual("second\nthird\n", stream.getvalue())
