# SPDX-License-Identifier: Apache-2.0
"""What the conductor does for objects elsewhere: their methods, and older versions of them.

Whether a method works on the api database or on the cell's is up to the method; the context that
crosses RPC is not aimed, so that a conductor's cell is that of its ``[database] connection``.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import oslo_messaging
from oslo_db import exception as db_exception
from oslo_versionedobjects import exception as ovo_exception

from nova_api_db import exception
from nova_api_db.context import RequestContext
from nova_api_db.objects import remote
from nova_api_db.objects.base import NovaObject
from nova_api_db.objects.primitives import DATA, copy_json

#: The caller's to deal with: sent to it and not logged. All others are errors in a program.
EXPECTED = (
    exception.NovaApiDbError,
    db_exception.DBError,
    ovo_exception.VersionedObjectsException,
)

_M = TypeVar("_M", bound=Callable[..., Any])

Versions = Mapping[str, str]


#: Where callers look for our exceptions, which have the names they have in Nova.
EXCEPTION_MODULE = "nova.exception"


def _answered(method: _M) -> _M:
    """Let the errors of a method reach whoever called, be it one of ours or of Nova's."""

    @functools.wraps(method)
    def named(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except exception.NovaApiDbError as error:
            raise _known_to_peers(error) from error

    return cast(_M, oslo_messaging.expected_exceptions(*EXPECTED)(named))


def _known_to_peers(error: exception.NovaApiDbError) -> exception.NovaApiDbError:
    """Return the error as one of the module that its class is looked for in."""
    cls = type(error)
    named = type(cls.__name__, (cls,), {"__module__": EXCEPTION_MODULE})
    found: exception.NovaApiDbError = named(
        str(error), **{name: _plain(value) for name, value in error.kwargs.items()}
    )
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else str(value)


class ConductorManager:
    """The endpoint; arguments are named as Nova's, whose services may be the callers."""

    target = oslo_messaging.Target(version="3.0")

    @_answered
    def object_class_action_versions(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: Versions,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Run a class method; return its result in the caller's versions.

        :param object_versions: what the caller knows of the class and of all below it
        """
        cls = NovaObject.obj_class_from_name(objname, object_versions[objname])
        method = _remotable(cls, objmethod)
        with remote.here():
            return _lowered(method(context, *args, **kwargs), object_versions)

    @_answered
    def object_action(
        self,
        context: RequestContext,
        objinst: NovaObject,
        objmethod: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> tuple[dict[str, Any], Any]:
        """Run a method of an object; return what it changed, and its result.

        What it changed are the fields that have another value now, and under
        ``obj_what_changed`` the names of those that are not saved.
        """
        method = _remotable(objinst, objmethod)
        before = _values(objinst)
        with remote.here():
            result = method(*args, **kwargs)
            updates = {
                name: value
                for name, value in _values(objinst).items()
                if name not in before or before[name] != value
            }
        updates["obj_what_changed"] = sorted(objinst.obj_what_changed())
        return updates, result

    @_answered
    def object_backport_versions(
        self, context: RequestContext, objinst: NovaObject, object_versions: Versions
    ) -> Any:
        """Return an object in the versions that the caller knows."""
        with remote.here():
            return _lowered(objinst, object_versions)


def _remotable(owner: NovaObject | type, name: str) -> Callable[..., Any]:
    """Return a method that may be called from elsewhere."""
    method = getattr(owner, name, None)
    if not getattr(method, "remotable", False):
        cls = owner if isinstance(owner, type) else type(owner)
        raise exception.ObjectActionError(
            action=name, reason=f"{cls.__name__} has no such remotable method"
        )
    return method  # type: ignore[return-value]


def _values(obj: NovaObject) -> dict[str, Any]:
    """Return the primitives of all fields that are set, shared with nothing."""
    values: dict[str, Any] = copy_json(obj.obj_to_primitive()[DATA])
    return values


def _lowered(value: Any, versions: Versions) -> Any:
    """Turn the objects in a result into primitives of the versions given."""
    if isinstance(value, NovaObject):
        version = versions.get(value.obj_name(), value.VERSION)
        return value.obj_to_primitive(target_version=version, version_manifest=dict(versions))
    if isinstance(value, dict):
        return {key: _lowered(item, versions) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_lowered(item, versions) for item in value]
    return value
