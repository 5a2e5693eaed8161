# SPDX-License-Identifier: Apache-2.0
"""Keyset paging: rows in a total order, and those that follow after a row's values.

The order is the same on every engine: NULL comes first (last when descending), as on MySQL, and
text is compared without regard to case.
"""

import dataclasses
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa


@dataclasses.dataclass(frozen=True, slots=True)
class SortColumn:
    """A column to sort by."""

    column: sa.ColumnElement[Any]
    descending: bool = False


def order_by(columns: Sequence[SortColumn], dialect: str) -> list[sa.ColumnElement[Any]]:
    """Return the terms of ORDER BY."""
    terms: list[sa.ColumnElement[Any]] = []
    for sort in columns:
        compared = _compared(sort.column, dialect)
        term = compared.desc() if sort.descending else compared.asc()
        if dialect == "postgresql":
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
        compared = _compared(sort.column, dialect)
        equal.append(sort.column.is_(None) if value is None else compared == _value(value, dialect))
    return sa.or_(sa.false(), *alternatives)


def _beyond(sort: SortColumn, value: Any, dialect: str) -> sa.ColumnElement[bool] | None:
    """Return the condition that a column is beyond a value; None if nothing can be."""
    compared = _compared(sort.column, dialect)
    if not sort.descending:
        return sort.column.is_not(None) if value is None else compared > _value(value, dialect)
    if value is None:
        return None
    return sa.or_(compared < _value(value, dialect), sort.column.is_(None))


def _compared(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Return a column as it is compared."""
    if not isinstance(column.type, sa.String) or isinstance(column.type, sa.Enum):
        return column
    if dialect == "postgresql":
        return sa.collate(sa.func.lower(column), "C")
    if dialect == "sqlite":
        return sa.collate(column, "NOCASE")
    return column


def _value(value: Any, dialect: str) -> Any:
    return sa.func.lower(value) if dialect == "postgresql" and isinstance(value, str) else value


def _ascii_lower(text: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).upper()


#: How text compares on each engine: dialect -> the text to compare instead.
FOLDS: dict[str, Callable[[str], str]] = {
    "mysql": _without_marks,
    "postgresql": str.lower,
    "sqlite": _ascii_lower,
}
