# SPDX-License-Identifier: Apache-2.0
"""The enumerations of image properties."""

from oslo_versionedobjects import fields

from nova_api_db.objects.fields.enumeration import Enumeration, LenientEnumeration

__all__ = [
    "ConfigDrivePolicy",
    "ConfigDrivePolicyField",
    "DiskBus",
    "DiskBusField",
    "FirmwareType",
    "FirmwareTypeField",
    "ImageSignatureHashType",
    "ImageSignatureHashTypeField",
    "ImageSignatureKeyType",
    "ImageSignatureKeyTypeField",
    "InputBus",
    "InputBusField",
    "MaxPhyAddrMode",
    "MaxPhysAddrModeField",
    "MemEncryptionModel",
    "MemEncryptionModelField",
    "OSType",
    "OSTypeField",
    "PointerModelField",
    "PointerModelType",
    "RNGModel",
    "RNGModelField",
    "SCSIModel",
    "SCSIModelField",
    "SecureBoot",
    "SecureBootField",
    "SoundModelField",
    "SoundModelType",
    "TPMModel",
    "TPMModelField",
    "TPMVersion",
    "TPMVersionField",
    "USBControllerModelField",
    "USBControllerModelType",
    "VIFModel",
    "VIFModelField",
    "VIOMMUModel",
    "VIOMMUModelField",
    "VideoModel",
    "VideoModelField",
    "WatchdogAction",
    "WatchdogActionField",
]


class ConfigDrivePolicy(Enumeration):
    """Whether an image needs a config drive."""

    OPTIONAL = "optional"
    MANDATORY = "mandatory"

    VALUES = (OPTIONAL, MANDATORY)


class ConfigDrivePolicyField(fields.BaseEnumField):
    """Holds one ConfigDrivePolicy."""

    AUTO_TYPE = ConfigDrivePolicy()


class DiskBus(Enumeration):
    """The bus a disk or CD-ROM is attached to."""

    FDC = "fdc"
    IDE = "ide"
    SATA = "sata"
    SCSI = "scsi"
    USB = "usb"
    VIRTIO = "virtio"
    XEN = "xen"
    LXC = "lxc"
    UML = "uml"

    VALUES = (FDC, IDE, SATA, SCSI, USB, VIRTIO, XEN, LXC, UML)


class DiskBusField(fields.BaseEnumField):
    """Holds one DiskBus."""

    AUTO_TYPE = DiskBus()


class FirmwareType(Enumeration):
    """The firmware a guest boots from."""

    UEFI = "uefi"
    BIOS = "bios"

    VALUES = (UEFI, BIOS)


class FirmwareTypeField(fields.BaseEnumField):
    """Holds one FirmwareType."""

    AUTO_TYPE = FirmwareType()


class ImageSignatureHashType(Enumeration):
    """The hash of an image signature."""

    SHA_224 = "SHA-224"
    SHA_256 = "SHA-256"
    SHA_384 = "SHA-384"
    SHA_512 = "SHA-512"

    VALUES = (SHA_224, SHA_256, SHA_384, SHA_512)


class ImageSignatureHashTypeField(fields.BaseEnumField):
    """Holds one ImageSignatureHashType."""

    AUTO_TYPE = ImageSignatureHashType()


class ImageSignatureKeyType(Enumeration):
    """The key of an image signature."""

    DSA = "DSA"
    ECC_SECP384R1 = "ECC_SECP384R1"
    ECC_SECP521R1 = "ECC_SECP521R1"
    ECC_SECT409K1 = "ECC_SECT409K1"
    ECC_SECT409R1 = "ECC_SECT409R1"
    ECC_SECT571K1 = "ECC_SECT571K1"
    ECC_SECT571R1 = "ECC_SECT571R1"
    RSA_PSS = "RSA-PSS"

    VALUES = (
        DSA,
        ECC_SECP384R1,
        ECC_SECP521R1,
        ECC_SECT409K1,
        ECC_SECT409R1,
        ECC_SECT571K1,
        ECC_SECT571R1,
        RSA_PSS,
    )


