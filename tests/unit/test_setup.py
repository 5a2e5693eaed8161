# SPDX-License-Identifier: Apache-2.0
"""A service's configuration reaches what works by it."""

import pathlib

import fixtures

from nova_api_db import cells, conf, context
from nova_api_db.db import facade
from nova_api_db.servers import setup
from tests import base


class TestConfigure(base.TestCase):
    def test_databases_and_fan_out_are_as_configured(self) -> None:
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        settings = folder / "nova.conf"
        settings.write_text(
            f"[api_database]\nconnection = sqlite:///{folder}/api.sqlite\n"
            "[fan_out]\ndeadline = 7\npool_size = 3\n"
        )
        before = cells._pool.deadline, cells._pool.size
        self.addCleanup(cells.configure, deadline=before[0], pool_size=before[1])
        self.addCleanup(facade.configure_urls)
        setup.configure(conf.load(config_files=[str(settings)]))
        self.assertEqual((7, 3), (cells._pool.deadline, cells._pool.size))
        self.assertEqual("sqlite", facade.dialect(context.get_admin_context()))
