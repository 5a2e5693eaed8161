# SPDX-License-Identifier: Apache-2.0
"""Which physical networks a server needs; part of a RequestSpec, never stored."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class NetworkMetadata(base.NovaObject):
    """The physical networks, and whether tunnelled ones, of a server."""

    VERSION = "1.0"

    fields = {
        "physnets": fields.SetOfStringsField(),
        "tunneled": fields.BooleanField(),
    }
