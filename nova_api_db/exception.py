# SPDX-License-Identifier: Apache-2.0
"""What this library raises, grouped by noun.

Every class has a stable message format; the text of an exception is one line that says what was
wrong and, where there is something to do, what to do. Nothing here carries a password: whoever
puts a URL into a message masks it first (:func:`nova_api_db.urls.mask`).
"""

from typing import Any, ClassVar


class NovaApiDbError(Exception):
    """Base of everything this library raises on purpose."""

    msg_fmt: ClassVar[str] = "An unknown error occurred."

    def __init__(self, message: str | None = None, **kwargs: Any) -> None:
        self.kwargs = kwargs
        super().__init__(message if message is not None else self.msg_fmt % kwargs)

    def format_message(self) -> str:
        """Return the one-line text, without the name of the class."""
        return str(self)


class NotFound(NovaApiDbError):
    msg_fmt = "Resource could not be found."


class Invalid(NovaApiDbError):
    msg_fmt = "Bad request: %(reason)s"


# Configuration and databases


class ConfigurationError(NovaApiDbError):
    msg_fmt = "%(reason)s"


class CellNotAimed(ConfigurationError):
    msg_fmt = (
        "This needs a cell database: aim the context with target_cell(), or configure "
        "[database] connection for a service that lives in one cell."
    )


class DatabaseUnavailable(NovaApiDbError):
    msg_fmt = "Cannot use the database %(url)s: %(reason)s"


class TableMissing(NovaApiDbError):
    msg_fmt = (
        "A database has no table %(table)s: make its tables first (nova-manage api_db sync, "
        "nova-manage db sync)."
    )


class ExclusiveTimeout(NovaApiDbError):
    msg_fmt = (
        "Another run was still at it after %(timeout)s seconds (%(name)s); nothing was changed. "
        "Run the command again when it has ended."
    )


class DatabaseURLInvalid(ConfigurationError):
    msg_fmt = "Not a usable database URL: %(url)s (%(reason)s)"


class TransportURLInvalid(ConfigurationError):
    msg_fmt = "Not a usable transport URL: %(url)s (%(reason)s)"


class NoMessageBus(ConfigurationError):
    msg_fmt = "%(place)s has no message bus: its transport URL is %(url)s"


# Stored and sent objects


class UnreadableRecord(NovaApiDbError):
    msg_fmt = "The stored %(noun)s of %(key)s cannot be read: %(reason)s"


class UnsupportedRecordVersion(UnreadableRecord):
    msg_fmt = "The stored %(noun)s of %(key)s has a version this release does not know: %(reason)s"


class ObjectActionError(NovaApiDbError):
    msg_fmt = "Object action %(action)s failed because: %(reason)s"


class OrphanedObjectError(NovaApiDbError):
    msg_fmt = "Cannot call %(method)s on orphaned %(objtype)s object"


class ReadOnlyFieldError(NovaApiDbError):
    msg_fmt = "Cannot modify readonly field %(field)s"


# Api database


class RequestSpecNotFound(NotFound):
    msg_fmt = "RequestSpec not found for instance %(instance_uuid)s"


class BuildRequestNotFound(NotFound):
    msg_fmt = "BuildRequest not found for instance %(uuid)s"


class InstanceMappingNotFound(NotFound):
    msg_fmt = "Instance %(uuid)s has no mapping to a cell."


class CellMappingNotFound(NotFound):
    msg_fmt = "Cell %(uuid)s has no mapping."


class CellMappingAmbiguous(Invalid):
    msg_fmt = "%(count)s cells are named %(name)s: %(uuids)s. Name the one you mean by its uuid."


class CellMappingExists(Invalid):
    msg_fmt = "Cell %(uuid)s (%(name)s) already uses this %(what)s."


class Cell0Elsewhere(Invalid):
    msg_fmt = (
        "Cell0 is recorded already, with another database: %(recorded)s. Nothing was changed; to "
        "move it, change the recorded cell instead of adding one."
    )


