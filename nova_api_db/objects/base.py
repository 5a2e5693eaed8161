# SPDX-License-Identifier: Apache-2.0
"""The base of every versioned object: envelope, registry, lazy fields, back-conversion.

The wire format is Nova's: ``nova_object.name``, ``.namespace`` (``nova``), ``.version``, ``.data``
and ``.changes``. Two things differ from a plain oslo.versionedobjects class, and neither shows on
the wire:

* An object made from a primitive keeps the JSON it came from and hydrates a field when it is first
  read; a field nobody touches is written back as it came. The versions of the whole tree are
  checked at once, so that what cannot be read fails at load.
* ``added_in`` says in which version a field came; going below that version drops it.
"""

import copy
import functools
import json
import types
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar, Self, TypeVar, cast

from oslo_utils import versionutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields as ovo_fields

from nova_api_db import exception
from nova_api_db.objects import registry, remote
from nova_api_db.objects.field_plan import FieldPlan
from nova_api_db.objects.primitives import (
    CHANGES,
    DATA,
    NAME,
    NAMESPACE,
    VERSION,
    Primitive,
    copy_json,
    forget_changes,
    is_changed,
    reading,
)

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T", bound="NovaObject")
_N = TypeVar("_N", bound=type)


def remotable(fn: _F) -> _F:
    """Mark a method as one that runs in the conductor when an indirection API is set.

    Annotations are part of a method's fingerprint and Nova's have none, so what is registered is
    a twin of the function without them; the type checker still sees the annotated one. For a
    class method put ``@classmethod`` above.
    """
    twin = types.FunctionType(
        fn.__code__, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__
    )
    twin.__doc__ = fn.__doc__
    twin.__qualname__ = fn.__qualname__
    twin.__module__ = fn.__module__
    registered: Callable[..., Any] = cast("Any", ovo.remotable)(twin)

    @functools.wraps(registered)
    def method(owner: Any, *args: Any, **kwargs: Any) -> Any:
        if owner.indirection_api is not None:
            if remote.runs_here():
                return _run_here(twin, owner, args, kwargs)
            # The call says which versions are known here.
            registry.load_tree(owner.obj_name())
        try:
            return registered(owner, *args, **kwargs)
        except ovo_exception.OrphanedObjectError:
            raise exception.OrphanedObjectError(
                method=fn.__name__, objtype=owner.obj_name()
            ) from None

    return cast(_F, method)


def _run_here(fn: Callable[..., Any], owner: Any, args: Any, kwargs: Any) -> Any:
    if not isinstance(owner, type):
        if owner._context is None:
            raise exception.OrphanedObjectError(method=fn.__name__, objtype=owner.obj_name())
        return fn(owner, *args, **kwargs)
    result = fn(owner, *args, **kwargs)
    if isinstance(result, NovaObject):
        result._context = args[0] if args else kwargs["context"]
    return result


class NovaObjectRegistry(ovo.VersionedObjectRegistry):
    """Where classes are registered; gives each its field properties and its plan."""

    def _register_class(self, cls: type[ovo.VersionedObject]) -> None:
        super()._register_class(cls)
        _finish_class(cls)

    @classmethod
    def register_if(cls, condition: bool) -> Callable[[_N], _N]:
        """Register when the condition holds; give the class its properties either way."""

        def wraps(obj_cls: _N) -> _N:
            registered = super(NovaObjectRegistry, cls).register_if(condition)(cast(Any, obj_cls))
            _finish_class(registered)
            return cast(_N, registered)

        return wraps


def _finish_class(cls: type[ovo.VersionedObject]) -> None:
    for name, field in cls.fields.items():
        setattr(cls, name, _field_property(name, field))
    cls._plan = FieldPlan(cls)  # type: ignore[attr-defined]


#: Types of values that copies share.
_IMMUTABLE = frozenset((str, int, bool, float, type(None)))

#: Field type -> the type whose values it takes unchanged.
_PLAIN: dict[type, type] = {
    ovo_fields.Boolean: bool,
    ovo_fields.Integer: int,
    ovo_fields.String: str,
}


