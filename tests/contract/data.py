# SPDX-License-Identifier: Apache-2.0
"""Reads the contract data."""

import gzip
import json
import pathlib
from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields

DATA = pathlib.Path(__file__).parent / "data"
BACK_LEVEL = sorted(path.name.split(".")[0] for path in (DATA / "backlevel").glob("*.json.gz"))


def read(name: str) -> Any:
    """Return the content of a data file, named without its suffixes."""
    return json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))


def sort_unordered(primitive: Any) -> Any:
    """Return a primitive as JSON would give it back, with sets and changes sorted."""
    if isinstance(primitive, dict):
        result = {key: sort_unordered(value) for key, value in primitive.items()}
        if "nova_object.name" in result:
            if "nova_object.changes" in result:
                result["nova_object.changes"].sort()
            cls = ovo.VersionedObjectRegistry.obj_classes()[result["nova_object.name"]][0]
            data = result["nova_object.data"]
            for name, field in cls.fields.items():
                if isinstance(field._type, fields.Set) and data.get(name) is not None:
                    data[name] = sorted(data[name])
        return result
    if isinstance(primitive, list | tuple):
        return [sort_unordered(value) for value in primitive]
    return primitive
