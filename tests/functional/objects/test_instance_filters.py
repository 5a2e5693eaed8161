# SPDX-License-Identifier: Apache-2.0
"""Filters mean the same in SQL, for servers in cells, and on objects, for those in no cell yet."""

import datetime
from typing import Any

from nova_api_db import exception, objects
from nova_api_db.db.cell import instance_filters as in_sql
from nova_api_db.db.cell import models
from nova_api_db.objects import instance_filters
from tests import base, builders

SINCE = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


def ports(*addresses: str) -> objects.InstanceInfoCache:
    ips = [{"address": one, "version": 6 if ":" in one else 4} for one in addresses]
    return objects.InstanceInfoCache(network_info=[{"network": {"subnets": [{"ips": ips}]}}])


#: name -> what is different about the server.
SERVERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "Web-1": {"host": "h1", "node": "n1.example.org", "vm_state": "active", "key_name": "k"},
    "web-2": {"host": "h2", "task_state": "deleting", "power_state": 4, "locked": True},
    "über": {"image_ref": "i1", "instance_type_id": 8, "availability_zone": "az1"},
    "soft": {"vm_state": "soft-delete"},
    "hidden": {"hidden": True},
    "clean": {"cleaned": True, "config_drive": "True"},
    "other": {"project_id": "p2", "user_id": "u2", "reservation_id": "r-abc"},
    "none": {"vm_state": None, "display_description": "some text", "access_ip_v4": "192.0.2.7"},
    "data": {"metadata": {"a": "1", "b": "2"}, "system_metadata": {"image_x": "1"}},
    "more": {"metadata": {"a": "1"}, "info_cache": ports("10.0.0.5", "fe80::5")},
    "ports": {"info_cache": ports("10.0.1.5")},
    "old": {"created_at": SINCE - datetime.timedelta(days=9)},
    "changed": {
        "created_at": SINCE - datetime.timedelta(days=9),
        "updated_at": SINCE + datetime.timedelta(seconds=1),
    },
}
TAGS = {"plain": ["x"], "Web-1": ["x", "y"], "web-2": ["y", "z"]}

#: Filters, and the servers that meet them.
EXPECTED: list[tuple[dict[str, Any], str]] = [
    ({"display_name": "^web"}, "Web-1 web-2"),
    ({"name": "WEB-2"}, "web-2"),
    ({"display_name": ["^web-1$", "^pl"]}, "Web-1 plain"),
    ({"name": "b.r$"}, "über"),
    ({"node": "example"}, "Web-1"),
    ({"host": "h1"}, "Web-1"),
    ({"host": "h"}, ""),
    ({"host": ["h1", "h2", "h3"]}, "Web-1 web-2"),
    ({"key_name": "^k$"}, "Web-1"),
    ({"vm_state": "soft-delete"}, "soft"),
    ({"vm_state": None}, "none"),
    ({"vm_state": [None, "soft-delete"]}, "none soft"),
    ({"vm_state": []}, ""),
    ({"task_state": "deleting"}, "web-2"),
    ({"power_state": 4}, "web-2"),
    ({"power_state": "4"}, "web-2"),
    ({"power_state": "four"}, ""),
    ({"instance_type_id": [8, 9]}, "über"),
    ({"image_ref": ["i1"]}, "über"),
    ({"image": "i1"}, "über"),
    ({"availability_zone": "AZ"}, "über"),
    ({"config_drive": "True"}, "clean"),
    ({"project_id": "p2"}, "other"),
    ({"user_id": ["u2"]}, "other"),
    ({"reservation_id": "^r-"}, "other"),
    ({"description": "text"}, "none"),
    ({"access_ip_v4": "192.0.2"}, "none"),
    ({"locked": True}, "web-2"),
    ({"cleaned": True}, "clean"),
    ({"hidden": True}, "hidden"),
    ({"deleted": True}, "soft"),
    ({"deleted": True, "soft_deleted": False}, ""),
    ({"tags": ["x"]}, "plain Web-1"),
    ({"tags": ["x", "y"]}, "Web-1"),
    ({"tags": "z"}, "web-2"),
    ({"tags-any": ["x", "z"]}, "plain Web-1 web-2"),
    ({"tags-any": []}, ""),
    ({"tags": ["y"], "not-tags": ["x"]}, "web-2"),
    ({"tags": ["y"], "not-tags": ["x", "z"]}, "Web-1 web-2"),
    ({"tags-any": ["x", "y", "z"], "not-tags-any": ["x"]}, "web-2"),
    ({"metadata": {"a": "1"}}, "data more"),
    ({"metadata": {"a": "1", "b": "2"}}, "data"),
    ({"metadata": [{"a": "1"}, {"b": "2"}]}, "data"),
    ({"metadata": {"a": "2"}}, ""),
    ({"system_metadata": {"image_x": "1"}}, "data"),
    ({"ip": r"^10\.0\."}, "more ports"),
    ({"ip": r"^10\.0\.0"}, "more"),
    ({"ip": "fe80"}, ""),
    ({"ip6": "^fe80"}, "more"),
    ({"ip": "10.0.0.5", "ip6": "fe80"}, "more"),
    ({"changes-before": SINCE}, "old"),
    ({"changes-since": SINCE, "changes-before": SINCE.replace(second=1)}, "changed"),
    ({"changes-since": "2026-01-02T00:00:01+00:00", "changes-before": "2026-01-03"}, "changed"),
    ({"created_at": SINCE - datetime.timedelta(days=9)}, "old changed"),
    ({"host": "h1", "vm_state": "error"}, ""),
]

