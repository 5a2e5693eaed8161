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
from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models
from nova_api_db.db.cell.instance import FLAGS
from nova_api_db.objects import instance_loading, instance_storage
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
                self.assertEqual(name in FLAGS, obj.obj_attr_is_set(name), name)
                continue
            expected = self.column(row[name])
            if name in FLAGS:
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
            attributes = list(instance_loading.LOADERS)
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
            for attribute in instance_storage.EXTRA_COLUMNS:
                if recorded[instance_storage.EXTRA_COLUMNS[attribute]] is not None:
                    value = getattr(server, attribute)
                    setattr(server, attribute, value)
            server.save()
            stored = self.stored(context, cell_models.InstanceExtra)[row["uuid"]]
            for column in set(instance_storage.EXTRA_COLUMNS.values()):
                self.assertEqual(parsed(recorded[column]), parsed(stored[column]), column)
                compared += recorded[column] is not None
        if self.cloud_name != "unscheduled":
            self.assertGreater(compared, 10)


class TestRequestSpecs(RecordedRowsTestCase):
    #: Keys that a save leaves out: they are null or empty once the request is over.
    GONE = {"requested_destination", "requested_resources"}

    def test_every_spec_is_written_back_as_it_was(self) -> None:
        rows = [row for _, row in self.cloud.rows("request_specs")]
        for row in rows:
            spec = objects.RequestSpec.get_by_instance_uuid(self.context, row["instance_uuid"])
            for name in ("flavor", "image", "limits", "project_id"):
                self.assertTrue(spec.obj_attr_is_set(name), name)
            spec.save()
        with facade.api_reader.using(self.context) as connection:
            table = api_models.RequestSpec.__table__
            found = connection.execute(sa.select(table.c.instance_uuid, table.c.spec))
            stored = {row.instance_uuid: row.spec for row in found}
        self.assertEqual(len(rows), len(stored))
        for row in rows:
            recorded = parsed(row["spec"])["nova_object.data"]
            expected = {key: item for key, item in recorded.items() if key not in self.GONE}
            found = parsed(stored[row["instance_uuid"]])["nova_object.data"]
            self.assertEqual({**expected, "id": row["id"]}, found)

    def test_one_statement_reads_them_all(self) -> None:
        uuids = [row["instance_uuid"] for _, row in self.cloud.rows("request_specs")]
        specs = objects.RequestSpec.get_by_instance_uuids(self.context, uuids)
        self.assertCountEqual(uuids, [spec.instance_uuid for spec in specs])


class TestBuildRequests(RecordedRowsTestCase):
    def test_every_build_request_is_written_back_as_it_was(self) -> None:
        rows = {row["instance_uuid"]: row for _, row in self.cloud.rows("build_requests")}
        for request in objects.BuildRequestList.get_all(self.context):
            self.assertColumns(
                rows[request.instance_uuid], request, "instance", "block_device_mappings", "tags"
            )
            request.instance = request.instance
            request.block_device_mappings = request.block_device_mappings
            request.tags = request.tags
            request.save()
        with facade.api_reader.using(self.context) as connection:
            stored = list(
                connection.execute(sa.select(api_models.BuildRequest.__table__)).mappings()
            )
        self.assertEqual(len(rows), len(stored))
        for row in stored:
            recorded = rows[row["instance_uuid"]]
            for column in ("block_device_mappings", "tags"):
                self.assertEqual(parsed(recorded[column]), parsed(row[column]))
            before = parsed(recorded["instance"])["nova_object.data"]
            after = parsed(row["instance"])["nova_object.data"]
            # What a load adds to the server: that it is in no cell yet, its tags and its times.
            before.pop("tags", None)
            for name in ("created_at", "updated_at"):
                before.pop(name, None)
            self.assertEqual(before, {name: after[name] for name in before})

    def test_each_gives_its_request_spec(self) -> None:
        for request in objects.BuildRequestList.get_all(self.context):
            self.assertEqual(request.instance_uuid, request.request_spec.instance_uuid)
            self.assertEqual(request.instance.flavor.id, request.request_spec.flavor.id)


class TestMappings(RecordedRowsTestCase):
    def test_every_mapping_is_read_and_written_back(self) -> None:
        cells = {row["id"]: row["uuid"] for _, row in self.cloud.rows("cell_mappings")}
        rows = [row for _, row in self.cloud.rows("instance_mappings")]
        for row in rows[:200]:
            mapping = objects.InstanceMapping.get_by_instance_uuid(
                self.context, row["instance_uuid"]
            )
            self.assertColumns(row, mapping)
            cell = mapping.cell_mapping
            self.assertEqual(cells.get(row["cell_id"]), cell.uuid if cell is not None else None)
            mapping.project_id = "another"
            mapping.save()
            mapping.project_id = row["project_id"]
            mapping.save()
            again = objects.InstanceMapping.get_by_instance_uuid(self.context, row["instance_uuid"])
            self.assertColumns(row, again, "updated_at")

    def test_every_cell_and_host_is_read(self) -> None:
        cells = objects.CellMappingList.get_all(self.context)
        recorded = {row["uuid"]: row for _, row in self.cloud.rows("cell_mappings")}
        self.assertEqual(recorded.keys(), {cell.uuid for cell in cells})
        for cell in cells:
            self.assertColumns(recorded[cell.uuid], cell, "database_connection")
        hosts = [row for _, row in self.cloud.rows("host_mappings")]
        for row in hosts:
            host = objects.HostMapping.get_by_host(self.context, row["host"])
            self.assertColumns(row, host)
