# SPDX-License-Identifier: Apache-2.0
"""The CPU model of a server; stored as JSON (instance_extra.vcpu_model)."""

from typing import Self

from nova_api_db.context import RequestContext
from nova_api_db.objects import base, document, fields, unset


@base.NovaObjectRegistry.register
class VirtCPUFeature(unset.NullWhenUnset):
    """One feature of a CPU model."""

    VERSION = "1.0"

    fields = {
        "policy": fields.CPUFeaturePolicyField(nullable=True),
        "name": fields.StringField(),
    }


@base.NovaObjectRegistry.register
class VirtCPUModel(unset.NullWhenUnset):
    """A CPU model."""

    VERSION = "1.0"

    fields = {
        "arch": fields.ArchitectureField(nullable=True),
        "vendor": fields.StringField(nullable=True),
        "topology": fields.ObjectField("VirtCPUTopology", nullable=True),
        "features": fields.ListOfObjectsField("VirtCPUFeature", default=[]),
        "mode": fields.CPUModeField(nullable=True),
        "model": fields.StringField(nullable=True),
        "match": fields.CPUMatchField(nullable=True),
    }

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> Self | None:
        """Return the CPU model of a server, if any.

        :raises UnreadableRecord: if what is stored cannot be read
        """
        return document.find(cls, context, instance_uuid, "vcpu_model")

    def to_json(self) -> str:
        """Return the text it is stored as."""
        return base.to_json(self)

    @classmethod
    def from_json(cls, jsonstr: str) -> Self:
        """Make one from stored text."""
        return base.from_json(cls, jsonstr, None, noun="CPU model", key="a server")