def _field_property(name: str, field: ovo_fields.Field[Any]) -> property:
    attribute = "_obj_" + name
    coerce = field.coerce
    read_only = field.read_only
    # Asking the field for what it takes as it is would take longer than everything else here.
    unchanged = _taken_unchanged(field)

    def getter(self: "NovaObject") -> Any:
        try:
            return self.__dict__[attribute]
        except KeyError:
            pass
        if name not in self._pending:
            self.obj_load_attr(name)
        if name in self._pending:
            return self._hydrate(name)
        return self.__dict__[attribute]

    def setter(self: "NovaObject", value: Any) -> None:
        coerced = value if type(value) in unchanged else coerce(self, name, value)
        if read_only and self.obj_attr_is_set(name):
            if getter(self) != coerced:
                raise exception.ReadOnlyFieldError(field=name)
            return
        self._changed_fields.add(name)
        self._pending.pop(name, None)
        self.__dict__[attribute] = coerced

    def deleter(self: "NovaObject") -> None:
        if self._pending.pop(name, self) is self and attribute not in self.__dict__:
            raise AttributeError(f"No such attribute `{name}'")
        self.__dict__.pop(attribute, None)

    return property(getter, setter, deleter)


def _taken_unchanged(field: ovo_fields.Field[Any]) -> frozenset[type]:
    """Return the types whose values a field takes as they are."""
    if type(field).coerce is not ovo_fields.Field.coerce:
        return frozenset()
    types_taken = {_PLAIN.get(type(field._type)), type(None) if field.nullable else None}
    return frozenset(kind for kind in types_taken if kind is not None)


