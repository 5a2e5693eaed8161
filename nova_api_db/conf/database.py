# SPDX-License-Identifier: Apache-2.0
"""``[database]``: the database of the cell that a service lives in."""

from oslo_config import cfg
from oslo_db import options

group = cfg.OptGroup(
    "database",
    title="Cell database",
    help=(
        "The database of the cell that a service lives in. A service that serves several cells "
        "finds theirs in the cell mappings of the api database; it takes the pool, timeout and "
        "retry options of this group for all of them, and this connection for the templates in "
        "their URLs. A replica (slave_connection) is this cell's alone."
    ),
)

opts: list[cfg.Opt] = list(options.database_opts)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this group."""
    conf.register_group(group)
    conf.register_opts(opts, group=group)