class HostMappingNotFound(NotFound):
    msg_fmt = "Host '%(name)s' is not mapped to any cell"


class FlavorNotFound(NotFound):
    msg_fmt = "Flavor %(flavor_id)s could not be found."


class FlavorNotFoundByName(FlavorNotFound):
    msg_fmt = "Flavor with name %(flavor_name)s could not be found."


class FlavorExists(Invalid):
    msg_fmt = "Flavor with name %(name)s already exists."


class FlavorIdExists(Invalid):
    msg_fmt = "Flavor with ID %(flavor_id)s already exists."


class FlavorAccessExists(Invalid):
    msg_fmt = "Flavor access already exists for flavor %(flavor_id)s and project %(project_id)s."


class FlavorAccessNotFound(NotFound):
    msg_fmt = "Flavor access not found for %(flavor_id)s / %(project_id)s combination."


class FlavorExtraSpecsNotFound(NotFound):
    msg_fmt = "Flavor %(flavor_id)s has no extra specs with key %(extra_specs_key)s."


class InstanceGroupNotFound(NotFound):
    msg_fmt = "Instance group %(group_uuid)s could not be found."


class InstanceGroupIdExists(Invalid):
    msg_fmt = "Instance group %(group_uuid)s already exists."


class InstanceGroupSaveException(NovaApiDbError):
    msg_fmt = "The %(field)s of an instance group cannot be saved."


class KeypairNotFound(NotFound):
    msg_fmt = "Keypair %(name)s not found for user %(user_id)s"


class KeyPairExists(Invalid):
    msg_fmt = "Key pair '%(key_name)s' already exists."


class AggregateNotFound(NotFound):
    msg_fmt = "Aggregate %(aggregate_id)s could not be found."


class AggregateNameExists(Invalid):
    msg_fmt = "Aggregate %(aggregate_name)s already exists."


class AggregateHostExists(Invalid):
    msg_fmt = "Aggregate %(aggregate_id)s already has host %(host)s."


class AggregateHostNotFound(NotFound):
    msg_fmt = "Aggregate %(aggregate_id)s has no host %(host)s."


# Cell databases


class InstanceNotFound(NotFound):
    msg_fmt = "Instance %(instance_id)s could not be found."


class InstanceExists(Invalid):
    msg_fmt = "Instance %(name)s already exists."


class InstanceTagNotFound(NotFound):
    msg_fmt = "Instance %(instance_id)s has no tag '%(tag)s'"


class InstanceUpdateConflict(Invalid):
    msg_fmt = (
        "Conflict updating instance %(instance_uuid)s. Expected: %(expected)s. Actual: %(actual)s"
    )


class UnexpectedTaskStateError(InstanceUpdateConflict):
    pass


class UnexpectedDeletingTaskStateError(UnexpectedTaskStateError):
    pass


class ServiceNotFound(NotFound):
    msg_fmt = "Service %(service_id)s could not be found."


class ServiceBinaryExists(Invalid):
    msg_fmt = "Service with host %(host)s binary %(binary)s exists."


class ServiceTopicExists(Invalid):
    msg_fmt = "Service with host %(host)s topic %(topic)s exists."


class ServiceTooOld(Invalid):
    msg_fmt = (
        "This service (version %(thisver)s) is older than all others of its kind (at least "
        "%(minver)s): it would be told what it does not understand. Upgrade it first."
    )


class DuplicateRecord(Invalid):
    msg_fmt = "There is a %(target)s already."


class InvalidNodeConfiguration(Invalid):
    msg_fmt = "Invalid node identity configuration: %(reason)s"


class HostBinaryNotFound(NotFound):
    msg_fmt = "Could not find binary %(binary)s on host %(host)s."


class ComputeHostNotFound(NotFound):
    msg_fmt = "Compute host %(host)s could not be found."


class CellTimeout(NovaApiDbError):
    msg_fmt = "Cell %(uuid)s did not answer."


