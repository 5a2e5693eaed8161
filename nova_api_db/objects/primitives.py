# SPDX-License-Identifier: Apache-2.0
"""The primitives of objects: plain JSON values in Nova's envelope, before they are objects."""

import contextlib
from collections.abc import Iterator
from typing import Any

from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import exception

NAME = "nova_object.name"
NAMESPACE = "nova_object.namespace"
VERSION = "nova_object.version"
DATA = "nova_object.data"
CHANGES = "nova_object.changes"

Primitive = dict[str, Any]


def copy_json(value: Any) -> Any:
    """Copy a JSON value (dicts, lists and scalars), several times faster than deepcopy."""
    kind = type(value)
    if kind is dict:
        return {key: copy_json(item) for key, item in value.items()}
    if kind is list:
        return [copy_json(item) for item in value]
    return value


def is_object(value: Any) -> bool:
    """Say whether a JSON value is an object's primitive.

    The keys alone do not tell: users choose those of metadata, but only texts as values.
    """
    return type(value) is dict and type(value.get(DATA)) is dict


def is_changed(primitive: Any) -> bool:
    """Say whether an object that was not hydrated was stored with changes."""
    if not is_object(primitive):
        return False
    if primitive.get(CHANGES):
        return True
    return any(is_changed(value) for value in primitive[DATA].values())


def forget_changes(primitive: Any) -> None:
    """Take the changes out of a primitive and of all objects in it, in place."""
    if type(primitive) is list:
        for item in primitive:
            forget_changes(item)
    elif is_object(primitive):
        primitive.pop(CHANGES, None)
        for value in primitive[DATA].values():
            kind = type(value)
            if kind is dict or kind is list:
                forget_changes(value)


@contextlib.contextmanager
def reading(noun: str, key: str) -> Iterator[None]:
    """Turn what goes wrong while stored JSON is read into the errors that name the record.

    :param noun: what the record is called, for example ``request spec``
    :param key: which one it is, for example the instance's uuid
    :raises UnreadableRecord: if the text is not what was stored
    :raises UnsupportedRecordVersion: if an object in it has a version not known here
    """
    try:
        yield
    except (
        ovo_exception.IncompatibleObjectVersion,
        ovo_exception.UnsupportedObjectError,
    ) as error:
        raise exception.UnsupportedRecordVersion(noun=noun, key=key, reason=error) from None
    except KeyError as error:
        raise exception.UnreadableRecord(noun=noun, key=key, reason=f"{error} is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise exception.UnreadableRecord(noun=noun, key=key, reason=error) from None
