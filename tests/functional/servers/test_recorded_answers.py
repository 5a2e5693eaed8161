# SPDX-License-Identifier: Apache-2.0
"""Lookups on the databases of a real Nova answer what its API answered."""

import collections
from typing import Any

import testscenarios

from nova_api_db import exception
from nova_api_db.db import facade
from nova_api_db.servers import lookup, partial
from tests import api, base, cloud

#: Nova lets build requests through that do not match some filters; what is right instead.
DEFECTS: dict[tuple[str, str], list[str]] = {
    ("unscheduled", "/servers?all_tenants=1&key_name=ci-key"): ["key"],
    ("unscheduled", "/servers?all_tenants=1&availability_zone=az-south"): ["az", "old1", "old0"],
    ("unscheduled", "/servers?all_tenants=1&description=waits"): ["meta"],
    ("unscheduled", "/servers?all_tenants=1&config_drive=true"): ["key"],
}

#: Filters that the API takes from administrators only; it drops them from what others ask.
DROPPED = {"/servers/detail?metadata=%7B%22a%22%3A%221%22%7D"}

CLOUDS = [
    (f"{name}, {moment}" if moment else name, {"cloud_name": name, "moment": moment})
    for name, moment in cloud.STATES
    if name != "bulk"
]


class RecordedAnswersTestCase(base.DatabaseTestCase):
    scenarios = testscenarios.multiply_scenarios(base.ENGINES, CLOUDS)
    cloud_name: str
    moment: str | None

    def setUp(self) -> None:
        super().setUp()
        self.cloud = cloud.load(self.databases, self.cloud_name, self.moment)

    def ask(self, answer: cloud.Answer) -> list[Any]:
        asked = api.query(answer, self.context)
        listing = lookup.list_servers(
            api.asker(answer), asked.filters, **asked.paging, expected_attrs=api.EXPECTED_ATTRS
        )
        return list(listing.servers)

    def expected(self, answer: cloud.Answer) -> list[str]:
        """Return the uuids that are right, in their order."""
        names = self.cloud.labels.get("servers", {})
        defect = DEFECTS.get((self.cloud_name, answer.path)) if not self.moment else None
        if defect is not None:
            return [names[name] for name in defect]
        return [server["id"] for server in answer.body["servers"]]

    def listings(self) -> list[cloud.Answer]:
        found = [
            answer
            for answer in self.cloud.answers
            if answer.path.split("?")[0] in ("/servers", "/servers/detail")
            and answer.status == 200
            and answer.path not in DROPPED
        ]
        self.assertNotEqual([], found)
        return found

    def test_lists_the_same_servers_in_the_same_order(self) -> None:
        for answer in self.listings():
            servers = self.ask(answer)
            uuids = [server.uuid for server in servers]
            if self.engine == "mysql":
                # A DATETIME there keeps whole seconds, so more servers tie than where the
                # answer was recorded, and a page may hold others of them.
                self.assertEqual(len(self.expected(answer)), len(uuids), answer.path)
                if "limit=" not in answer.path:
                    self.assertCountEqual(self.expected(answer), uuids, answer.path)
            else:
                self.assertEqual(self.expected(answer), uuids, answer.path)

    def test_lists_the_same_fields(self) -> None:
        for answer in self.listings():
            known = {server["id"]: api.recorded(server) for server in answer.body["servers"]}
            for server in self.ask(answer):
                recorded = known.get(server.uuid, {})
                self.assertSameFields(recorded, api.view(server), f"{answer.path}: {server.uuid}")

    def test_shows_the_same_fields(self) -> None:
        compared = collections.Counter[str]()
        for answer in self.cloud.answers:
            parts = answer.path.strip("/").split("/")
            if len(parts) != 2 or parts[0] != "servers" or answer.status not in (200, 404):
                continue
            if answer.method != "GET" or parts[1].startswith("detail"):
                continue
            compared[str(answer.status)] += 1
            if answer.status == 404:
                self.assertRaises(
                    exception.InstanceNotFound, lookup.show, api.asker(answer), parts[1]
                )
                continue
            server = lookup.show(api.asker(answer), parts[1], api.EXPECTED_ATTRS)
            self.assertFalse(partial.is_partial(server))
            recorded = api.recorded(answer.body["server"])
            self.assertSameFields(recorded, api.view(server), parts[1])
        self.assertGreater(compared["200"], 0)

    def assertSameFields(self, recorded: dict[str, Any], ours: dict[str, Any], what: str) -> None:
        for name in recorded.keys() & ours.keys():
            if name == "flavor" and "original_name" not in recorded[name]:
                continue
            self.assertEqual(recorded[name], ours[name], f"{what}: {name}")


