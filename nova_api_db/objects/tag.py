# SPDX-License-Identifier: Apache-2.0
"""The tags of servers; rows of a cell database (tags)."""

from collections.abc import Iterable
from typing import Self

from nova_api_db.context import RequestContext
from nova_api_db.db.cell import tag as query
from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class Tag(base.NovaObject):
    """One tag of a server."""

    VERSION = "1.1"

    fields = {
        "resource_id": fields.StringField(),
        "tag": fields.StringField(),
    }

    @base.remotable
    def create(self) -> None:
        """Write it; the server may have the tag already.

        :raises InstanceNotFound: if there is no such server
        """
        query.create(self._context, self.resource_id, self.tag)
        self.obj_reset_changes()

    @classmethod
    @base.remotable
    def destroy(cls, context: RequestContext, resource_id: str, name: str) -> None:
        """Take a tag from a server.

        :raises InstanceNotFound: if there is no such server
        :raises InstanceTagNotFound: if it does not have the tag
        """
        query.delete(context, resource_id, name)

    @classmethod
    @base.remotable
    def exists(cls, context: RequestContext, resource_id: str, name: str) -> bool:
        """Say whether a server has a tag.

        :raises InstanceNotFound: if there is no such server
        """
        return query.exists(context, resource_id, name)


@base.NovaObjectRegistry.register
class TagList(base.ObjectListBase[Tag], base.NovaObject):
    """The tags of a server."""

    VERSION = "1.1"

    fields = {"objects": fields.ListOfObjectsField("Tag")}

    @classmethod
    @base.remotable
    def get_by_resource_id(cls, context: RequestContext, resource_id: str) -> Self:
        """Return the tags of a server.

        :raises InstanceNotFound: if there is no such server
        """
        return cls._of(context, resource_id, query.list_by_resource_id(context, resource_id))

    @classmethod
    @base.remotable
    def create(cls, context: RequestContext, resource_id: str, tags: Iterable[str]) -> Self:
        """Give a server these tags in place of those it has.

        :raises InstanceNotFound: if there is no such server
        """
        names = sorted(set(tags))
        query.replace(context, resource_id, names)
        return cls._of(context, resource_id, names)

    @classmethod
    @base.remotable
    def destroy(cls, context: RequestContext, resource_id: str) -> None:
        """Take all tags from a server.

        :raises InstanceNotFound: if there is no such server
        """
        query.delete_all(context, resource_id)

    @classmethod
    def _of(cls, context: RequestContext, resource_id: str, names: Iterable[str]) -> Self:
        tags = []
        for name in names:
            tag = Tag(context)
            tag.obj_load_row({"resource_id": resource_id, "tag": name})
            tags.append(tag)
        return cls(context).obj_fill(tags)
