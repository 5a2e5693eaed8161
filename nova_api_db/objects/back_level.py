# SPDX-License-Identifier: Apache-2.0
"""What back-conversions written by hand share. Most need none of it: ``added_in`` drops fields."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import versionutils

from nova_api_db import exception

#: Field -> value -> the version that brought the value.
ValuesAddedIn = Mapping[str, Mapping[str, str]]


def is_older(version: str, than: str) -> bool:
    """Say whether a version comes before another, 1.9 before 1.10."""
    as_tuple = versionutils.convert_version_to_tuple
    return bool(as_tuple(version) < as_tuple(than))


def refuse(primitive: Mapping[str, Any], field: str, target_version: str) -> None:
    """Raise ObjectActionError: the receiver cannot be told the value of a field."""
    raise exception.ObjectActionError(
        action="obj_make_compatible",
        reason=f"{field}={primitive.get(field)} is not supported in version {target_version}",
    )


def refuse_newer_values(
    primitive: Mapping[str, Any], target_version: str, values_added_in: ValuesAddedIn
) -> None:
    """Raise ObjectActionError if a field has a value that the receiver does not know."""
    for field, versions in values_added_in.items():
        version = versions.get(primitive.get(field, ""))
        if version is not None and is_older(target_version, version):
            refuse(primitive, field, target_version)
