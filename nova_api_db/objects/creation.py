# SPDX-License-Identifier: Apache-2.0
"""What every ``create()`` asks of its object first, so that the answer is not a database error."""

from nova_api_db import exception
from nova_api_db.objects import base


def check_new(obj: base.NovaObject, *required: str, takes_id: bool = False) -> None:
    """Raise ObjectActionError if an object is stored already, or lacks what its row must have.

    :param takes_id: an id that was set by the caller is stored, not refused
    """
    stored = obj.obj_attr_is_set("id") and not (takes_id and "id" in obj.obj_what_changed())
    if stored:
        raise exception.ObjectActionError(action="create", reason="already created")
    missing = [name for name in required if not obj.obj_attr_is_set(name)]
    if missing:
        reason = f"{obj.obj_name()} has no {', '.join(missing)}"
        raise exception.ObjectActionError(action="create", reason=reason)
