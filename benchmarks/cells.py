# SPDX-License-Identifier: Apache-2.0
"""Finding the cell of a server, and asking a cell."""

from collections.abc import Iterator

from benchmarks import sides
from benchmarks.comparison import Comparison, Options


def run(options: Options) -> Iterator[Comparison]:
    """Read mappings, and ask a cell."""
    with sides.start(options) as compared:
        yield compared.compare(
            "InstanceMapping with its cell", "mappings", "instance_mapping_get", 4
        )
        yield compared.compare("aim at a cell, one small query", "queries", "cell_query", 3)
