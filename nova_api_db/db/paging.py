# SPDX-License-Identifier: Apache-2.0
"""Keyset paging: rows in a total order, and those that follow after a row's values.

The order is the same on every engine, and the one that Python sorts by: NULL comes first (last
when descending) and text is compared by code point. The engines' own orders of text differ from
each other in case, accents and punctuation, so rows of several databases could not be merged.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


@dataclasses.dataclass(frozen=True, slots=True)
class SortColumn:
    """A column, or an expression of columns, to sort by."""

    column: sa.ColumnElement[Any]
    descending: bool = False
    nullable: bool = True


def order_by(columns: Sequence[SortColumn], dialect: str) -> list[sa.ColumnElement[Any]]:
    """Return the terms of ORDER BY."""
    terms: list[sa.ColumnElement[Any]] = []
    for sort in columns:
        compared = _compared(sort.column, dialect)
        term = compared.desc() if sort.descending else compared.asc()
        if dialect == "postgresql" and sort.nullable:
            # The other engines have NULL first (last) by themselves.
            term = term.nulls_last() if sort.descending else term.nulls_first()
        terms.append(term)
    return terms


def after(
    columns: Sequence[SortColumn], values: Sequence[Any], dialect: str
) -> sa.ColumnElement[bool]:
    """Return the condition that a row follows after one with these values.

    For columns a, b it is ``a > :a OR (a = :a AND b > :b)``, with NULL in its place.
    """
    alternatives = []
    equal: list[sa.ColumnElement[bool]] = []
    for sort, value in zip(columns, values, strict=True):
        beyond = _beyond(sort, value, dialect)
        if beyond is not None:
            alternatives.append(sa.and_(*equal, beyond))
        equal.append(_equals(sort, value, dialect))
    condition = sa.or_(sa.false(), *alternatives)
    bound = _bound(columns[0], values[0])
    # a >= :a follows from the rest, and is what the server can use an index for.
    return condition if bound is None else sa.and_(bound, condition)


def _bound(sort: SortColumn, value: Any) -> sa.ColumnElement[bool] | None:
    """Return that the first column is not before the value, where an index may be of use."""
    if value is None or not isinstance(sort.column.type, sa.DateTime | sa.Integer):
        return None
    if not sort.descending:
        return sort.column.__ge__(value)
    within = sort.column.__le__(value)
    return sa.or_(within, sort.column.is_(None)) if sort.nullable else within


def _equals(sort: SortColumn, value: Any, dialect: str) -> sa.ColumnElement[bool]:
    if value is None:
        return sort.column.is_(None)
    return _compared(sort.column, dialect) == _value(sort.column, value, dialect)


def _beyond(sort: SortColumn, value: Any, dialect: str) -> sa.ColumnElement[bool] | None:
    """Return the condition that a column is beyond a value; None if nothing can be."""
    compared = _compared(sort.column, dialect)
    if value is None:
        return None if sort.descending else sort.column.is_not(None)
    bound = _value(sort.column, value, dialect)
    if not sort.descending:
        return compared > bound
    return sa.or_(compared < bound, sort.column.is_(None)) if sort.nullable else compared < bound


def _compared(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Return a column as it is compared."""
    if not isinstance(column.type, sa.String):
        return column
    if dialect == "mysql":
        return sa.cast(column, sa.LargeBinary())
    if isinstance(column.type, sa.Enum):
        column = sa.cast(column, sa.String())
    return sa.collate(column, "C") if dialect == "postgresql" else column


def _value(column: sa.ColumnElement[Any], value: Any, dialect: str) -> sa.ColumnElement[Any]:
    """Return a value as it is compared with that column."""
    if isinstance(value, str) and dialect == "mysql":
        return sa.literal(value.encode(), sa.LargeBinary())
    if isinstance(value, str) and dialect == "postgresql":
        return sa.collate(sa.literal(value), "C")
    return sa.literal(value, column.type)
