# SPDX-License-Identifier: Apache-2.0
"""What reading a field that is not set gives in objects that have no row to load it from."""

from nova_api_db.objects import base, fields


class DefaultsWhenUnset(base.NovaObject):
    """A field that is not set takes its default when it is first read."""

    def obj_load_attr(self, attrname: str) -> None:
        """Set the field to its default; raise ObjectActionError if it has none."""
        if self.fields[attrname].default is fields.UnspecifiedDefault:
            super().obj_load_attr(attrname)
        self.obj_set_defaults(attrname)


class NullWhenUnset(base.NovaObject):
    """A field that is not set becomes null, or its default, when it is first read."""

    def obj_load_attr(self, attrname: str) -> None:
        """Set the field to null; raise ObjectActionError if it can be neither null nor default."""
        field = self.fields[attrname]
        if not field.nullable and field.default is fields.UnspecifiedDefault:
            super().obj_load_attr(attrname)
        setattr(self, attrname, None)
