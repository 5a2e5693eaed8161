# SPDX-License-Identifier: Apache-2.0
"""The CPU model of a server; stored as JSON (instance_extra.vcpu_model)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class VirtCPUFeature(base.NovaObject):
    """One feature of a CPU model."""

    VERSION = "1.0"

    fields = {
        "policy": fields.CPUFeaturePolicyField(nullable=True),
        "name": fields.StringField(),
    }


@base.NovaObjectRegistry.register
class VirtCPUModel(base.NovaObject):
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