class ImageSignatureKeyTypeField(fields.BaseEnumField):
    """Holds one ImageSignatureKeyType."""

    AUTO_TYPE = ImageSignatureKeyType()


class InputBus(Enumeration):
    """The bus of an input device."""

    USB = "usb"
    VIRTIO = "virtio"

    VALUES = (USB, VIRTIO)


class InputBusField(fields.BaseEnumField):
    """Holds one InputBus."""

    AUTO_TYPE = InputBus()


class MaxPhyAddrMode(Enumeration):
    """How the width of physical addresses is chosen."""

    PASSTHROUGH = "passthrough"
    EMULATE = "emulate"

    VALUES = (PASSTHROUGH, EMULATE)


class MaxPhysAddrModeField(fields.BaseEnumField):
    """Holds one MaxPhyAddrMode."""

    AUTO_TYPE = MaxPhyAddrMode()


class MemEncryptionModel(Enumeration):
    """How the memory of a guest is encrypted."""

    AMD_SEV = "amd-sev"
    AMD_SEV_ES = "amd-sev-es"
    AMD_SEV_SNP = "amd-sev-snp"
    INTEL_TDX = "intel-tdx"

    VALUES = (AMD_SEV, AMD_SEV_ES, AMD_SEV_SNP, INTEL_TDX)


class MemEncryptionModelField(fields.BaseEnumField):
    """Holds one MemEncryptionModel."""

    AUTO_TYPE = MemEncryptionModel()


class OSType(LenientEnumeration):
    """The family of a guest operating system."""

    LINUX = "linux"
    WINDOWS = "windows"

    VALUES = (LINUX, WINDOWS)


class OSTypeField(fields.BaseEnumField):
    """Holds one OSType."""

    AUTO_TYPE = OSType()


class PointerModelType(Enumeration):
    """A pointing device."""

    USBTABLET = "usbtablet"

    VALUES = (USBTABLET,)


class PointerModelField(fields.BaseEnumField):
    """Holds one PointerModelType."""

    AUTO_TYPE = PointerModelType()


class RNGModel(Enumeration):
    """A random number generator."""

    VIRTIO = "virtio"

    VALUES = (VIRTIO,)


class RNGModelField(fields.BaseEnumField):
    """Holds one RNGModel."""

    AUTO_TYPE = RNGModel()


class SCSIModel(LenientEnumeration):
    """A SCSI controller."""

    BUSLOGIC = "buslogic"
    IBMVSCSI = "ibmvscsi"
    LSILOGIC = "lsilogic"
    LSISAS1068 = "lsisas1068"
    LSISAS1078 = "lsisas1078"
    VIRTIO_SCSI = "virtio-scsi"
    VMPVSCSI = "vmpvscsi"

    VALUES = (BUSLOGIC, IBMVSCSI, LSILOGIC, LSISAS1068, LSISAS1078, VIRTIO_SCSI, VMPVSCSI)
    # The names VMware gives its adapters.
    ALIASES = {"lsilogicsas": LSISAS1068, "paravirtual": VMPVSCSI}


class SCSIModelField(fields.BaseEnumField):
    """Holds one SCSIModel."""

    AUTO_TYPE = SCSIModel()


class SecureBoot(Enumeration):
    """Whether a guest boots signed code only."""

    REQUIRED = "required"
    DISABLED = "disabled"
    OPTIONAL = "optional"

    VALUES = (REQUIRED, DISABLED, OPTIONAL)


class SecureBootField(fields.BaseEnumField):
    """Holds one SecureBoot."""

    AUTO_TYPE = SecureBoot()


class SoundModelType(Enumeration):
    """A sound device."""

    SB16 = "sb16"
    ES1370 = "es1370"
    PCSPK = "pcspk"
    AC97 = "ac97"
    ICH6 = "ich6"
    ICH9 = "ich9"
    USB = "usb"
    VIRTIO = "virtio"

    VALUES = (SB16, ES1370, PCSPK, AC97, ICH6, ICH9, USB, VIRTIO)


