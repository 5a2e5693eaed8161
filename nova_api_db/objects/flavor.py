# SPDX-License-Identifier: Apache-2.0
"""The sizes of servers; rows of the api database (flavors, flavor_extra_specs, flavor_projects).

A copy of its flavor is stored with every server (instance_extra.flavor) and in its RequestSpec.
"""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Flavor(base.PersistentFields, base.NovaObject, base.DictCompat):
    """A size of servers."""

    # 1.2: field description (not meant to be stored with an instance)
    # 1.1: methods save_projects and save_extra_specs; save no longer remotable
    VERSION = "1.2"

    added_in = {"description": "1.2"}

    fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(nullable=True),
        "memory_mb": fields.IntegerField(),
        "vcpus": fields.IntegerField(),
        "root_gb": fields.IntegerField(),
        "ephemeral_gb": fields.IntegerField(),
        "flavorid": fields.StringField(),
        "swap": fields.IntegerField(),
        "rxtx_factor": fields.FloatField(nullable=True, default=1.0),
        "vcpu_weight": fields.IntegerField(nullable=True),
        "disabled": fields.BooleanField(),
        "is_public": fields.BooleanField(),
        "extra_specs": fields.DictOfStringsField(),
        "projects": fields.ListOfStringsField(),
        "description": fields.StringField(nullable=True),
    }


@base.NovaObjectRegistry.register
class FlavorList(base.ObjectListBase[Flavor], base.NovaObject):
    """Flavors."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("Flavor")}
