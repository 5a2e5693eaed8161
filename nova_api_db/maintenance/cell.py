# SPDX-License-Identifier: Apache-2.0
"""A cell as operators' work needs it: its row in cell_mappings, with its templates filled in.

It is not the versioned object, since importing what those are made of takes longer than most of
this work does.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, Self

from oslo_utils import uuidutils

from nova_api_db import exception, urls
from nova_api_db.context import Cell as Target
from nova_api_db.context import RequestContext
from nova_api_db.db.api import cell_mapping as query

#: The uuid of the cell of servers that no cell has taken.
CELL0_UUID = "00000000-0000-0000-0000-000000000000"


class Recorded(Target, Protocol):
    """What can be worked on: a :class:`Cell` or a CellMapping object."""

    @property
    def id(self) -> int:
        """Return what its mappings name it by."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A recorded cell and the URLs of its database and message bus."""

    id: int
    uuid: str
    name: str | None
    database_connection: str = dataclasses.field(repr=False)
    transport_url: str = dataclasses.field(repr=False)
    disabled: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Make one from its row."""
        return cls(
            id=row["id"],
            uuid=row["uuid"],
            name=row["name"],
            # Nova's schema lets both be NULL.
            database_connection=urls.expand_database(row["database_connection"] or ""),
            transport_url=urls.expand_transport(row["transport_url"] or ""),
            disabled=bool(row["disabled"]),
        )


def get(context: RequestContext, uuid_or_name: str) -> Cell:
    """Return the cell that a person means, by its uuid or else by its name.

    :raises CellMappingNotFound: if there is none
    :raises CellMappingAmbiguous: if several have that name
    """
    if uuidutils.is_uuid_like(uuid_or_name):
        try:
            return Cell.from_row(query.get_by_uuid(context, uuid_or_name))
        except exception.CellMappingNotFound:
            # Nobody keeps a cell from being named like a uuid.
            pass
    return Cell.from_row(query.get_by_name(context, uuid_or_name))


def list_all(context: RequestContext) -> list[Cell]:
    """Return all cells, the oldest first."""
    return [Cell.from_row(row) for row in query.list_all(context)]


def create(context: RequestContext, **values: Any) -> Cell:
    """Record a cell; values are columns."""
    return Cell.from_row(query.create(context, values))
