# SPDX-License-Identifier: Apache-2.0
"""Flavors, keys, aggregates and groups of a real Nova load as it wrote them."""

import collections
import json
from typing import Any

import testscenarios

from nova_api_db import objects
from tests import base, cloud


class TestOwnedRows(base.DatabaseTestCase):
    scenarios = testscenarios.multiply_scenarios(
        base.ENGINES, [(name, {"cloud_name": name}) for name in ("boot", "moves", "numa-pci")]
    )
    cloud_name: str

    def setUp(self) -> None:
        super().setUp()
        self.cloud = cloud.load(self.databases, self.cloud_name)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for _, row in self.cloud.rows(table)]

    def by(self, table: str, key: str) -> dict[Any, list[dict[str, Any]]]:
        found = collections.defaultdict(list)
        for row in self.rows(table):
            found[row[key]].append(row)
        return found

    def assert_columns(self, row: dict[str, Any], obj: Any) -> None:
        self.assertEqual(set(), obj.obj_what_changed())
        for name in row.keys() & set(obj.fields) - {"created_at", "updated_at", "vcpu_weight"}:
            self.assertEqual(row[name], getattr(obj, name), name)

    def test_flavors(self) -> None:
        specs = self.by("flavor_extra_specs", "flavor_id")
        projects = self.by("flavor_projects", "flavor_id")
        rows = self.rows("flavors")
        self.assertTrue(rows)
        for row in rows:
            flavor = objects.Flavor.get_by_flavor_id(self.context, row["flavorid"])
            self.assert_columns(row, flavor)
            expected = {one["key"]: one["value"] for one in specs[row["id"]]}
            self.assertEqual(expected, flavor.extra_specs)
            self.assertEqual([one["project_id"] for one in projects[row["id"]]], flavor.projects)
        self.assertEqual(len(rows), len(objects.FlavorList.get_all(self.context)))

    def test_keys(self) -> None:
        for row in self.rows("key_pairs"):
            key = objects.KeyPair.get_by_name(self.context, row["user_id"], row["name"])
            self.assert_columns(row, key)

    def test_aggregates(self) -> None:
        hosts = self.by("aggregate_hosts", "aggregate_id")
        metadata = self.by("aggregate_metadata", "aggregate_id")
        for row in self.rows("aggregates"):
            aggregate = objects.Aggregate.get_by_uuid(self.context, row["uuid"])
            self.assert_columns(row, aggregate)
            self.assertEqual([one["host"] for one in hosts[row["id"]]], aggregate.hosts)
            self.assertEqual(
                {one["key"]: one["value"] for one in metadata[row["id"]]}, aggregate.metadata
            )

    def test_groups(self) -> None:
        members = self.by("instance_group_member", "group_id")
        policies = self.by("instance_group_policy", "group_id")
        for row in self.rows("instance_groups"):
            group = objects.InstanceGroup.get_by_uuid(self.context, row["uuid"])
            self.assert_columns(row, group)
            self.assertEqual([one["instance_uuid"] for one in members[row["id"]]], group.members)
            (policy,) = policies[row["id"]]
            self.assertEqual(policy["policy"], group.policy)
            self.assertEqual(json.loads(policy["rules"]), group._rules)
            for uuid in group.members or ():
                found = objects.InstanceGroup.get_by_instance_uuid(self.context, uuid)
                self.assertEqual(group.id, found.id)
            found_hosts = {
                instance["host"]
                for instance in self.rows("instances")
                if instance["uuid"] in (group.members or ()) and not instance["deleted"]
            }
            self.assertEqual(sorted(found_hosts - {None}), group.hosts)
