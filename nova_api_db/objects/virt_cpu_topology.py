# SPDX-License-Identifier: Apache-2.0
"""Sockets, cores and threads; part of a NUMA cell and of a CPU model."""

from collections.abc import Mapping
from typing import Self

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class VirtCPUTopology(base.NovaObject):
    """How many sockets, cores and threads there are."""

    VERSION = "1.0"

    fields = {
        "sockets": fields.IntegerField(nullable=True, default=1),
        "cores": fields.IntegerField(nullable=True, default=1),
        "threads": fields.IntegerField(nullable=True, default=1),
    }

    @classmethod
    def from_dict(cls, data: Mapping[str, int | None]) -> Self:
        """Make one from a dictionary; what is not in it is null."""
        return cls(**{name: data.get(name) for name in cls.fields})

    def to_dict(self) -> dict[str, int | None]:
        """Return sockets, cores and threads."""
        return {"sockets": self.sockets, "cores": self.cores, "threads": self.threads}
