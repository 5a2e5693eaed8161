# SPDX-License-Identifier: Apache-2.0
"""What may be a little old is read from the replica of the local cell, if the caller says so."""

from nova_api_db import objects
from nova_api_db.db.cell import models
from tests import base, builders

UUID = "aaaaaaaa-0000-4000-8000-000000000000"


class TestReplica(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        replica = self.databases.use_local_cell()
        self.fill()
        self.databases.use_local_cell(cell_replica=replica)

    def fill(self) -> None:
        builders.make_row(
            self.context,
            models.Service,
            host="host",
            binary="nova-compute",
            topic="compute",
            version=50,
        )
        builders.make_compute_node_row(self.context, service_id=1)
        builders.make_instance_row(self.context, uuid=UUID)
        builders.make_row(
            self.context, models.BlockDeviceMapping, instance_uuid=UUID, volume_id="volume"
        )

    def test_callers_that_ask_for_the_replica_read_from_it(self) -> None:
        ask = objects.Service.get_minimum_version
        self.assertEqual(0, ask(self.context, "nova-compute"))
        self.assertEqual(50, ask(self.context, "nova-compute", use_slave=True))
        for read in (
            lambda: objects.BlockDeviceMappingList.get_by_instance_uuid(
                self.context, UUID, use_slave=True
            ),
            lambda: objects.BlockDeviceMappingList.get_by_instance_uuids(
                self.context, [UUID], use_slave=True
            ),
            lambda: objects.BlockDeviceMappingList.get_by_volume(
                self.context, "volume", use_slave=True
            ),
            lambda: objects.ComputeNodeList.get_all_by_host(self.context, "host", use_slave=True),
            lambda: objects.ComputeNodeList._get_by_service(self.context, 1, use_slave=True),
        ):
            self.assertEqual(1, len(read()))
        self.assertEqual([], list(objects.ComputeNodeList.get_all(self.context)))
