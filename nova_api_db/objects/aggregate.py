# SPDX-License-Identifier: Apache-2.0
"""Groups of hosts; rows of the api database (aggregates, aggregate_hosts, aggregate_metadata)."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Aggregate(base.PersistentFields, base.NovaObject):
    """A group of hosts with metadata, such as the availability zone they form."""

    VERSION = "1.3"

    obj_extra_fields = ["availability_zone"]

    fields = {
        "id": fields.IntegerField(),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(),
        "hosts": fields.ListOfStringsField(nullable=True),
        "metadata": fields.DictOfStringsField(nullable=True),
    }

    @property
    def availability_zone(self) -> str | None:
        """The availability zone that the hosts form, if any."""
        return (self.metadata or {}).get("availability_zone")


@base.NovaObjectRegistry.register
class AggregateList(base.ObjectListBase[Aggregate], base.NovaObject):
    """Aggregates."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("Aggregate")}
