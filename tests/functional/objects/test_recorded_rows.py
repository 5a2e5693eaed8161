# SPDX-License-Identifier: Apache-2.0
"""Every row of a real Nova loads as an object, and is what Nova wrote when it is saved back."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import testscenarios

from nova_api_db import objects
from nova_api_db.db import facade
from nova_api_db.db.cell import models as cell_models
from nova_api_db.objects import instance_loading
from tests import base, cloud

STATES = [
    (f"{name}, {moment}" if moment else name, {"cloud_name": name, "moment": moment})
    for name, moment in cloud.STATES
]

#: Columns that no object has: reserved ones.
UNREAD = {"internal_id", "vpmems"}


def parsed(text: str | None) -> Any:
    """Return stored JSON without the lists of changes: they tell of the time before the save."""
    return None if text is None else without_changes(json.loads(text))


def without_changes(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_changes(item)
            for key, item in value.items()
            if key != "nova_object.changes"
        }
    return [without_changes(item) for item in value] if isinstance(value, list) else value


class RecordedRowsTestCase(base.DatabaseTestCase):
    scenarios = testscenarios.multiply_scenarios(base.ENGINES, STATES)
    cloud_name: str
    moment: str | None

    def setUp(self) -> None:
        super().setUp()
        self.cloud = cloud.load(self.databases, self.cloud_name, self.moment)
        self.context.read_deleted = "yes"

    def column(self, value: Any) -> Any:
        """Return a recorded column's value as an object has it."""
        if isinstance(value, str) and value[:2] == "20" and value[10:11] == "T":
            time = datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.UTC)
            return time.replace(microsecond=0) if self.engine == "mysql" else time
        return value

    def assertColumns(self, row: Mapping[str, Any], obj: Any, *left_out: str) -> None:
        for name in row.keys() & obj.fields.keys() - set(left_out):
            if row[name] is None and not obj.fields[name].nullable:
                self.assertFalse(obj.obj_attr_is_set(name), name)
                continue
            expected = self.column(row[name])
            if name in ("deleted", "cleaned"):
                expected = bool(expected)
            found = getattr(obj, name)
            if expected is not None and type(found).__name__ == "IPAddress":
                found = str(found)
            self.assertEqual(expected, found, f"{obj.obj_name()}.{name}")


class TestInstances(RecordedRowsTestCase):
    def rows(self) -> list[tuple[str, Any, dict[str, Any]]]:
        return [
            (name, self.aim(self.cloud.cells[name]), row)
            for name, row in self.cloud.rows("instances")
        ]

    def stored(self, context: Any, model: Any) -> dict[str, dict[str, Any]]:
        table = model.__table__
        key = "uuid" if model is cell_models.Instance else "instance_uuid"
        with facade.cell_reader.using(context) as connection:
            return {row[key]: dict(row) for row in connection.execute(sa.select(table)).mappings()}

    def test_every_field_is_read(self) -> None:
        for name, target in self.cloud.cells.items():
            context = self.aim(target)
            recorded = {row["uuid"]: row for row in self.cloud.databases[name].get("instances", ())}
            attributes = [*instance_loading.EXTRA_COLUMNS, *instance_loading.LOADERS]
            servers = objects.InstanceList.get_all(context, attributes)
            self.assertEqual(recorded.keys(), {server.uuid for server in servers})
            for server in servers:
                self.assertColumns(recorded[server.uuid], server)
                for attribute in attributes:
                    self.assertTrue(server.obj_attr_is_set(attribute), attribute)
                    getattr(server, attribute)

    def test_an_untouched_server_is_left_alone(self) -> None:
        for _, context, row in self.rows()[:20]:
            server = objects.Instance.get_by_uuid(context, row["uuid"], ["flavor", "metadata"])
            server.save()
            self.assertEqual(set(), server.obj_what_changed())
        for name, target in self.cloud.cells.items():
            stored = self.stored(self.aim(target), cell_models.Instance)
            for row in self.cloud.databases[name].get("instances", ()):
                expected = self.column(row["updated_at"])
                updated_at = stored[row["uuid"]]["updated_at"]
                self.assertEqual(expected and expected.replace(tzinfo=None), updated_at)

    def test_documents_are_written_back_as_they_were(self) -> None:
        self.context.read_deleted = "no"
        extras = {
            (name, row["instance_uuid"]): row for name, row in self.cloud.rows("instance_extra")
        }
        compared = 0
        for name, context, row in self.rows()[:60]:
            if row["deleted"]:
                continue
            server = objects.Instance.get_by_uuid(context, row["uuid"])
            recorded = extras[name, row["uuid"]]
            for attribute in instance_loading.EXTRA_COLUMNS:
                if recorded[instance_loading.EXTRA_COLUMNS[attribute]] is not None:
                    value = getattr(server, attribute)
                    setattr(server, attribute, value)
            server.save()
            stored = self.stored(context, cell_models.InstanceExtra)[row["uuid"]]
            for column in set(instance_loading.EXTRA_COLUMNS.values()):
                self.assertEqual(parsed(recorded[column]), parsed(stored[column]), column)
                compared += recorded[column] is not None
        if self.cloud_name != "unscheduled":
            self.assertGreater(compared, 10)
