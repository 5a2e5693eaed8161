# SPDX-License-Identifier: Apache-2.0
"""The interfaces of servers as last seen, in the cell's database."""

from nova_api_db import exception, objects
from nova_api_db.db.cell import models
from tests import base, builders

ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"


class TestInstanceInfoCache(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cell = self.aim(self.make_cell())
        self.uuid = builders.make_instance_row(self.cell)["uuid"]

    def make_cache(self, network_info: str | None = None, deleted: int = 0) -> None:
        builders.make_row(
            self.cell,
            models.InstanceInfoCache,
            instance_uuid=self.uuid,
            network_info=network_info,
            deleted=deleted,
        )

    def get(self) -> objects.InstanceInfoCache:
        return objects.InstanceInfoCache.get_by_instance_uuid(self.cell, self.uuid)

    def test_interfaces_are_read(self) -> None:
        self.make_cache('[{"id": "one"}]')
        cache = self.get()
        self.assertEqual([{"id": "one"}], cache.network_info)
        self.assertEqual(set(), cache.obj_what_changed())

    def test_nothing_seen_is_null(self) -> None:
        self.make_cache(None)
        self.assertIsNone(self.get().network_info)

    def test_get_raises_when_absent_or_deleted(self) -> None:
        self.assertRaises(exception.InstanceInfoCacheNotFound, self.get)
        self.make_cache(deleted=4)
        self.assertRaises(exception.InstanceInfoCacheNotFound, self.get)

    def test_saved_interfaces_are_read_again(self) -> None:
        self.make_cache()
        cache = self.get()
        cache.network_info = [{"id": "two"}]
        cache.save()
        self.assertEqual(set(), cache.obj_what_changed())
        self.assertIsNotNone(cache.updated_at)
        self.assertEqual([{"id": "two"}], self.get().network_info)

    def test_save_without_a_change_writes_nothing(self) -> None:
        self.make_cache('[{"id": "one"}]')
        self.get().save()
        self.assertIsNone(self.get().updated_at)

    def test_save_makes_the_row_that_is_missing(self) -> None:
        objects.InstanceInfoCache.new(self.cell, self.uuid).save()
        self.assertIsNone(self.get().network_info)

    def test_save_of_a_deleted_cache_raises(self) -> None:
        self.make_cache()
        cache = self.get()
        cache.delete()
        cache.network_info = []
        self.assertRaises(exception.InstanceInfoCacheNotFound, cache.save)

    def test_save_for_an_absent_server_raises(self) -> None:
        cache = objects.InstanceInfoCache.new(self.cell, ABSENT)
        self.assertRaises(exception.InstanceInfoCacheNotFound, cache.save)

    def test_deleted_row_is_marked_with_its_id(self) -> None:
        self.make_cache()
        self.get().delete()
        deleted = builders.list_rows(self.cell, models.InstanceInfoCache)[0]
        self.assertEqual(deleted["id"], deleted["deleted"])
        self.assertIsNotNone(deleted["deleted_at"])
        self.assertIsNone(deleted["updated_at"])

    def test_refresh_takes_what_others_stored(self) -> None:
        self.make_cache()
        ours, theirs = self.get(), self.get()
        theirs.network_info = [{"id": "three"}]
        theirs.save()
        ours.refresh()
        self.assertEqual([{"id": "three"}], ours.network_info)
