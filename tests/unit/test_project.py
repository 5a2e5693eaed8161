# SPDX-License-Identifier: Apache-2.0
"""What holds for the project as a whole: its entry points, and the size of its files."""

import importlib.metadata
import pathlib
import subprocess
import sys

import nova_api_db
from tests import base

PACKAGE = pathlib.Path(nova_api_db.__file__).parent
# Declarations (columns, fields, options) may run longer than code, but not without end.
LONGEST = 500


class ProjectTest(base.TestCase):
    def test_every_entry_point_names_something_that_exists(self) -> None:
        entry_points = importlib.metadata.distribution("nova-api-db").entry_points
        self.assertNotEqual(0, len(entry_points))
        for entry_point in entry_points:
            self.assertTrue(callable(entry_point.load()), entry_point)

    def test_no_source_file_is_long(self) -> None:
        lengths = {
            str(path.relative_to(PACKAGE)): len(path.read_text().splitlines())
            for path in PACKAGE.rglob("*.py")
        }
        self.assertEqual({}, {name: lines for name, lines in lengths.items() if lines > LONGEST})

    def test_no_revision_imports_the_project(self) -> None:
        revisions = list(PACKAGE.glob("migrations/*/versions/*.py"))
        self.assertNotEqual([], revisions)
        self.assertEqual([], [path for path in revisions if "nova_api_db" in path.read_text()])

    def test_importing_the_package_imports_nothing_else(self) -> None:
        program = (
            "import sys; old = set(sys.modules); import nova_api_db;"
            "print(*sorted(set(sys.modules) - old))"
        )
        shown = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, text=True
        )
        self.assertEqual("nova_api_db", shown.stdout.strip())
