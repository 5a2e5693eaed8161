# SPDX-License-Identifier: Apache-2.0
"""Booting: the three records of a server, built and stored.

Nova stores each record in a transaction of its own, as its API does.
"""

from collections.abc import Iterator

from benchmarks import sides
from benchmarks.comparison import Comparison, Options
from benchmarks.records import Side
from nova_api_db.objects.instance import Instance
from nova_api_db.servers import boot
from nova_api_db.servers.boot import ServerRequest

#: How many servers one request asks for.
TOGETHER = 100


def run(options: Options) -> Iterator[Comparison]:
    """Boot servers one by one, and many with one request."""
    together = min(TOGETHER, options.count)
    with sides.start(options) as compared:
        yield compared.compare("boot of one server", "servers", "boot_each", 4, ours=_each)
        yield compared.compare(
            f"boot of {together} together",
            "servers",
            "boot_together",
            8,
            ours=_together,
            count=together,
        )


def _each(side: Side) -> Iterator[None]:
    request = ServerRequest(name="server", flavor=side.flavor(), image=side.image())
    yield
    for _ in range(side.count):
        _check(boot.boot(side.context, request), 1)


def _together(side: Side) -> Iterator[None]:
    request = ServerRequest(
        name="server", flavor=side.flavor(), image=side.image(), count=side.count
    )
    yield
    _check(boot.boot(side.context, request), side.count)


def _check(servers: list[Instance], count: int) -> None:
    if len(servers) != count:
        raise RuntimeError(f"{len(servers)} servers instead of {count}")
