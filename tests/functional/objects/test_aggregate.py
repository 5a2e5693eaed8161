# SPDX-License-Identifier: Apache-2.0
"""Groups of hosts, in the api database."""

from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db import exception, objects
from tests import base, builders


class TestAggregate(base.DatabaseTestCase):
    def get(self, aggregate: objects.Aggregate) -> objects.Aggregate:
        return objects.Aggregate.get_by_id(self.context, aggregate.id)

    def test_created_aggregate_is_read_back(self) -> None:
        aggregate = builders.make_aggregate(
            self.context, name="rack1", metadata={"availability_zone": "east", "ssd": "true"}
        )
        self.assertEqual(set(), aggregate.obj_what_changed())
        for again in (
            self.get(aggregate),
            objects.Aggregate.get_by_uuid(self.context, aggregate.uuid),
        ):
            self.assertEqual(set(), again.obj_what_changed())
            for name in set(aggregate.fields) - {"created_at"}:
                self.assertEqual(getattr(aggregate, name), getattr(again, name), name)
            self.assertEqual("east", again.availability_zone)

    def test_aggregate_without_metadata_is_no_zone(self) -> None:
        aggregate = builders.make_aggregate(self.context)
        self.assertEqual(({}, []), (aggregate.metadata, aggregate.hosts))
        self.assertIsNone(aggregate.availability_zone)

    def test_name_is_taken_once(self) -> None:
        builders.make_aggregate(self.context, name="rack1")
        error = self.assertRaises(
            exception.AggregateNameExists, builders.make_aggregate, self.context, name="rack1"
        )
        self.assertEqual("Aggregate rack1 already exists.", str(error))
        other = builders.make_aggregate(self.context, name="rack2")
        other.name = "rack1"
        self.assertRaises(exception.AggregateNameExists, other.save)

    def test_what_is_stored_or_has_no_name_or_has_hosts_cannot_be_created(self) -> None:
        aggregate = builders.make_aggregate(self.context)
        self.assertRaises(exception.ObjectActionError, aggregate.create)
        for values in ({}, {"name": "rack1", "hosts": ["host"]}):
            fresh = objects.Aggregate(self.context, **values)
            self.assertRaises(exception.ObjectActionError, fresh.create)

    def test_saved_metadata_replaces_what_is_stored(self) -> None:
        aggregate = builders.make_aggregate(self.context, metadata={"a": "1", "b": "1"})
        aggregate.metadata = {"b": "2", "c": "1"}
        aggregate.name = "renamed"
        aggregate.save()
        again = self.get(aggregate)
        self.assertEqual({"b": "2", "c": "1"}, again.metadata)
        self.assertEqual("renamed", again.name)

    def test_updated_metadata_leaves_other_keys(self) -> None:
        aggregate = builders.make_aggregate(self.context, metadata={"a": "1", "b": "1"})
        aggregate.update_metadata({"a": None, "c": "1", "none": None})
        self.assertEqual({"b": "1", "c": "1"}, aggregate.metadata)
        self.assertEqual({"b": "1", "c": "1"}, self.get(aggregate).metadata)
        self.assertEqual(set(), aggregate.obj_what_changed())

    def test_hosts_come_and_go(self) -> None:
        aggregate = builders.make_aggregate(self.context, hosts=["b", "a"])
        self.assertEqual(["b", "a"], self.get(aggregate).hosts)
        self.assertRaises(exception.AggregateHostExists, aggregate.add_host, "a")
        aggregate.delete_host("b")
        self.assertEqual(["a"], aggregate.hosts)
        self.assertRaises(exception.AggregateHostNotFound, aggregate.delete_host, "b")
        self.assertEqual(["a"], self.get(aggregate).hosts)
        self.assertEqual(set(), aggregate.obj_what_changed())

    def test_hosts_are_not_saved_with_the_rest(self) -> None:
        aggregate = builders.make_aggregate(self.context)
        aggregate.hosts = ["host"]
        self.assertRaises(exception.ObjectActionError, aggregate.save)

    def test_aggregate_with_hosts_cannot_be_destroyed(self) -> None:
        aggregate = builders.make_aggregate(self.context, hosts=["host"], metadata={"a": "1"})
        self.assertRaises(db_exception.DBReferenceError, aggregate.destroy)
        self.assertEqual({"a": "1"}, self.get(aggregate).metadata)

    def test_what_is_gone_is_not_found(self) -> None:
        aggregate = builders.make_aggregate(self.context, metadata={"a": "1"})
        other = self.get(aggregate)
        aggregate.destroy()
        other.name = "renamed"
        for call in (
            other.save,
            other.destroy,
            lambda: other.add_host("host"),
            lambda: other.delete_host("host"),
            lambda: other.update_metadata({"a": "2"}),
            lambda: self.get(other),
            lambda: objects.Aggregate.get_by_uuid(self.context, uuidutils.generate_uuid()),
        ):
            self.assertRaises(exception.AggregateNotFound, call)


class TestAggregateList(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        for name, hosts, metadata in (
            ("c", ["h1", "h2"], {"availability_zone": "east", "trait:A": "required"}),
            ("a", ["h1"], {"trait:A": "required", "trait:B": "required", "Trait:C": "required"}),
            ("b", [], {"availability_zone": "west", "trait:B": "forbidden"}),
        ):
            builders.make_aggregate(self.context, hosts=hosts, name=name, metadata=metadata)

    def names(self, aggregates: objects.AggregateList) -> str:
        self.assertEqual(set(), aggregates.obj_what_changed())
        return "".join(aggregate.name for aggregate in aggregates)

    def test_aggregates_are_listed_oldest_first_and_whole(self) -> None:
        aggregates = objects.AggregateList.get_all(self.context)
        self.assertEqual("cab", self.names(aggregates))
        self.assertEqual(["h1", "h2"], aggregates[0].hosts)
        self.assertEqual("west", aggregates[2].availability_zone)

    def test_by_host(self) -> None:
        get = objects.AggregateList.get_by_host
        self.assertEqual("ca", self.names(get(self.context, "h1")))
        self.assertEqual("c", self.names(get(self.context, "h1", key="availability_zone")))
        self.assertEqual("", self.names(get(self.context, "h3")))

    def test_by_metadata_key(self) -> None:
        get = objects.AggregateList.get_by_metadata_key
        self.assertEqual("cb", self.names(get(self.context, "availability_zone")))
        self.assertEqual("c", self.names(get(self.context, "availability_zone", hosts=["h2"])))
        self.assertEqual("", self.names(get(self.context, "availability_zone", hosts=[])))

    def test_by_metadata(self) -> None:
        get = objects.AggregateList.get_by_metadata
        self.assertEqual("b", self.names(get(self.context, "availability_zone", "west")))
        self.assertEqual("cb", self.names(get(self.context, key="availability_zone")))
        self.assertEqual("b", self.names(get(self.context, value="forbidden")))
        self.assertRaises(exception.Invalid, get, self.context)

    def test_found_by_one_key_an_aggregate_still_has_all_metadata(self) -> None:
        found = objects.AggregateList.get_by_metadata_key(self.context, "trait:B")
        self.assertEqual("west", found[1].availability_zone)

    def test_by_keys_other_than_those_ignored(self) -> None:
        get = objects.AggregateList.get_non_matching_by_metadata_keys
        for ignored, names in (([], "ca"), (["trait:A"], "a"), (["trait:A", "trait:B"], "")):
            found = get(self.context, ignored, "trait:", value="required")
            self.assertEqual(names, self.names(found), str(ignored))
