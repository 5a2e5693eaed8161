# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor runs: architectures, kinds of hypervisor, modes of a virtual machine."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import LenientEnumeration

__all__ = [
    "Architecture",
    "ArchitectureField",
    "HVType",
    "HVTypeField",
    "VMMode",
    "VMModeField",
]


class Architecture(LenientEnumeration):
    """A CPU architecture."""

    ALPHA = "alpha"
    ARMV6 = "armv6"
    ARMV7L = "armv7l"
    ARMV7B = "armv7b"
    AARCH64 = "aarch64"
    CRIS = "cris"
    I686 = "i686"
    IA64 = "ia64"
    LM32 = "lm32"
    M68K = "m68k"
    MICROBLAZE = "microblaze"
    MICROBLAZEEL = "microblazeel"
    MIPS = "mips"
    MIPSEL = "mipsel"
    MIPS64 = "mips64"
    MIPS64EL = "mips64el"
    OPENRISC = "openrisc"
    PARISC = "parisc"
    PARISC64 = "parisc64"
    PPC = "ppc"
    PPCLE = "ppcle"
    PPC64 = "ppc64"
    PPC64LE = "ppc64le"
    PPCEMB = "ppcemb"
    S390 = "s390"
    S390X = "s390x"
    SH4 = "sh4"
    SH4EB = "sh4eb"
    SPARC = "sparc"
    SPARC64 = "sparc64"
    UNICORE32 = "unicore32"
    X86_64 = "x86_64"
    XTENSA = "xtensa"
    XTENSAEB = "xtensaeb"

    VALUES = (
        ALPHA,
        ARMV6,
        ARMV7L,
        ARMV7B,
        AARCH64,
        CRIS,
        I686,
        IA64,
        LM32,
        M68K,
        MICROBLAZE,
        MICROBLAZEEL,
        MIPS,
        MIPSEL,
        MIPS64,
        MIPS64EL,
        OPENRISC,
        PARISC,
        PARISC64,
        PPC,
        PPCLE,
        PPC64,
        PPC64LE,
        PPCEMB,
        S390,
        S390X,
        SH4,
        SH4EB,
        SPARC,
        SPARC64,
        UNICORE32,
        X86_64,
        XTENSA,
        XTENSAEB,
    )
    ALIASES = {"i386": I686, "i486": I686, "i586": I686, "amd64": X86_64}


class ArchitectureField(fields.BaseEnumField):
    """Holds one Architecture."""

    AUTO_TYPE = Architecture()


class HVType(LenientEnumeration):
    """A kind of hypervisor."""

    BAREMETAL = "baremetal"
    BHYVE = "bhyve"
    DOCKER = "docker"
    FAKE = "fake"
    HYPERV = "hyperv"
    IRONIC = "ironic"
    KQEMU = "kqemu"
    KVM = "kvm"
    LXC = "lxc"
    LXD = "lxd"
    OPENVZ = "openvz"
    PARALLELS = "parallels"
    PHYP = "phyp"
    QEMU = "qemu"
    TEST = "test"
    UML = "uml"
    VBOX = "vbox"
    VIRTUOZZO = "vz"
    VMWARE = "vmware"
    XEN = "xen"
    ZVM = "zvm"
    PRSM = "prsm"

    VALUES = (
        BAREMETAL,
        BHYVE,
        DOCKER,
        FAKE,
        HYPERV,
        IRONIC,
        KQEMU,
        KVM,
        LXC,
        LXD,
        OPENVZ,
        PARALLELS,
        PHYP,
        QEMU,
        TEST,
        UML,
        VBOX,
        VIRTUOZZO,
        VMWARE,
        XEN,
        ZVM,
        PRSM,
    )
    ALIASES = {"xapi": XEN}


class HVTypeField(fields.BaseEnumField):
    """Holds one HVType."""

    AUTO_TYPE = HVType()


class VMMode(LenientEnumeration):
    """How a guest is run by its hypervisor."""

    HVM = "hvm"
    XEN = "xen"
    UML = "uml"
    EXE = "exe"

    VALUES = (HVM, XEN, UML, EXE)
    ALIASES = {"pv": XEN, "hv": HVM, "baremetal": HVM}


class VMModeField(fields.BaseEnumField):
    """Holds one VMMode."""

    AUTO_TYPE = VMMode()
