# SPDX-License-Identifier: Apache-2.0
"""Faults of servers, in the cell's database."""

import datetime
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders


class TestInstanceFault(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.uuid = builders.make_instance_row(self.cell)["uuid"]

    def make_fault(self, message: str, uuid: str | None = None, **changes: Any) -> dict[str, Any]:
        values = {"instance_uuid": uuid or self.uuid, "code": 500, "message": message}
        return builders.make_row(self.cell, models.InstanceFault, **{**values, **changes})

    def test_created_fault_is_read_again(self) -> None:
        fault = objects.InstanceFault(
            self.cell, instance_uuid=self.uuid, code=500, message="no host", details=None, host="a"
        )
        fault.create()
        self.assertEqual(set(), fault.obj_what_changed())
        read = objects.InstanceFault.get_latest_for_instance(self.cell, self.uuid)
        assert read is not None
        self.assertEqual(
            (fault.id, 500, "no host", None, "a", False),
            (read.id, read.code, read.message, read.details, read.host, read.deleted),
        )
        self.assertEqual(datetime.UTC, read.created_at and read.created_at.tzinfo)

    def test_fault_cannot_be_created_twice(self) -> None:
        fault = objects.InstanceFault(self.cell, instance_uuid=self.uuid, code=500, message="x")
        fault.create()
        self.assertRaises(exception.ObjectActionError, fault.create)

    def test_latest_is_the_newest_that_is_not_deleted(self) -> None:
        self.make_fault("first")
        self.make_fault("second")
        self.make_fault("third", deleted=3)
        latest = objects.InstanceFault.get_latest_for_instance(self.cell, self.uuid)
        assert latest is not None
        self.assertEqual("second", latest.message)

    def test_latest_is_none_without_any(self) -> None:
        self.assertIsNone(objects.InstanceFault.get_latest_for_instance(self.cell, self.uuid))

    def test_lists_are_in_the_order_of_the_servers_newest_first(self) -> None:
        other = builders.make_instance_row(self.cell)["uuid"]
        for message, uuid in (("1", self.uuid), ("2", other), ("3", self.uuid), ("4", other)):
            self.make_fault(message, uuid)
        uuids = [other, self.uuid, "aaaaaaaa-0000-4000-8000-000000000000"]
        faults = objects.InstanceFaultList.get_by_instance_uuids(self.cell, uuids)
        self.assertEqual(["4", "2", "3", "1"], [fault.message for fault in faults])
        latest = objects.InstanceFaultList.get_latest_by_instance_uuids(self.cell, uuids)
        self.assertEqual(["4", "3"], [fault.message for fault in latest])

    def test_no_servers_have_no_faults(self) -> None:
        self.assertEqual([], list(objects.InstanceFaultList.get_by_instance_uuids(self.cell, [])))
