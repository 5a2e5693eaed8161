# SPDX-License-Identifier: Apache-2.0
"""The name of a placement resource class."""

import re
from typing import Any

from oslo_versionedobjects import fields

__all__ = ["ResourceClass", "ResourceClassField"]


class ResourceClass(fields.StringPattern[str]):
    """A name such as ``VCPU`` or ``CUSTOM_PMEM_SMALL``; letters are made upper case."""

    PATTERN = "^[A-Z0-9_]+$"

    def coerce(self, obj: Any, attr: str, value: Any) -> str:
        """Return the name in upper case."""
        if isinstance(value, str):
            name = value.upper()
            if re.match(self.PATTERN, name):
                return name
        raise ValueError(f"Malformed resource class {value!r}")


class ResourceClassField(fields.AutoTypedField[str]):
    """Holds one ResourceClass."""

    AUTO_TYPE = ResourceClass()
