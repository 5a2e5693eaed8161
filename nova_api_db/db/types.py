# SPDX-License-Identifier: Apache-2.0
"""Column types and table options shared by the models of both databases.

The reference is MySQL; a type that exists only there has a variant, and the plain type is used on
PostgreSQL and SQLite.
"""

import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

MYSQL_DIALECTS = ("mysql", "mariadb")

# Every table states its character set, so that the default of the server or of the database does
# not matter. These spellings are the ones that every supported MySQL and MariaDB understands; the
# server shows them as utf8mb3 and utf8mb3_general_ci.
TABLE_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in MYSQL_DIALECTS
    for option, value in (
        ("engine", "InnoDB"),
        ("charset", "utf8"),
        ("collate", "utf8_general_ci"),
    )
}

NAMING_CONVENTION = {"pk": "%(table_name)s_pkey"}

# TEXT holds 64 KiB on MySQL, which a request spec or a topology outgrows.
MEDIUMTEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), *MYSQL_DIALECTS)

ANNOTATION_TYPES: dict[Any, Any] = {str: sa.String(255), float: sa.Float()}

Uuid = Annotated[str, orm.mapped_column(sa.String(36))]
Text = Annotated[str, orm.mapped_column(sa.Text())]
MediumText = Annotated[str, orm.mapped_column(MEDIUMTEXT)]
BigInteger = Annotated[int, orm.mapped_column(sa.BigInteger())]
Id = Annotated[int, orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=True)]


def utcnow() -> datetime.datetime:
    """Return the time now in UTC without a zone, as rows hold it."""
    return timeutils.utcnow()


def foreign_key_index(name: str, *columns: str) -> sa.Index:
    """Return an index that exists on MySQL only.

    MySQL makes one by itself for a foreign key that has none, and names it after the column. Such
    names repeat from table to table, while PostgreSQL and SQLite want them unique in a schema.
    """
    index = sa.Index(name, *columns, info={"dialects": MYSQL_DIALECTS})
    # SQLAlchemy takes several names here, though it is typed for one.
    return index.ddl_if(dialect=MYSQL_DIALECTS)  # type: ignore[arg-type]


def prefix_length(length: int, *columns: str) -> dict[str, Any]:
    """Return the options of an index that holds only the start of these columns on MySQL."""
    return {f"{dialect}_length": dict.fromkeys(columns, length) for dialect in MYSQL_DIALECTS}
