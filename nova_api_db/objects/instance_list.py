# SPDX-License-Identifier: Apache-2.0
"""Lists of servers; rows of a cell database (instances)."""

from nova_api_db.objects import base, fields
from nova_api_db.objects.instance import Instance


@base.NovaObjectRegistry.register
class InstanceList(base.ObjectListBase[Instance], base.NovaObject):
    """Servers of one cell."""

    VERSION = "2.6"

    fields = {"objects": fields.ListOfObjectsField("Instance")}
