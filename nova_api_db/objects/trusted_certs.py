# SPDX-License-Identifier: Apache-2.0
"""The certificates an image is checked with; JSON in instance_extra.trusted_certs."""

from typing import Self

from nova_api_db.context import RequestContext
from nova_api_db.objects import base, document, fields


@base.NovaObjectRegistry.register
class TrustedCerts(base.NovaObject):
    """The ids of the certificates to trust."""

    VERSION = "1.0"

    fields = {"ids": fields.ListOfStringsField()}

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the certificates that the image of a server is checked with, if any.

        :raises UnreadableRecord: if what is stored cannot be read
        """
        return document.find(cls, context, instance_uuid, "trusted_certs")