class NovaObject(ovo.VersionedObject):
    """Base class of the objects that Nova's services store and send."""

    OBJ_SERIAL_NAMESPACE = "nova_object"
    OBJ_PROJECT_NAMESPACE = "nova"

    #: Field name -> the version that brought it; an older receiver does not get the field.
    added_in: ClassVar[Mapping[str, str]] = {}

    _plan: ClassVar[FieldPlan]
    #: Primitives by field, of the fields that were not read yet.
    _pending: dict[str, Any]

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        self._pending = {}
        super().__init__(context, **kwargs)

    # Reading primitives

    @classmethod
    def obj_class_from_name(cls, objname: str, objver: str) -> type[ovo.VersionedObject]:
        """Return the class for a name and version, importing its module when first asked for."""
        return _class_for(objname, objver)

    @classmethod
    def _obj_from_primitive(cls, context: Any, objver: str, primitive: Primitive) -> Self:
        self = cls()
        self._context = context
        if objver != cls.VERSION:
            self.VERSION = objver
        data = primitive[DATA]
        _check_children(cls, data)
        fields = self.fields
        own = self.__dict__
        self._pending = pending = {name: data[name] for name in data if name in fields}
        for name in pending:
            own.pop("_obj_" + name, None)
        self._changed_fields = {name for name in primitive.get(CHANGES, ()) if name in fields}
        return self

    def _hydrate(self, name: str) -> Any:
        field = self.fields[name]
        value = field.coerce(self, name, field.from_primitive(self, name, self._pending[name]))
        self.__dict__["_obj_" + name] = value
        del self._pending[name]
        return value

    # Reading rows

    def obj_load_row(self, row: Mapping[Any, Any], names: Iterable[str] | None = None) -> None:
        """Set fields from a database row as loaded: nothing counts as changed.

        :param row: column name -> value; datetimes are naive UTC.
        :param names: the fields to take (default: all that the row has). A NULL in a field that
            is not nullable leaves the field unset.
        """
        own = self.__dict__
        pending = self._pending
        from_row = self._plan.from_row
        fields = self.fields
        for name in from_row if names is None else names:
            if names is None and name not in row:
                continue
            value = row[name]
            if value is not None:
                convert = from_row[name]
                if convert is not None:
                    value = convert(self, value)
            elif not fields[name].nullable:
                continue
            own["_obj_" + name] = value
            if pending:
                pending.pop(name, None)
            self._changed_fields.discard(name)

    def obj_set_loaded(self, name: str, value: Any) -> None:
        """Set one field to a value of its own type, as loaded: no coercion, not changed."""
        self.__dict__["_obj_" + name] = value
        self._pending.pop(name, None)
        self._changed_fields.discard(name)

    def obj_set_pending(self, name: str, primitive: Any) -> None:
        """Set one field to a stored primitive that is hydrated when first read.

        The versions of the objects in it are checked now. What it says of changes is about the
        time when it was stored, and is taken out of it.
        """
        if name in self._plan.child_fields:
            _check_children(type(self), {name: primitive}, (name,))
        self._pending[name] = primitive
        forget_changes(primitive)
        self.__dict__.pop("_obj_" + name, None)
        self._changed_fields.discard(name)

    # Writing primitives

    def obj_to_primitive(
        self,
        target_version: str | None = None,
        version_manifest: dict[str, str] | None = None,
    ) -> Primitive:
        """Return the primitive, for an older receiver if a version or a manifest is given."""
        if version_manifest or target_version not in (None, self.VERSION):
            return super().obj_to_primitive(target_version, version_manifest)
        return self._obj_primitive(copy_json)

    def _obj_primitive(self, copied: Callable[[Any], Any]) -> Primitive:
        """Return the primitive; what was not hydrated is in it as ``copied`` gives it."""
        own = self.__dict__
        pending = self._pending
        data: dict[str, Any] = {}
        for name, attribute, convert in self._plan.serial:
            if attribute in own:
                value = own[attribute]
                if convert is not None and value is not None:
                    value = convert(self, name, value)
                data[name] = value
            elif name in pending:
                data[name] = copied(pending[name])
        primitive: Primitive = {
            NAME: self.obj_name(),
            NAMESPACE: self.OBJ_PROJECT_NAMESPACE,
            VERSION: self.VERSION,
            DATA: data,
        }
        changes = [name for name in self.obj_what_changed() if name in data]
        if changes:
            primitive[CHANGES] = changes
        return primitive

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Lower the children and drop what came after the target version (``added_in``)."""
        try:
            super().obj_make_compatible(primitive, target_version)
        except ovo_exception.ObjectActionError:
            raise exception.ObjectActionError(
                action="obj_make_compatible",
                reason=f"{self.obj_name()} holds objects, and only a version manifest says which "
                "versions of them the receiver knows",
            ) from None
        self._drop_newer_fields(primitive, target_version)

    def _drop_newer_fields(self, primitive: dict[str, Any], target_version: str) -> None:
        target = versionutils.convert_version_to_tuple(target_version)
        for name, version in self._plan.added_in:
            if target < version:
                primitive.pop(name, None)

    # Changes

    def obj_attr_is_set(self, attrname: str) -> bool:
        """Say whether a field has a value; hydrates nothing."""
        attribute = self._plan.attributes.get(attrname)
        if attribute is None:
            return super().obj_attr_is_set(attrname)
        return attribute in self.__dict__ or attrname in self._pending

    def obj_what_changed(self) -> set[str]:
        """Return the names of the fields that were set or whose object was changed."""
        fields = self.fields
        changes = {name for name in self._changed_fields if name in fields}
        own = self.__dict__
        for name in self._plan.object_fields:
            value = own.get("_obj_" + name)
            if value is not None:
                if value.obj_what_changed():
                    changes.add(name)
            elif name in self._pending and is_changed(self._pending[name]):
                changes.add(name)
        return changes

    def obj_reset_changes(
        self, fields: Sequence[str] | None = None, recursive: bool = False
    ) -> None:
        """Forget what changed, in all fields or those given, and in their objects if asked."""
        if recursive:
            for name in self._pending if fields is None else fields:
                forget_changes(self._pending.get(name))
        super().obj_reset_changes(fields=list(fields) if fields else None, recursive=recursive)

    def obj_load_attr(self, attrname: str) -> None:
        """Load a field that is not set; classes that can do so override this."""
        raise exception.ObjectActionError(
            action="obj_load_attr", reason=f"attribute {attrname} not lazy-loadable"
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the fields; what was not hydrated stays so."""
        duplicate = type(self)()
        memo[id(self)] = duplicate
        duplicate._context = self._context
        if "VERSION" in self.__dict__:
            duplicate.VERSION = self.VERSION
        for name, attribute in self._plan.attributes.items():
            duplicate.__dict__.pop(attribute, None)
            if attribute in self.__dict__:
                value = self.__dict__[attribute]
                if type(value) in _IMMUTABLE:
                    duplicate.__dict__[attribute] = value
                else:
                    setattr(duplicate, name, copy.deepcopy(value, memo))
        duplicate._pending = {name: copy_json(value) for name, value in self._pending.items()}
        duplicate._changed_fields = set(self._changed_fields)
        return duplicate


