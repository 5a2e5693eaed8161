# SPDX-License-Identifier: Apache-2.0
"""The `nova-api-db-conductor` program: serves until it is told to stop."""

import argparse
import logging
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from nova_api_db import conf, exception

DESCRIPTION = """\
Run the methods of objects for services that have no database of their own, over the message bus.

The cell served is that of [database] connection; the bus is [DEFAULT] transport_url. Both are read
from /etc/nova/nova.conf or the files named with --config-file. SIGTERM and SIGINT end it: calls
that have begun are answered first.
"""

PROGRAM = "nova-api-db-conductor"
LOG = logging.getLogger(PROGRAM)

#: The exit code of what has a name; that of nova-manage too.
FAILED = 70


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--config-file",
        action="append",
        default=[],
        metavar="FILE",
        help="read this configuration file; may be given several times, later ones win",
    )
    parser.add_argument(
        "--config-dir",
        action="append",
        default=[],
        metavar="FOLDER",
        help="read the *.conf files of this folder, after the files",
    )
    parser.add_argument(
        "--host", help="what it is called on the bus (default: the name of the machine)"
    )
    parser.add_argument("--debug", action="store_true", help="log all there is")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the entry point."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if arguments.debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    files = [f"--config-file={path}" for path in arguments.config_file]
    folders = [f"--config-dir={path}" for path in arguments.config_dir]
    try:
        configuration = conf.load([*files, *folders], prog=PROGRAM)
        _function("nova_api_db.servers.setup:configure")(configuration)
        server = _function("nova_api_db.conductor.service:start")(arguments.host)
    except exception.NovaApiDbError as error:
        sys.stderr.write(f"{PROGRAM}: {' '.join(str(error).split())}\n")
        return FAILED
    LOG.info("Serving, as process %d", os.getpid())
    stopped.wait()
    server.stop()
    server.wait()
    LOG.info("Stopped")
    return 0


def _function(name: str) -> Callable[..., Any]:
    """Import a function, once there is something to do for it."""
    found: Callable[..., Any] = pkgutil.resolve_name(name)
    return found


if __name__ == "__main__":
    sys.exit(main())
