# SPDX-License-Identifier: Apache-2.0
"""Listing the servers that are in no cell yet."""

from collections.abc import Iterator

from benchmarks import sides
from benchmarks.comparison import Comparison, Options


def run(options: Options) -> Iterator[Comparison]:
    """List build requests."""
    with sides.start(options) as compared:
        yield compared.compare(
            "BuildRequestList, a field of each",
            "build requests",
            "build_request_list",
            6,
            parses=True,
        )
