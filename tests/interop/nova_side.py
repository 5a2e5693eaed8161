# SPDX-License-Identifier: Apache-2.0
"""Does what a test asks with versioned objects; Nova's Python runs this file as a program.

The program reads a request per line and answers each with a line, both JSON. A request is::

    {"class": "Tag", "object": null, "context": {"user_id": "user"},
     "steps": [["call", "exists", ["uuid", "a"]]]}

A step works on the object of the request, or on the one that an earlier step got:

``["call", name, arguments]``
    call a method, of the class with the context first while there is no object
``["set", {field: value}]``
    set fields; ``info_cache.network_info`` is a field of a field
``["load", [field, ...]]``
    read fields, so that they are loaded

The answer has the object as it is in the end and what the last call returned, or the error that
stopped it. Objects are primitives both ways.

Nothing here but `main` knows whose classes they are: the tests do the same steps with ours by
calling `answer`.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

NAME = "nova_object.name"


def answer(objects: Any, base: Any, context: Any, request: Any) -> dict[str, Any]:
    """Return the answer to a request, made with the classes of a package of objects."""
    try:
        obj, value = _run(objects, base, context, request)
        return {"object": to_json(obj), "value": to_json(value)}
    except Exception as error:  # noqa: BLE001 - the test says which it expects
        return {"error": type(error).__name__, "message": str(error)}


def _run(objects: Any, base: Any, context: Any, request: Any) -> tuple[Any, Any]:
    obj = _from_json(base, context, request["object"])
    value = None
    for step, what, *arguments in request["steps"]:
        if step == "call":
            given = _from_json(base, context, arguments[0])
            if obj is not None:
                value = getattr(obj, what)(*given)
            else:
                value = getattr(getattr(objects, request["class"]), what)(context, *given)
                if isinstance(value, base):
                    obj, value = value, None
        elif step == "set":
            for name, item in what.items():
                _set(obj, name, _from_json(base, context, item))
        elif step == "load":
            for name in what:
                getattr(obj, name)
    return obj, value


def _from_json(base: Any, context: Any, value: Any) -> Any:
    if isinstance(value, dict):
        if NAME in value:
            return base.obj_from_primitive(value, context)
        return {key: _from_json(base, context, item) for key, item in value.items()}
    return [_from_json(base, context, item) for item in value] if isinstance(value, list) else value


def _set(obj: Any, name: str, value: Any) -> None:
    *path, last = name.split(".")
    for part in path:
        obj = getattr(obj, part)
    setattr(obj, last, value)


def to_json(value: Any) -> Any:
    """Return a value as JSON has it, objects as primitives."""
    if hasattr(value, "obj_to_primitive"):
        return to_json(value.obj_to_primitive())
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def main(config_file: str, prepare: Callable[[], None] | None = None) -> None:
    """Answer with Nova's classes until there are no more requests.

    :param prepare: called when Nova is configured
    """
    answers, sys.stdout = sys.stdout, sys.stderr
    importlib.import_module("nova.config").parse_args(
        ["nova", "--config-file", config_file], default_config_files=[]
    )
    objects = importlib.import_module("nova.objects")
    objects.register_all()
    if prepare is not None:
        prepare()
    make_context = importlib.import_module("nova.context").RequestContext
    for line in sys.stdin:
        request = json.loads(line)
        context = make_context(is_admin=True, **request["context"])
        text = json.dumps(answer(objects, objects.base.NovaObject, context, request))
        print(text, file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