class MigrationNotFound(NotFound):
    msg_fmt = "Migration %(migration_id)s could not be found."


class MigrationNotFoundByStatus(MigrationNotFound):
    msg_fmt = "Migration not found for instance %(instance_id)s with status %(status)s."


class MigrationNotFoundForInstance(MigrationNotFound):
    msg_fmt = "Migration %(migration_id)s not found for instance %(instance_id)s"


class PciDeviceNotFound(NotFound):
    msg_fmt = "PCI Device %(node_id)s:%(address)s not found."


class PciDeviceNotFoundById(NotFound):
    msg_fmt = "PCI device %(id)s not found"


class SecurityGroupNotFound(NotFound):
    msg_fmt = "Security group %(security_group_id)s not found."


class SecurityGroupNotFoundForProject(SecurityGroupNotFound):
    msg_fmt = "Security group %(security_group_id)s not found for project %(project_id)s."


class SecurityGroupExists(Invalid):
    msg_fmt = "The project has a security group %(security_group_name)s already."


class MigrationContextNotFound(NotFound):
    msg_fmt = "There is no instance %(instance_uuid)s that could have a migration context."


class NumaTopologyNotFound(NotFound):
    msg_fmt = "There is no instance %(instance_uuid)s that could have a NUMA topology."


class BDMNotFound(NotFound):
    msg_fmt = "No Block Device Mapping with id %(id)s."


class VolumeBDMNotFound(NotFound):
    msg_fmt = "No volume Block Device Mapping with id %(volume_id)s."


class VolumeBDMIsMultiAttach(Invalid):
    msg_fmt = "Volume %(volume_id)s is attached to several servers: say which one is meant."


class InvalidVolume(Invalid):
    msg_fmt = "Invalid volume: %(reason)s"


class InstanceInfoCacheNotFound(NotFound):
    msg_fmt = "Info cache for instance %(instance_uuid)s could not be found."


class MarkerNotFound(NotFound):
    msg_fmt = "Marker %(marker)s could not be found."


class InvalidSortKey(Invalid):
    msg_fmt = "Sort key supplied was not valid."


class InvalidSortDirection(Invalid):
    msg_fmt = "Sort direction supplied was not valid: %(direction)s"


# Migrations of the schema


class MigrationError(NovaApiDbError):
    msg_fmt = "%(reason)s"


class MigrationLocked(MigrationError):
    msg_fmt = (
        "Another run was still migrating this database after %(timeout)s seconds; nothing was "
        "changed. Run the command again when it has ended."
    )


class MigrationRefused(MigrationError):
    """Not done, and nothing was changed."""


class UnknownRevision(MigrationRefused):
    msg_fmt = "The %(database)s database has no revision %(version)s (%(hint)s)."


class DowngradeRefused(MigrationRefused):
    msg_fmt = (
        "The %(database)s database is at revision %(current)s, which is newer than %(version)s. "
        "A schema only goes forward: to go back, restore a backup."
    )


class ForeignSchema(MigrationRefused):
    msg_fmt = (
        "The database %(url)s was not made by these tools (it holds %(found)s, and no "
        "%(version_table)s), so its schema is left alone. Nothing was changed. Name an empty "
        "database to make a new one; one of a Nova deployment is migrated by Nova itself."
    )


class WrongSchema(MigrationRefused):
    msg_fmt = (
        "The database %(url)s is of the %(found)s kind, not of the %(wanted)s kind. Nothing was "
        "changed. Check which of the two connections names it."
    )


class NewerSchema(MigrationRefused):
    msg_fmt = (
        "The database %(url)s is at revision %(revision)s, which this release does not know: a "
        "newer one migrated it. Use that release, or restore a backup."
    )


class Cell0Unreachable(MigrationError):
    msg_fmt = (
        "Cell0 could not be reached: %(reason)s. No cell was migrated; --local_cell migrates the "
        "configured one alone."
    )
