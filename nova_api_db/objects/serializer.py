# SPDX-License-Identifier: Apache-2.0
"""Objects on their way across RPC.

An object of a newer version than is known here is sent to the conductor, which gives it back in
the version that is. Without an indirection API there is nobody to ask, and it is refused with
oslo.versionedobjects' IncompatibleObjectVersion.
"""

from typing import Any

from oslo_versionedobjects import base as ovo

from nova_api_db.objects import base, primitives, registry


class NovaObjectSerializer(ovo.VersionedObjectSerializer):
    """Turns objects into primitives and back, wherever in lists and dicts they are.

    The third part of a version (``1.4.1``) says nothing about the form: it is read as ``1.4``.
    """

    OBJ_BASE_CLASS = base.NovaObject

    def deserialize_entity(self, context: Any, entity: Any) -> Any:
        """Turn what was sent into an argument or a result."""
        if isinstance(entity, dict) and primitives.NAME in entity:
            # Which versions are known is asked of the registry.
            registry.load_tree(entity[primitives.NAME])
        return super().deserialize_entity(context, entity)
