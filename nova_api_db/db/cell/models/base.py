# SPDX-License-Identifier: Apache-2.0
"""The base of the models of a cell database."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm

from nova_api_db.db import types


class Base(orm.DeclarativeBase):
    """What the models of a cell database have in common."""

    metadata = sa.MetaData(naming_convention=types.NAMING_CONVENTION)
    type_annotation_map = types.ANNOTATION_TYPES

    #: Each model is one table, never a join.
    __table__: ClassVar[sa.Table]

    @classmethod
    def __table_cls__(cls, name: str, metadata: sa.MetaData, *args: Any, **kwargs: Any) -> sa.Table:
        return sa.Table(name, metadata, *args, **types.TABLE_OPTIONS, **kwargs)