class SoundModelField(fields.BaseEnumField):
    """Holds one SoundModelType."""

    AUTO_TYPE = SoundModelType()


class TPMModel(Enumeration):
    """The interface of a trusted platform module."""

    TPM_TIS = "tpm-tis"
    TPM_CRB = "tpm-crb"

    VALUES = (TPM_TIS, TPM_CRB)


class TPMModelField(fields.BaseEnumField):
    """Holds one TPMModel."""

    AUTO_TYPE = TPMModel()


class TPMVersion(Enumeration):
    """The version of a trusted platform module."""

    V1_2 = "1.2"
    V2_0 = "2.0"

    VALUES = (V1_2, V2_0)


class TPMVersionField(fields.BaseEnumField):
    """Holds one TPMVersion."""

    AUTO_TYPE = TPMVersion()


class USBControllerModelType(Enumeration):
    """A USB controller."""

    NONE = "none"
    NEC_XHCI = "nec-xhci"
    QEMU_XHCI = "qemu-xhci"

    VALUES = (NONE, NEC_XHCI, QEMU_XHCI)


class USBControllerModelField(fields.BaseEnumField):
    """Holds one USBControllerModelType."""

    AUTO_TYPE = USBControllerModelType()


class VIFModel(LenientEnumeration):
    """A network interface card."""

    VIRTIO = "virtio"
    NE2K_PCI = "ne2k_pci"
    PCNET = "pcnet"
    RTL8139 = "rtl8139"
    E1000 = "e1000"
    E1000E = "e1000e"
    NETFRONT = "netfront"
    SPAPR_VLAN = "spapr-vlan"
    LAN9118 = "lan9118"
    SRIOV = "sriov"
    VMXNET = "vmxnet"
    VMXNET3 = "vmxnet3"
    IGB = "igb"

    VALUES = (
        VIRTIO,
        NE2K_PCI,
        PCNET,
        RTL8139,
        E1000,
        E1000E,
        NETFRONT,
        SPAPR_VLAN,
        LAN9118,
        SRIOV,
        VMXNET,
        VMXNET3,
        IGB,
    )
    # The names VMware gives its adapters.
    ALIASES = {
        "virtuale1000": E1000,
        "virtuale1000e": E1000E,
        "virtualpcnet32": PCNET,
        "virtualsriovethernetcard": SRIOV,
        "virtualvmxnet": VMXNET,
        "virtualvmxnet3": VMXNET3,
    }


class VIFModelField(fields.BaseEnumField):
    """Holds one VIFModel."""

    AUTO_TYPE = VIFModel()


class VIOMMUModel(Enumeration):
    """A virtual IOMMU."""

    INTEL = "intel"
    SMMUV3 = "smmuv3"
    VIRTIO = "virtio"
    AUTO = "auto"

    VALUES = (INTEL, SMMUV3, VIRTIO, AUTO)


class VIOMMUModelField(fields.BaseEnumField):
    """Holds one VIOMMUModel."""

    AUTO_TYPE = VIOMMUModel()


class VideoModel(Enumeration):
    """A video device."""

    CIRRUS = "cirrus"
    QXL = "qxl"
    VGA = "vga"
    VMVGA = "vmvga"
    XEN = "xen"
    VIRTIO = "virtio"
    GOP = "gop"
    NONE = "none"
    BOCHS = "bochs"

    VALUES = (CIRRUS, QXL, VGA, VMVGA, XEN, VIRTIO, GOP, NONE, BOCHS)


class VideoModelField(fields.BaseEnumField):
    """Holds one VideoModel."""

    AUTO_TYPE = VideoModel()


class WatchdogAction(Enumeration):
    """What happens when a watchdog fires."""

    NONE = "none"
    PAUSE = "pause"
    POWEROFF = "poweroff"
    RESET = "reset"
    DISABLED = "disabled"

    VALUES = (NONE, PAUSE, POWEROFF, RESET, DISABLED)


class WatchdogActionField(fields.BaseEnumField):
    """Holds one WatchdogAction."""

    AUTO_TYPE = WatchdogAction()
