# SPDX-License-Identifier: Apache-2.0
"""Many rows in one statement."""

import datetime

import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_utils import uuidutils

from nova_api_db.db import bulk, facade
from nova_api_db.db.api import models
from tests import base

MAPPINGS = models.InstanceMapping.__table__
COLUMNS = ("created_at", "instance_uuid", "cell_id", "project_id", "user_id", "queued_for_delete")
NOW = datetime.datetime(2026, 5, 4, 3, 2, 1)

#: What oslo.db makes of errors that it knows, and what it leaves.
ERRORS = (db_exception.DBError, sa.exc.DBAPIError)

INSERTS = (bulk.insert, bulk.insert_missing)


def row(**changes):
    values = {
        "created_at": NOW,
        "instance_uuid": uuidutils.generate_uuid(),
        "cell_id": None,
        "project_id": "demo",
        "user_id": "alice",
        "queued_for_delete": False,
        **changes,
    }
    return tuple(values[name] for name in COLUMNS)


class BulkTest(base.DatabaseTestCase):
    def insert(self, rows, insert=bulk.insert):
        with facade.api_writer.using(self.context) as connection:
            insert(connection, MAPPINGS, COLUMNS, rows)

    def stored(self):
        query = sa.select(*(MAPPINGS.c[name] for name in COLUMNS)).order_by(MAPPINGS.c.id)
        with facade.api_reader.using(self.context) as connection:
            return [tuple(found) for found in connection.execute(query)]

    def test_rows_are_stored_as_they_are(self):
        texts = ["it's", 'a "quote"', "back\\slash", "100 % %s :name", "", "new\nline", "é", "{x}"]
        rows = [row(project_id=text, user_id=text[::-1]) for text in texts]
        rows += [
            row(user_id=None, queued_for_delete=None, created_at=None),
            row(queued_for_delete=True, project_id="1"),
        ]
        for insert in INSERTS:
            self.insert(rows, insert)
        self.assertEqual(rows, self.stored())

    def test_one_row_and_none_are_fine(self):
        for insert in INSERTS:
            self.insert([row()], insert)
            self.insert([], insert)
        self.assertEqual(2, len(self.stored()))

    def test_more_rows_than_a_statement_holds_are_stored(self):
        rows = [row(project_id="p" * 255, user_id="u" * 255) for _ in range(5000)]
        self.insert(rows)
        self.assertEqual(rows, self.stored())

    def test_a_taken_key_is_passed_over_when_that_is_asked_for(self):
        first, second = row(), row()
        self.insert([first])
        again = row(instance_uuid=first[1], project_id="other")
        self.insert([again, second, second], bulk.insert_missing)
        self.assertEqual([first, second], self.stored())

    def test_a_taken_key_is_an_error_otherwise(self):
        first = row()
        self.insert([first])
        self.assertRaises(db_exception.DBDuplicateEntry, self.insert, [row(), first])
        self.assertEqual([first], self.stored())

    def test_no_other_error_is_hidden(self):
        for insert in INSERTS:
            self.assertRaises(
                db_exception.DBReferenceError, self.insert, [row(), row(cell_id=12345)], insert
            )
            self.assertRaises(ERRORS, self.insert, [row(), row(project_id=None)], insert)
        self.assertEqual([], self.stored())

    @base.only_on("mysql", "postgresql")
    def test_what_is_too_long_is_not_cut(self):
        for insert in INSERTS:
            self.assertRaises(ERRORS, self.insert, [row(), row(project_id="x" * 256)], insert)
        self.assertEqual([], self.stored())
