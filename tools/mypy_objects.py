# SPDX-License-Identifier: Apache-2.0
"""The mypy plugin of oslo.versionedobjects, looking for the classes of fields among objects only.

A field names its class without the module. The library takes the first class of that name in any
module, and models of tables have the same names as objects.
"""

from mypy import nodes, plugin, types
from oslo_versionedobjects import mypy

OBJECTS = "nova_api_db.objects."


class ObjectsPlugin(mypy.OsloVersionedObjectPlugin):
    """Gives the fields of objects their types."""

    def _resolve_ovo_class_type(
        self, ctx: plugin.ClassDefContext, class_name: str
    ) -> types.Type | None:
        for name, module in ctx.api.modules.items():
            symbol = module.names.get(class_name) if name.startswith(OBJECTS) else None
            if symbol is not None and isinstance(symbol.node, nodes.TypeInfo):
                return types.Instance(symbol.node, [])
        return None


def plugin_class(version: str) -> type[plugin.Plugin]:
    """Return the plugin, for any version of mypy."""
    del version
    return ObjectsPlugin
