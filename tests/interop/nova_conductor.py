# SPDX-License-Identifier: Apache-2.0
"""Nova at either end of the calls about objects; Nova's Python runs this file as a program.

``serve --config-file=CONFIG``
    Nova's conductor manager answers, on the bus of the configuration
``call CONFIG``
    Nova's objects do the steps of `nova_side`, their methods by way of the conductor on that bus
"""

import importlib
import importlib.util
import pathlib
import signal
import sys
import threading
from typing import Any


def _nova(name: str) -> Any:
    return importlib.import_module(f"nova.{name}" if name else "nova")


def _start(config_file: str) -> None:
    _nova("config").parse_args(["nova", "--config-file", config_file], default_config_files=[])
    _nova("objects").register_all()
    _nova("rpc").init(importlib.import_module("oslo_config.cfg").CONF)


def serve(config_file: str) -> None:
    """Answer until told to stop."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    _start(config_file)
    messaging = importlib.import_module("oslo_messaging")
    target = messaging.Target(topic="conductor", server="nova1")
    # Its constructor asks placement, which is not there; what is called here needs nothing of it.
    manager = _nova("conductor.manager").ConductorManager
    endpoint = manager.__new__(manager)
    serializer = _nova("objects.base").NovaObjectSerializer()
    server = _nova("rpc").get_server(target, [endpoint], serializer)
    server.start()
    print("Serving", file=sys.stderr, flush=True)
    stopped.wait()
    server.stop()
    server.wait()


def call(config_file: str) -> None:
    """Do steps until there are no more requests."""
    spec = importlib.util.spec_from_file_location(
        "nova_side", pathlib.Path(__file__).with_name("nova_side.py")
    )
    assert spec and spec.loader
    side = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(side)
    side.main(config_file, prepare=_install)


def _install() -> None:
    _nova("rpc").init(importlib.import_module("oslo_config.cfg").CONF)
    _nova("objects.base").NovaObject.indirection_api = _nova("conductor.rpcapi").ConductorAPI()


if __name__ == "__main__":
    {"serve": serve, "call": call}[sys.argv[1]](sys.argv[2].removeprefix("--config-file="))
