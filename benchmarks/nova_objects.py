# SPDX-License-Identifier: Apache-2.0
"""Does operations with Nova's own classes; Nova's Python runs this as a program.

A request is a line: the name of an operation and how much of it. The answer is a line as well: how
many seconds it took.
"""

import importlib
import sys

from benchmarks import operations, records


def main(config_file: str) -> None:
    """Do what is asked for, until nothing more is."""
    answers, sys.stdout = sys.stdout, sys.stderr
    importlib.import_module("nova.config").parse_args(
        ["nova", "--config-file", config_file], default_config_files=[]
    )
    objects = importlib.import_module("nova.objects")
    objects.register_all()
    contexts = importlib.import_module("nova.context")
    context = contexts.RequestContext(user_id="user", project_id="project", is_admin=True)
    for line in sys.stdin:
        name, count = line.split()
        side = records.Side(objects, contexts, context, int(count))
        print(operations.do(side, operations.OPERATIONS[name]), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