class CellDownTestCase(base.DatabaseTestCase):
    """The cell that is down has a database that is not there."""

    scenarios = testscenarios.multiply_scenarios(
        base.ENGINES,
        [
            ("boot", {"cloud_name": "boot", "moment": "cell2_down"}),
            ("unscheduled", {"cloud_name": "unscheduled", "moment": "cell_down"}),
        ],
    )
    cloud_name: str
    moment: str

    def setUp(self) -> None:
        super().setUp()
        self.cloud = cloud.load(self.databases, self.cloud_name, self.moment)
        nowhere = {
            "sqlite": "sqlite:////nonexistent/folder/cell2.sqlite",
            "mysql": "mysql+pymysql://root@127.0.0.1:1/cell2",
            "postgresql": "postgresql+psycopg2://postgres@127.0.0.1:1/cell2",
        }[self.engine]
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql(
                f"UPDATE cell_mappings SET database_connection = '{nowhere}' WHERE name = 'cell2'"
            )

    def test_lists_partial_records_first(self) -> None:
        for answer in self.cloud.answers:
            if answer.path.split("?")[0] not in ("/servers", "/servers/detail"):
                continue
            if answer.microversion < (2, 69):
                continue
            asked = api.query(answer, self.context)
            listing = lookup.list_servers(api.asker(answer), asked.filters, **asked.paging)
            self.assertEqual(["cell2"], [cell.name for cell in listing.silent_cells])
            known = answer.body["servers"]
            count = sum(1 for server in known if server.get("status") == "UNKNOWN")
            self.assertGreater(count, 0)
            self.assertEqual(
                [server["id"] for server in known[:count]],
                [server.uuid for server in listing.servers[:count]],
            )
            self.assertCountEqual(
                [server["id"] for server in known], [server.uuid for server in listing.servers]
            )
            for recorded, server in zip(known[:count], listing.servers, strict=False):
                self.assertTrue(partial.is_partial(server))
                if "tenant_id" in recorded:
                    self.assertEqual(recorded["tenant_id"], server.project_id)
                    self.assertEqual(recorded["created"], api.time(server.created_at))

    def test_shows_partial_records(self) -> None:
        shown = 0
        for answer in self.cloud.answers:
            uuid = answer.path.removeprefix("/servers/")
            if "/" in uuid or "?" in uuid or uuid == "detail":
                continue
            if answer.status == 404:
                self.assertRaises(exception.InstanceNotFound, lookup.show, self.context, uuid)
                continue
            recorded = api.recorded(answer.body["server"])
            if recorded["status"] != "UNKNOWN":
                continue
            server = lookup.show(self.context, uuid)
            self.assertTrue(partial.is_partial(server))
            self.assertEqual(recorded["tenant_id"], server.project_id)
            self.assertEqual(recorded["user_id"], server.user_id)
            self.assertEqual(recorded["image"], server.image_ref)
            self.assertEqual(recorded["flavor"]["original_name"], server.flavor.name)
            self.assertEqual(recorded["OS-EXT-AZ:availability_zone"], server.availability_zone)
            self.assertEqual(recorded["OS-EXT-STS:power_state"], server.power_state)
            shown += 1
        self.assertGreater(shown, 0)
