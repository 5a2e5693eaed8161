# SPDX-License-Identifier: Apache-2.0
"""How the fields of a ComputeNode are stored: which columns hold JSON, and what has to be there."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from nova_api_db.objects import base

#: What a node has before the operator or its service says otherwise; 0 is what services stored
#: that left it to the scheduler.
INITIAL_RATIOS = {
    "cpu_allocation_ratio": 4.0,
    "ram_allocation_ratio": 1.0,
    "disk_allocation_ratio": 1.0,
}

#: Field -> the column that holds it as JSON.
JSON_COLUMNS = {
    "stats": "stats",
    "supported_hv_specs": "supported_instances",
    "pci_device_pools": "pci_stats",
}

#: What a row has to have.
REQUIRED = (
    "vcpus",
    "memory_mb",
    "local_gb",
    "vcpus_used",
    "memory_mb_used",
    "local_gb_used",
    "hypervisor_type",
    "hypervisor_version",
    "cpu_info",
)

#: Field -> how its value is stored.
_TO_TEXT: dict[str, Callable[[Any], str]] = {
    "stats": json.dumps,
    "host_ip": str,
    "supported_hv_specs": lambda specs: json.dumps([spec.to_list() for spec in specs]),
    "pci_device_pools": base.to_json,
}


def to_columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns to write for fields that changed."""
    columns = {name: value for name, value in changes.items() if name != "id"}
    for name, to_text in _TO_TEXT.items():
        if name in columns:
            value = columns.pop(name)
            columns[JSON_COLUMNS.get(name, name)] = None if value is None else to_text(value)
    return columns