class EphemeralObject(NovaObject):
    """Base of objects that have no row of their own: defaults are set when they are made."""

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        super().__init__(context, **kwargs)
        self.obj_set_defaults()


class PersistentFields(ovo.VersionedObjectMixin):
    """The columns that every soft-deleted row has."""

    fields: MutableMapping[str, ovo_fields.Field[Any]] = {
        "created_at": ovo_fields.DateTimeField(nullable=True),
        "updated_at": ovo_fields.DateTimeField(nullable=True),
        "deleted_at": ovo_fields.DateTimeField(nullable=True),
        "deleted": ovo_fields.BooleanField(default=False),
    }


TimestampedFields = ovo.TimestampedObject
DictCompat = ovo.VersionedObjectDictCompat
Comparable = ovo.ComparableVersionedObject


class ObjectListBase(ovo.ObjectListBase[_T]):
    """A list of objects, itself an object."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The library's own would coerce the empty list, as often as a list is loaded.
        super(ovo.ObjectListBase, self).__init__(*args, **kwargs)
        if "objects" not in kwargs:
            self.obj_fill([])

    def obj_fill(self, members: list[_T]) -> Self:
        """Take the members as loaded, without checking each; returns the list itself."""
        cast(NovaObject, self).obj_set_loaded("objects", members)
        return self


# Primitives and JSON text


def _check_children(
    cls: type[ovo.VersionedObject], data: Mapping[str, Any], names: Iterable[str] | None = None
) -> None:
    """Raise unless every object below is of a name and version that can be read.

    Walks by the classes' own fields, so a text that merely looks like an object is left alone.
    """
    if type(data) is not dict:
        raise ValueError(f"{cls.obj_name()} holds {type(data).__name__} where fields should be")
    plan: FieldPlan = cls._plan  # type: ignore[attr-defined]
    for name in plan.child_fields if names is None else names:
        value = data.get(name)
        if value is None:
            continue
        for child in value if type(value) is list else (value,):
            if child is None:
                continue
            if type(child) is not dict or type(child.get(DATA)) is not dict:
                raise ValueError(f"{cls.obj_name()}.{name} does not hold an object")
            _check_children(_child_class(child), child[DATA])


def _child_class(primitive: Primitive) -> type[ovo.VersionedObject]:
    if primitive[NAMESPACE] != NovaObject.OBJ_PROJECT_NAMESPACE:
        raise ovo_exception.UnsupportedObjectError(
            objtype=f"{primitive[NAMESPACE]}.{primitive[NAME]}"
        )
    return _class_for(primitive[NAME], primitive[VERSION])


@functools.lru_cache(maxsize=1024)
def _class_for(name: str, version: str) -> type[ovo.VersionedObject]:
    registry.load_class(name)
    return super(NovaObject, NovaObject).obj_class_from_name(name, version)


def to_json(obj: NovaObject, *, convert: Callable[[Primitive], object] | None = None) -> str:
    """Return the text an object is stored as: ASCII, as every MySQL character set can hold it.

    :param convert: makes the primitive the one to store, in place; what is below the fields is
        the object's own and has to be copied before it is changed
    """
    # Nothing is copied: the primitive is gone once it is text.
    primitive = obj._obj_primitive(lambda value: value)
    if convert is not None:
        convert(primitive)
    return json.dumps(primitive)


def from_json(
    cls: type[_T],
    text: str,
    context: Any,
    *,
    noun: str,
    key: str,
    convert: Callable[[Primitive], object] | None = None,
) -> _T:
    """Make an object from stored text.

    :param noun: what the record is called in an error, for example ``request spec``
    :param key: which one it is, for example the instance's uuid
    :param convert: changes the primitive of an older form, in place
    :raises UnreadableRecord: if the text is not the primitive of such an object
    :raises UnsupportedRecordVersion: if it, or an object in it, has a version not known here
    """
    with reading(noun, key):
        primitive = json.loads(text)
        if primitive[NAME] != cls.obj_name():
            raise ValueError(f"it holds a {primitive[NAME]}")
        if convert is not None:
            convert(primitive)
        return cls.obj_from_primitive(primitive, context)
