# SPDX-License-Identifier: Apache-2.0
"""Objects that a server holds as a document of its own (instance_extra)."""

from typing import TypeVar

from nova_api_db.context import RequestContext
from nova_api_db.db.cell import instance_extra as query
from nova_api_db.objects import base

_T = TypeVar("_T", bound=base.NovaObject)


def find(cls: type[_T], context: RequestContext, instance_uuid: str, column: str) -> _T | None:
    """Return the object in a column of a server's documents, if it has one.

    :raises UnreadableRecord: if what is stored cannot be read
    """
    row = query.find_document(context, instance_uuid, column)
    if row is None or row["text"] is None:
        return None
    return base.from_json(
        cls, row["text"], context, noun=column.replace("_", " "), key=f"server {instance_uuid}"
    )
