# SPDX-License-Identifier: Apache-2.0
"""Long lists of values, in parts that one statement can name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

#: How many values one statement names.
AT_ONCE = 1000


def of(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield the values in parts, each value once."""
    unique = list(dict.fromkeys(values))
    for start in range(0, len(unique), AT_ONCE):
        yield unique[start : start + AT_ONCE]
