# SPDX-License-Identifier: Apache-2.0
"""The certificates an image is checked with; JSON in instance_extra.trusted_certs."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class TrustedCerts(base.NovaObject):
    """The ids of the certificates to trust."""

    VERSION = "1.0"

    fields = {"ids": fields.ListOfStringsField()}
