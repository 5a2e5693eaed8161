# SPDX-License-Identifier: Apache-2.0
"""The enumeration of moves."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import Enumeration

__all__ = [
    "MigrationType",
    "MigrationTypeField",
]


class MigrationType(Enumeration):
    """What kind of move a migration is."""

    MIGRATION = "migration"
    RESIZE = "resize"
    LIVE_MIGRATION = "live-migration"
    EVACUATION = "evacuation"

    VALUES = (MIGRATION, RESIZE, LIVE_MIGRATION, EVACUATION)


class MigrationTypeField(fields.BaseEnumField):
    """Holds one MigrationType."""

    AUTO_TYPE = MigrationType()
