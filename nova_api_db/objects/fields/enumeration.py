# SPDX-License-Identifier: Apache-2.0
"""What the enumerations share: their values are in the class, in the order of the contract."""

from collections.abc import Mapping
from typing import Any, ClassVar

from oslo_versionedobjects import fields


class Enumeration(fields.Enum):
    """One of ``VALUES``, spelled exactly so."""

    VALUES: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__(valid_values=self.VALUES)


class LenientEnumeration(Enumeration):
    """One of ``VALUES`` in any case, or one of the older names in ``ALIASES``."""

    #: Older name, in lower case -> the value it stands for.
    ALIASES: ClassVar[Mapping[str, str]] = {}

    def coerce(self, obj: Any, attr: str, value: Any) -> str:
        """Return the value as the contract spells it."""
        if isinstance(value, str):
            value = value.lower()
            value = self.ALIASES.get(value, value)
        return super().coerce(obj, attr, value)
