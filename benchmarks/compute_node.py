# SPDX-License-Identifier: Apache-2.0
"""What hosts offer: stored by each of them, and listed by the scheduler."""

from collections.abc import Iterator

from benchmarks import sides
from benchmarks.comparison import Comparison, Options


def run(options: Options) -> Iterator[Comparison]:
    """Create, save and list compute nodes."""
    with sides.start(options) as compared:
        yield compared.compare("ComputeNode create", "nodes", "compute_node_create", 2.5)
        yield compared.compare("ComputeNode save", "nodes", "compute_node_save", 3)
        yield compared.compare("ComputeNodeList, four fields", "nodes", "compute_node_list", 6)
