# SPDX-License-Identifier: Apache-2.0
"""What is worth computing once per object class about its fields."""

import datetime
import functools
from collections.abc import Callable
from typing import Any, cast

from oslo_utils import versionutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields


class FieldPlan:
    """What is worth computing once per class about its fields."""

    def __init__(self, cls: type[ovo.VersionedObject]) -> None:
        self.attributes = {name: "_obj_" + name for name in cls.fields}
        self.serial: list[tuple[str, str, Callable[..., Any] | None]] = [
            (name, "_obj_" + name, _to_primitive_of(field)) for name, field in cls.fields.items()
        ]
        self.object_fields = [
            name for name, field in cls.fields.items() if isinstance(field, ovo_fields.ObjectField)
        ]
        self.child_fields = [
            name
            for name, field in cls.fields.items()
            if isinstance(field, ovo_fields.ObjectField | ovo_fields.ListOfObjectsField)
        ]
        self.from_row = {name: _from_row_of(name, field) for name, field in cls.fields.items()}
        added_in = getattr(cls, "added_in", {})
        self.added_in = [
            (name, versionutils.convert_version_to_tuple(version))
            for name, version in added_in.items()
        ]


def _to_primitive_of(field: ovo_fields.Field[Any]) -> Callable[..., Any] | None:
    if type(field._type).to_primitive is ovo_fields.FieldType.to_primitive:
        return None
    return cast(Callable[..., Any], field._type.to_primitive)


def _aware(obj: Any, value: datetime.datetime) -> datetime.datetime:
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def _truth(obj: Any, value: Any) -> bool:
    return bool(value)


_PLAIN_TYPES = (ovo_fields.Integer, ovo_fields.Float, ovo_fields.String, ovo_fields.UUID)


def _from_row_of(name: str, field: ovo_fields.Field[Any]) -> Callable[[Any, Any], Any] | None:
    """Return how a column's value becomes the field's, None where it is the same."""
    kind = type(field._type)
    if kind is ovo_fields.DateTime:
        return _aware if field._type.tzinfo_aware else None  # type: ignore[attr-defined]
    if kind is ovo_fields.Boolean:
        return _truth
    if kind in _PLAIN_TYPES:
        return None
    return functools.partial(_coerce, field, name)


def _coerce(field: ovo_fields.Field[Any], name: str, obj: Any, value: Any) -> Any:
    return field.coerce(obj, name, value)
