# SPDX-License-Identifier: Apache-2.0
"""The field types of the objects: the library's, and those that are Nova's own.

An object module needs this one name for all of them. A fingerprint names the class of a field's
type and, for an enumeration, its values in order, so both are part of the contract.
"""

from typing import Any

from oslo_versionedobjects.fields import BooleanField as BooleanField
from oslo_versionedobjects.fields import DateTimeField as DateTimeField
from oslo_versionedobjects.fields import DictOfIntegersField as DictOfIntegersField
from oslo_versionedobjects.fields import DictOfListOfStringsField as DictOfListOfStringsField
from oslo_versionedobjects.fields import DictOfNullableStringsField as DictOfNullableStringsField
from oslo_versionedobjects.fields import DictOfStringsField as DictOfStringsField
from oslo_versionedobjects.fields import Field as Field
from oslo_versionedobjects.fields import FlexibleBooleanField as FlexibleBooleanField
from oslo_versionedobjects.fields import FloatField as FloatField
from oslo_versionedobjects.fields import IntegerField as IntegerField
from oslo_versionedobjects.fields import IPAddressField as IPAddressField
from oslo_versionedobjects.fields import IPV4AddressField as IPV4AddressField
from oslo_versionedobjects.fields import IPV6AddressField as IPV6AddressField
from oslo_versionedobjects.fields import (
    ListOfDictOfNullableStringsField as ListOfDictOfNullableStringsField,
)
from oslo_versionedobjects.fields import ListOfIntegersField as ListOfIntegersField
from oslo_versionedobjects.fields import ListOfListsOfStringsField as ListOfListsOfStringsField
from oslo_versionedobjects.fields import ListOfObjectsField as ListOfObjectsField
from oslo_versionedobjects.fields import ListOfSetsOfIntegersField as ListOfSetsOfIntegersField
from oslo_versionedobjects.fields import ListOfStringsField as ListOfStringsField
from oslo_versionedobjects.fields import ListOfUUIDField as ListOfUUIDField
from oslo_versionedobjects.fields import MACAddressField as MACAddressField
from oslo_versionedobjects.fields import ObjectField as ObjectField
from oslo_versionedobjects.fields import PCIAddressField as PCIAddressField
from oslo_versionedobjects.fields import SensitiveStringField as SensitiveStringField
from oslo_versionedobjects.fields import SetOfIntegersField as SetOfIntegersField
from oslo_versionedobjects.fields import SetOfStringsField as SetOfStringsField
from oslo_versionedobjects.fields import StringField as StringField
from oslo_versionedobjects.fields import UnspecifiedDefault as UnspecifiedDefault
from oslo_versionedobjects.fields import UUIDField as UUIDField
from oslo_versionedobjects.fields import VersionPredicateField as VersionPredicateField

from nova_api_db.objects.fields.block_device import *  # noqa: F403
from nova_api_db.objects.fields.cpu import *  # noqa: F403
from nova_api_db.objects.fields.device_address import *  # noqa: F403
from nova_api_db.objects.fields.hypervisor import *  # noqa: F403
from nova_api_db.objects.fields.image import *  # noqa: F403
from nova_api_db.objects.fields.migration import *  # noqa: F403
from nova_api_db.objects.fields.network import *  # noqa: F403
from nova_api_db.objects.fields.pci import *  # noqa: F403
from nova_api_db.objects.fields.resource_class import *  # noqa: F403

#: A field whose default is None. The library's annotations have no place for it.
NONE: Any = None
