# SPDX-License-Identifier: Apache-2.0
"""Makes objects of rows by the thousand, several times faster than field by field."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nova_api_db.objects import base


class RowLoader:
    """Sets the columns of a row on an object that is new, as loaded.

    :param names: the fields, in the order of the columns of a row
    :param when_null: field -> what it is where the column is NULL; needed by those that are not
        nullable and whose column is
    """

    def __init__(
        self,
        cls: type[base.NovaObject],
        names: Sequence[str],
        when_null: Mapping[str, Any] | None = None,
    ) -> None:
        plan = cls._plan
        self._attributes = tuple(plan.attributes[name] for name in names)
        self._converters: list[tuple[str, Callable[[Any, Any], Any]]] = [
            (plan.attributes[name], convert)
            for name in names
            if (convert := plan.from_row[name]) is not None
        ]
        self._when_null = [
            (plan.attributes[name], value) for name, value in (when_null or {}).items()
        ]

    def load(self, obj: base.NovaObject, values: Iterable[Any]) -> None:
        """Set the fields to the values of a row's columns."""
        own = obj.__dict__
        own.update(zip(self._attributes, values, strict=True))
        for attribute, convert in self._converters:
            value = own[attribute]
            if value is not None:
                own[attribute] = convert(obj, value)
        for attribute, value in self._when_null:
            if own[attribute] is None:
                own[attribute] = value
