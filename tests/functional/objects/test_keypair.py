# SPDX-License-Identifier: Apache-2.0
"""The ssh keys of users, in the api database."""

from nova_api_db import exception, objects
from tests import base, builders


class TestKeyPair(base.DatabaseTestCase):
    def get(self, user_id: str = "user", name: str = "key") -> objects.KeyPair:
        return objects.KeyPair.get_by_name(self.context, user_id, name)

    def test_created_key_is_read_back(self) -> None:
        key = builders.make_key_pair(self.context, fingerprint="aa:bb", type="x509")
        self.assertEqual(set(), key.obj_what_changed())
        again = self.get()
        self.assertEqual(set(), again.obj_what_changed())
        for name in set(key.fields) - {"created_at"}:
            self.assertEqual(getattr(key, name), getattr(again, name), name)

    def test_key_is_one_of_ssh_unless_it_says_otherwise(self) -> None:
        self.assertEqual("ssh", builders.make_key_pair(self.context).type)
        self.assertEqual("ssh", self.get().type)

    def test_name_is_taken_once_by_each_user(self) -> None:
        builders.make_key_pair(self.context)
        builders.make_key_pair(self.context, user_id="other")
        error = self.assertRaises(exception.KeyPairExists, builders.make_key_pair, self.context)
        self.assertEqual("Key pair 'key' already exists.", str(error))

    def test_what_is_stored_or_lacks_its_user_cannot_be_created(self) -> None:
        key = builders.make_key_pair(self.context)
        self.assertRaises(exception.ObjectActionError, key.create)
        self.assertRaises(
            exception.ObjectActionError, objects.KeyPair(self.context, name="key").create
        )

    def test_key_is_destroyed_by_itself_or_by_its_name(self) -> None:
        builders.make_key_pair(self.context).destroy()
        self.assertRaises(exception.KeypairNotFound, self.get)
        builders.make_key_pair(self.context)
        objects.KeyPair.destroy_by_name(self.context, "user", "key")
        error = self.assertRaises(exception.KeypairNotFound, self.get)
        self.assertEqual("Keypair key not found for user user", str(error))
        self.assertRaises(
            exception.KeypairNotFound, objects.KeyPair.destroy_by_name, self.context, "user", "key"
        )

    def test_no_key_is_in_a_cell(self) -> None:
        builders.make_key_pair(self.context)
        self.assertRaises(
            exception.KeypairNotFound,
            objects.KeyPair.get_by_name,
            self.context,
            "user",
            "key",
            localonly=True,
        )


class TestKeyPairList(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        for name in ("c", "a", "b", "D"):
            builders.make_key_pair(self.context, name=name)
        builders.make_key_pair(self.context, user_id="other")

    def names(self, user_id: str = "user", **arguments) -> str:
        keys = objects.KeyPairList.get_by_user(self.context, user_id, **arguments)
        self.assertEqual(set(), keys.obj_what_changed())
        return "".join(key.name for key in keys)

    def test_keys_of_a_user_come_by_name_in_the_same_order_on_every_engine(self) -> None:
        self.assertEqual("Dabc", self.names())
        self.assertEqual("", self.names("nobody"))

    def test_pages_follow_on_each_other(self) -> None:
        self.assertEqual("Da", self.names(limit=2))
        self.assertEqual("bc", self.names(limit=2, marker="a"))
        self.assertEqual("", self.names(limit=2, marker="c"))
        self.assertEqual("", self.names(limit=0))

    def test_marker_of_no_key_is_named(self) -> None:
        error = self.assertRaises(exception.MarkerNotFound, self.names, marker="key")
        self.assertEqual("Marker key could not be found.", str(error))

    def test_keys_of_a_user_are_counted(self) -> None:
        count = objects.KeyPairList.get_count_by_user
        self.assertEqual(4, count(self.context, "user"))
        self.assertEqual(0, count(self.context, "nobody"))
