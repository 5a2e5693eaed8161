# SPDX-License-Identifier: Apache-2.0
"""The conductor as its callers see it, and as the objects' indirection API.

With it installed, every remotable method runs in the conductor::

    conductor.install()
    instance = objects.Instance.get_by_uuid(context, uuid)   # asked over RPC
    instance.display_name = "renamed"
    instance.save()                                          # done over RPC
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import oslo_messaging
from oslo_versionedobjects import base as ovo

from nova_api_db import exception, rpc
from nova_api_db.context import RequestContext
from nova_api_db.objects.base import NovaObject
from nova_api_db.objects.serializer import NovaObjectSerializer

TOPIC = "conductor"

#: The version of the interface, of which all methods here are.
VERSION = "3.0"


class ConductorAPI(ovo.VersionedObjectIndirectionAPI):
    """The conductor's part in the methods of objects.

    An aimed context is served by that cell's conductor, any other by the one on the configured
    bus.

    :param version_cap: call nothing that came after this version of the interface
    """

    def __init__(self, version_cap: str | None = None) -> None:
        self._target = oslo_messaging.Target(topic=TOPIC, version=VERSION)
        self._version_cap = version_cap
        self._serializer = NovaObjectSerializer()

    def _call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        client = rpc.get_client(
            context, self._target, self._serializer, version_cap=self._version_cap
        )
        with _as_raised():
            return client.call(context, method, **arguments)

    def object_class_action_versions(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: Mapping[str, str],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Call a class method; what it returns is of the versions given.

        :param object_versions: the versions known here of the class and those below it
        """
        return self._call(
            context,
            "object_class_action_versions",
            objname=objname,
            objmethod=objmethod,
            object_versions=object_versions,
            args=args,
            kwargs=kwargs,
        )

    def object_action(
        self,
        context: RequestContext,
        objinst: ovo.VersionedObject,
        objmethod: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Call a method of an object; return the fields it changed, and what it returned."""
        return self._call(
            context,
            "object_action",
            objinst=objinst,
            objmethod=objmethod,
            args=args,
            kwargs=kwargs,
        )

    def object_backport_versions(
        self, context: RequestContext, objinst: Any, object_versions: Mapping[str, str]
    ) -> Any:
        """Return an object that is too new to be read here in the versions given.

        :param objinst: its primitive
        """
        return self._call(
            context, "object_backport_versions", objinst=objinst, object_versions=object_versions
        )


@contextmanager
def _as_raised() -> Iterator[None]:
    """Raise the conductor's error as the conductor raised it.

    It is sent as one of Nova's, by the name that both have. The conductor's traceback is in its
    cause.
    """
    try:
        yield
    except oslo_messaging.RemoteError as error:
        cls = _class_of(str(error.exc_type))
        if cls is None:
            raise
        raise cls(str(error.value)) from error
    except exception.NovaApiDbError as error:
        # A bus in process hands it over as it is.
        cls = _class_of(type(error).__name__) or type(error)
        raise cls(str(error), **error.kwargs) from error


def _class_of(name: str) -> type[exception.NovaApiDbError] | None:
    found = getattr(exception, name, None)
    if isinstance(found, type) and issubclass(found, exception.NovaApiDbError):
        return found
    return None


def install(version_cap: str | None = None) -> None:
    """Let the methods of objects run in the conductor from now on, in this process."""
    NovaObject.indirection_api = ConductorAPI(version_cap)


def uninstall() -> None:
    """Let the methods of objects run in this process again."""
    NovaObject.indirection_api = None