#: Filters that are met by all servers but these.
ALL_BUT: list[tuple[dict[str, Any], str]] = [
    ({}, "hidden"),
    ({"flavour": "x", "all_tenants": True}, "hidden"),
    ({"deleted": False}, "hidden soft"),
    ({"deleted": None}, "hidden soft"),
    ({"deleted": False, "soft_deleted": True}, "hidden"),
    ({"soft_deleted": False}, "hidden"),
    ({"locked": False}, "hidden web-2"),
    ({"cleaned": False}, "hidden clean"),
    ({"hidden": False}, "hidden"),
    ({"display_name": ""}, "hidden"),
    ({"metadata": {}}, "hidden"),
    ({"changes-since": SINCE}, "hidden old"),
]


class TestFilters(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        for name, changes in SERVERS.items():
            server = builders.make_instance(self.cell, display_name=name, **changes)
            for tag in TAGS.get(name, ()):
                builders.make_row(self.cell, models.Tag, resource_id=server.uuid, tag=tag)

    def in_sql(self, filters: dict[str, Any]) -> set[str | None]:
        found = objects.InstanceList.get_by_filters(self.cell, filters)
        return {server.display_name for server in found}

    def on_objects(self, filters: dict[str, Any]) -> set[str | None]:
        attributes = ["metadata", "system_metadata", "tags", "info_cache"]
        matches = instance_filters.matching(filters)
        servers = objects.InstanceList.get_all(self.cell, attributes)
        return {server.display_name for server in servers if matches(server)}

    def test_those_that_match(self) -> None:
        for filters, names in EXPECTED:
            self.assertEqual(set(names.split()), self.in_sql(filters), str(filters))
            self.assertEqual(set(names.split()), self.on_objects(filters), str(filters))

    def test_those_that_do_not(self) -> None:
        for filters, names in ALL_BUT:
            expected = SERVERS.keys() - set(names.split())
            self.assertEqual(expected, self.in_sql(filters), str(filters))
            self.assertEqual(expected, self.on_objects(filters), str(filters))

    def test_what_makes_no_sense_is_one_line(self) -> None:
        for filters in (
            {"display_name": "("},
            {"ip": "["},
            {"changes-since": "yesterday"},
            {"metadata": "a"},
        ):
            for find in (self.in_sql, self.on_objects):
                error = self.assertRaises(exception.Invalid, find, filters)
                self.assertNotIn("\n", str(error))

    def test_null_of_a_flag_is_no(self) -> None:
        builders.make_instance_row(self.cell, display_name="bare", hidden=None, locked=None)
        self.assertIn("bare", self.in_sql({"locked": False, "cleaned": False}))
        self.assertIn("bare", self.on_objects({"locked": False, "cleaned": False}))

    def test_a_pattern_that_only_python_takes_is_one_line(self) -> None:
        if self.engine == "postgresql":
            pattern = "(?P<name>x)"
            error = self.assertRaises(exception.Invalid, self.in_sql, {"display_name": pattern})
            self.assertIn("regular expression", str(error))

    def test_every_column_has_a_filter(self) -> None:
        columns = {column.name for column in models.Instance.__table__.columns}
        special = {"deleted", "cleaned", "hidden"}
        # Too long to be looked through, or for nobody to see.
        unfiltered = {"internal_id", "key_data"}
        known = {*in_sql.EXACT, *in_sql.PATTERNS, *special, *unfiltered}
        self.assertEqual(columns, known)


class TestDeleted(base.DatabaseTestCase):
    def test_are_listed_unless_they_are_not_wanted(self) -> None:
        cell = self.aim(self.make_cell())
        builders.make_instance(cell, display_name="lives")
        builders.make_instance(cell, display_name="gone").destroy()
        builders.make_instance(cell, display_name="soft gone", vm_state="soft-delete").destroy()
        get = objects.InstanceList.get_by_filters
        for filters, expected in (
            ({}, {"lives", "gone", "soft gone"}),
            ({"deleted": False}, {"lives"}),
            ({"deleted": True}, {"gone", "soft gone"}),
            ({"deleted": True, "soft_deleted": False}, {"gone", "soft gone"}),
        ):
            self.assertEqual(expected, {server.display_name for server in get(cell, filters)})

    def test_metadata_that_was_taken_away_does_not_count(self) -> None:
        cell = self.aim(self.make_cell())
        server = builders.make_instance(cell, metadata={"a": "1"})
        server.metadata = {}
        server.save()
        found = objects.InstanceList.get_by_filters(cell, {"metadata": {"a": "1"}})
        self.assertEqual([], list(found))
