# SPDX-License-Identifier: Apache-2.0
"""Sockets, cores and threads; part of a NUMA cell and of a CPU model."""

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
