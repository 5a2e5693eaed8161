# SPDX-License-Identifier: Apache-2.0
"""The request context, and aiming it at a cell. Plain data; it opens nothing.

Which database a call uses is read from the context and from nowhere else: an un-aimed context
means the api database (and, for cell queries, the configured local cell), an aimed one the cell
it names.
"""

import contextlib
import copy
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, Self

from oslo_context import context as oslo_context


@dataclasses.dataclass(frozen=True, slots=True)
class CellTarget:
    """Where a cell is: its uuid and its two URLs, templates already filled in."""

    uuid: str
    database_connection: str = dataclasses.field(repr=False)
    transport_url: str = dataclasses.field(default="none:///", repr=False)


class Cell(Protocol):
    """What can be aimed at: a CellMapping object or a :class:`CellTarget`."""

    @property
    def uuid(self) -> str:
        """Return what the cell is known by."""

    @property
    def database_connection(self) -> str:
        """Return the URL of its database."""

    @property
    def transport_url(self) -> str:
        """Return the URL of its message bus."""


class RequestContext(oslo_context.RequestContext):
    """Who asks, and which cell is meant.

    A context may be used by one thread at a time. It carries the scopes (connections with an open
    transaction) that :mod:`nova_api_db.db.facade` has opened on it, so that nested queries join
    them; a copy starts without any.
    """

    def __init__(
        self,
        user_id: str | None = None,
        project_id: str | None = None,
        *,
        is_admin: bool = False,
        read_deleted: str = "no",
        cell_target: CellTarget | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("overwrite", False)
        super().__init__(user_id=user_id, project_id=project_id, is_admin=is_admin, **kwargs)
        self.read_deleted = read_deleted
        self.cell_target = cell_target
        self.open_scopes: dict[Any, Any] = {}

    def __copy__(self) -> Self:
        duplicate = object.__new__(type(self))
        duplicate.__dict__.update(self.__dict__)
        duplicate.open_scopes = {}
        return duplicate

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy.copy(self)

    def elevated(self, read_deleted: str | None = None) -> Self:
        """Return a copy with administrator rights."""
        duplicate = copy.copy(self)
        duplicate.is_admin = True
        duplicate.roles = [*self.roles, *({"admin"} - set(self.roles))]
        if read_deleted is not None:
            duplicate.read_deleted = read_deleted
        return duplicate

    def to_dict(self) -> dict[str, Any]:
        """Return what crosses RPC. The cell is not part of it: the receiver lives in its own."""
        values = super().to_dict()
        values.update(
            user_id=self.user_id,
            project_id=self.project_id,
            is_admin=self.is_admin,
            read_deleted=self.read_deleted,
        )
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], **kwargs: Any) -> Self:
        """Build a context from :meth:`to_dict`; unknown keys are ignored."""
        kwargs.setdefault("read_deleted", values.get("read_deleted") or "no")
        kwargs.setdefault("is_admin", bool(values.get("is_admin")))
        return super().from_dict(dict(values), **kwargs)


def get_admin_context(read_deleted: str = "no") -> RequestContext:
    """Return an un-aimed context with administrator rights and no user."""
    return RequestContext(is_admin=True, read_deleted=read_deleted)


@contextlib.contextmanager
def target_cell(context: RequestContext, cell: Cell | None) -> Iterator[RequestContext]:
    """Yield a copy of the context aimed at a cell; ``None`` yields an un-aimed one.

    Cheap: nothing is opened, serialized or locked, and the context given is never changed.
    """
    yield aimed(context, cell)


def aimed(context: RequestContext, cell: Cell | None) -> RequestContext:
    """Return a copy of the context aimed at a cell, or un-aimed for ``None``."""
    duplicate = copy.copy(context)
    if cell is None or isinstance(cell, CellTarget):
        duplicate.cell_target = cell
    else:
        duplicate.cell_target = CellTarget(cell.uuid, cell.database_connection, cell.transport_url)
    return duplicate
