# SPDX-License-Identifier: Apache-2.0
"""What was asked for at boot: storing, reading, and as text."""

from collections.abc import Iterator

from benchmarks import operations, sides
from benchmarks.comparison import Comparison, Options
from benchmarks.records import Side


def run(options: Options) -> Iterator[Comparison]:
    """Create, save, get and serialize request specs."""
    with sides.start(options) as compared:
        yield compared.compare("RequestSpec create", "specs", "request_spec_create", 4)
        yield compared.compare("RequestSpec save", "specs", "request_spec_save", 4)
        yield compared.compare(
            "RequestSpec get, flavor read", "specs", "request_spec_get", 5, parses=True
        )
        yield compared.compare(
            "RequestSpec to text and back", "specs", "request_spec_json", 4, bare=_json
        )


def _json(side: Side) -> float:
    """Let the json module alone do it."""
    return operations.do(side, operations.OPERATIONS["bare_json"])
