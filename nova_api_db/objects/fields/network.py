# SPDX-License-Identifier: Apache-2.0
"""What is known of the network interfaces of a server."""

import json
from typing import Any

from oslo_versionedobjects import fields

__all__ = ["NetworkModel", "NetworkModelField"]

#: One dictionary per interface.
NetworkInfo = list[dict[str, Any]]


class NetworkModel(fields.FieldType[NetworkInfo]):
    """A list with one dictionary per interface; it is stored and sent as JSON text."""

    def coerce(self, obj: Any, attr: str, value: Any) -> NetworkInfo:
        """Take the list or its JSON text."""
        if isinstance(value, str):
            value = json.loads(value)
        if not isinstance(value, list):
            # What fields raise when a value does not fit is a ValueError, whatever does not fit.
            raise ValueError(f"A list of interfaces is required in field {attr}")  # noqa: TRY004
        return value

    def from_primitive(self, obj: Any, attr: str, value: Any) -> NetworkInfo:
        """Parse the text."""
        return self.coerce(obj, attr, value)

    def to_primitive(self, obj: Any, attr: str, value: NetworkInfo) -> str:
        """Return the text."""
        return json.dumps(value)

    def stringify(self, value: NetworkInfo) -> str:
        """Name the interfaces by their ids."""
        return f"NetworkModel({','.join(str(interface.get('id')) for interface in value)})"


class NetworkModelField(fields.AutoTypedField[NetworkInfo]):
    """Holds the interfaces of one server."""

    AUTO_TYPE = NetworkModel()
