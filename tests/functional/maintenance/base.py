# SPDX-License-Identifier: Apache-2.0
"""Cells with many instances, and what is mapped of them."""

import datetime
import sys
import uuid

import sqlalchemy as sa

from nova_api_db.db import facade
from nova_api_db.db.api import models
from nova_api_db.db.cell.models import Instance
from nova_api_db.objects.cell_mapping import CellMapping
from tests import base

OLDEST = datetime.datetime(2020, 1, 1)


class MaintenanceTestCase(base.DatabaseTestCase):
    """A test of operators' work; `self.cell` is a cell with a database of its own."""

    def setUp(self):
        super().setUp()
        self.cell = self.add_cell("cell1")

    def add_cell(self, name, **changes):
        """Map a cell and return it as an object."""
        target = self.make_cell(name, **changes)
        return CellMapping.get_by_uuid(self.context, target.uuid)

    def add_instances(self, count, cell=None, **changes):
        """Write instances, an hour from one to the next; return their uuids, the oldest first.

        A changed value that is a function is called with the number of the instance.
        """
        rows = [
            {
                "uuid": str(uuid.uuid4()),
                "created_at": OLDEST + datetime.timedelta(hours=number),
                "project_id": f"project{number % 3}",
                "user_id": f"user{number % 5}",
                "deleted": 0,
                "hidden": False,
                **{
                    name: value(number) if callable(value) else value
                    for name, value in changes.items()
                },
            }
            for number in range(count)
        ]
        with facade.cell_writer.using(self.aim(cell or self.cell)) as connection:
            connection.execute(sa.insert(Instance.__table__), rows)
        return [row["uuid"] for row in rows]

    def add_mapping(self, instance_uuid, **values):
        """Write an instance_mappings row."""
        values = {"project_id": "mapped", "queued_for_delete": False, **values}
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sa.insert(models.InstanceMapping).values(instance_uuid=instance_uuid, **values)
            )

    def add_build_request(self, instance_uuid):
        """Write a build_requests row."""
        with facade.api_writer.using(self.context) as connection:
            connection.execute(
                sa.insert(models.BuildRequest).values(instance_uuid=instance_uuid, project_id="p")
            )

    def rows(self, model=models.InstanceMapping):
        """Return the rows of a table of the api database."""
        query = sa.select(model.__table__).order_by(*model.__table__.primary_key)
        with facade.api_reader.using(self.context) as connection:
            return connection.execute(query).all()

    def mapped(self, cell=None):
        """Return the uuids that are mapped to a cell, in the order in which they were."""
        cell = cell or self.cell
        return [row.instance_uuid for row in self.rows() if row.cell_id == cell.id]


#: Maps a cell in small batches: python -c SCRIPT api-url cell-uuid batch-size; a line per batch.
SCRIPT = """
import sys
from nova_api_db import context, fixture
from nova_api_db.db import facade
from nova_api_db.maintenance import map_instances
from nova_api_db.objects.cell_mapping import CellMapping
facade.configure_urls(sys.argv[1], options=fixture.OPTIONS)
admin = context.get_admin_context()
totals = map_instances.map_instances(
    admin,
    CellMapping.get_by_uuid(admin, sys.argv[2]),
    batch_size=int(sys.argv[3]),
    on_progress=lambda totals, of: print(totals.seen, of, flush=True),
)
print(totals.mapped, totals.complete)
"""


def command(api_url, cell, batch_size):
    """Return the command line of a run in a process of its own."""
    return [sys.executable, "-c", SCRIPT, api_url, cell.uuid, str(batch_size)]
