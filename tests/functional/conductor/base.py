# SPDX-License-Identifier: Apache-2.0
"""Base of the tests whose objects' methods run in a conductor in the same process."""

import contextlib
from collections.abc import Iterable
from typing import Any

from nova_api_db import conf, exception, rpc
from nova_api_db.conductor import service
from nova_api_db.objects import primitives
from nova_api_db.objects.base import NovaObject
from nova_api_db.rpcapi import conductor
from tests import base


class ConductorTestCase(base.DatabaseTestCase):
    """A test with a cell's conductor on a bus in process; `install()` sends methods to it."""

    def setUp(self) -> None:
        super().setUp()
        self.databases.use_local_cell()
        configuration = conf.load(project="nova-api-db-tests", prog="nova-api-db-tests")
        configuration.set_override("transport_url", f"fake://{self.id()}/")
        rpc.configure(configuration)
        self.addCleanup(rpc.cleanup)
        server = service.start("conductor1")
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        self.addCleanup(conductor.uninstall)


def load(obj: NovaObject, names: Iterable[str]) -> None:
    """Read fields, so that they are loaded; some have nothing to be loaded from."""
    for name in names:
        with contextlib.suppress(exception.NovaApiDbError):
            getattr(obj, name)


def values(obj: NovaObject) -> Any:
    """Return the values of an object, without what is said of changes."""
    primitive = obj.obj_to_primitive()
    primitives.forget_changes(primitive)
    return primitive[primitives.DATA]
