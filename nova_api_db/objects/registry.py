# SPDX-License-Identifier: Apache-2.0
"""Finding classes of the contract that were not imported yet, alone and with all they hold."""

import functools
import importlib
from collections.abc import Iterator

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_api_db.objects import names


def load_class(name: str) -> None:
    """Import the module of a class of the contract, so that it is registered."""
    module = names.MODULES.get(name)
    if module is not None:
        importlib.import_module(module)


@functools.cache
def load_tree(name: str) -> None:
    """Import the modules of a class and of all classes that its fields may hold.

    A name that no class has is left to whoever looks it up next.
    """
    waiting, seen = [name], set()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(_children(current))


def _children(name: str) -> Iterator[str]:
    load_class(name)
    for cls in ovo.VersionedObjectRegistry.obj_classes().get(name, ())[:1]:
        for field in cls.fields.values():
            if isinstance(field, ovo_fields.ObjectField | ovo_fields.ListOfObjectsField):
                yield field.objname


def manifest(name: str) -> dict[str, str]:
    """Return the versions known here of a class and of all classes below it.

    That is what a receiver sends along, so that it is answered in its own versions.
    """
    load_tree(name)
    return ovo.obj_tree_get_versions(name)
