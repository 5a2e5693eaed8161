# SPDX-License-Identifier: Apache-2.0
"""The enumerations of CPUs: policies of a server, and the model a host offers."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import Enumeration

__all__ = [
    "CPUAllocationPolicy",
    "CPUAllocationPolicyField",
    "CPUEmulatorThreadsPolicy",
    "CPUEmulatorThreadsPolicyField",
    "CPUFeaturePolicy",
    "CPUFeaturePolicyField",
    "CPUMatch",
    "CPUMatchField",
    "CPUMode",
    "CPUModeField",
    "CPUThreadAllocationPolicy",
    "CPUThreadAllocationPolicyField",
]


class CPUAllocationPolicy(Enumeration):
    """Whether the virtual CPUs of a server have host CPUs of their own."""

    DEDICATED = "dedicated"
    SHARED = "shared"
    MIXED = "mixed"

    VALUES = (DEDICATED, SHARED, MIXED)


class CPUAllocationPolicyField(fields.BaseEnumField):
    """Holds one CPUAllocationPolicy."""

    AUTO_TYPE = CPUAllocationPolicy()


class CPUEmulatorThreadsPolicy(Enumeration):
    """Where the emulator of a pinned server runs."""

    SHARE = "share"
    ISOLATE = "isolate"

    VALUES = (SHARE, ISOLATE)


class CPUEmulatorThreadsPolicyField(fields.BaseEnumField):
    """Holds one CPUEmulatorThreadsPolicy."""

    AUTO_TYPE = CPUEmulatorThreadsPolicy()


class CPUThreadAllocationPolicy(Enumeration):
    """How a pinned server uses the hardware threads of a core."""

    PREFER = "prefer"
    ISOLATE = "isolate"
    REQUIRE = "require"

    VALUES = (PREFER, ISOLATE, REQUIRE)


class CPUThreadAllocationPolicyField(fields.BaseEnumField):
    """Holds one CPUThreadAllocationPolicy."""

    AUTO_TYPE = CPUThreadAllocationPolicy()


class CPUFeaturePolicy(Enumeration):
    """What a CPU model says about one CPU feature."""

    FORCE = "force"
    REQUIRE = "require"
    OPTIONAL = "optional"
    DISABLE = "disable"
    FORBID = "forbid"

    VALUES = (FORCE, REQUIRE, OPTIONAL, DISABLE, FORBID)


class CPUFeaturePolicyField(fields.BaseEnumField):
    """Holds one CPUFeaturePolicy."""

    AUTO_TYPE = CPUFeaturePolicy()


class CPUMatch(Enumeration):
    """How strictly a host CPU has to match a model."""

    MINIMUM = "minimum"
    EXACT = "exact"
    STRICT = "strict"

    VALUES = (MINIMUM, EXACT, STRICT)


class CPUMatchField(fields.BaseEnumField):
    """Holds one CPUMatch."""

    AUTO_TYPE = CPUMatch()


class CPUMode(Enumeration):
    """Where the CPU model of a server comes from."""

    CUSTOM = "custom"
    HOST_MODEL = "host-model"
    HOST_PASSTHROUGH = "host-passthrough"

    VALUES = (CUSTOM, HOST_MODEL, HOST_PASSTHROUGH)


class CPUModeField(fields.BaseEnumField):
    """Holds one CPUMode."""

    AUTO_TYPE = CPUMode()
