# SPDX-License-Identifier: Apache-2.0
"""Fields that are dictionaries stored with a row per item: what was changed in place is noticed."""

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from nova_api_db.objects import base


class WithPairs(base.NovaObject):
    """Compares such fields with what is stored, as callers change them in place."""

    #: The fields.
    pairs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        #: field -> what is stored
        self._stored_pairs: dict[str, dict[str, str | None]] = {}
        super().__init__(context, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the fields, and what is known to be stored."""
        duplicate = super().__deepcopy__(memo)
        duplicate._stored_pairs = copy.deepcopy(self._stored_pairs)
        return duplicate

    def _hydrate(self, name: str) -> Any:
        value = super()._hydrate(name)
        if name in self.pairs and name not in self._changed_fields:
            self._stored_pairs[name] = dict(value)
        return value

    def obj_load_pairs(self, name: str, pairs: dict[str, Any]) -> None:
        """Set such a field as loaded."""
        self.obj_set_loaded(name, pairs)
        self._stored_pairs[name] = dict(pairs)

    def obj_what_changed(self) -> set[str]:
        """Return what changed, pairs that were changed in place too."""
        changes = super().obj_what_changed()
        for name, stored in self._stored_pairs.items():
            if self.obj_attr_is_set(name) and getattr(self, name) != stored:
                changes.add(name)
        return changes

    def obj_reset_changes(
        self, fields: Sequence[str] | None = None, recursive: bool = False
    ) -> None:
        """Forget what changed, the pairs' items too."""
        super().obj_reset_changes(fields, recursive)
        for name in fields or self.pairs:
            # What was not read yet cannot have been changed in place.
            if name in self.pairs and "_obj_" + name in self.__dict__:
                self._stored_pairs[name] = dict(getattr(self, name))
