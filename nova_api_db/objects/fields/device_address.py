# SPDX-License-Identifier: Apache-2.0
"""The addresses of virtual devices on the buses of a guest, as a device tag reports them."""

import re
from typing import Any

from oslo_versionedobjects import fields

__all__ = [
    "IDEAddress",
    "IDEAddressField",
    "SCSIAddress",
    "SCSIAddressField",
    "USBAddress",
    "USBAddressField",
    "XenAddress",
    "XenAddressField",
]


class DeviceAddress(fields.StringPattern[str]):
    """A text that starts with ``PATTERN``."""

    def coerce(self, obj: Any, attr: str, value: Any) -> str:
        """Return the address unchanged."""
        if not isinstance(value, str) or not re.match(self.PATTERN, value):
            raise ValueError(f"{attr} must match {self.PATTERN}, and {value!r} does not")
        return value


class IDEAddress(DeviceAddress):
    """Controller and unit."""

    PATTERN = "[0-1]:[0-1]"


class SCSIAddress(DeviceAddress):
    """Host, channel, target and unit."""

    PATTERN = "[a-f0-9]+:[a-f0-9]+:[a-f0-9]+:[a-f0-9]+"


class USBAddress(DeviceAddress):
    """Bus and port."""

    PATTERN = "[a-f0-9]+:[a-f0-9]+"


class XenAddress(DeviceAddress):
    """A virtual device number, or one made from the unit."""

    PATTERN = "(00[0-9]{2}00)|[1-9][0-9]+"


class IDEAddressField(fields.AutoTypedField[str]):
    """Holds one IDEAddress."""

    AUTO_TYPE = IDEAddress()


class SCSIAddressField(fields.AutoTypedField[str]):
    """Holds one SCSIAddress."""

    AUTO_TYPE = SCSIAddress()


class USBAddressField(fields.AutoTypedField[str]):
    """Holds one USBAddress."""

    AUTO_TYPE = USBAddress()


class XenAddressField(fields.AutoTypedField[str]):
    """Holds one XenAddress."""

    AUTO_TYPE = XenAddress()
