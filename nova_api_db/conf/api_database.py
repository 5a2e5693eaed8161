# SPDX-License-Identifier: Apache-2.0
"""``[api_database]``: the database that every cell shares."""

from oslo_config import cfg
from oslo_db import options

group = cfg.OptGroup(
    "api_database",
    title="Api database",
    help=(
        "The api database, one per deployment: which cells there are, which cell each server is "
        "in, and what was asked for when it was booted."
    ),
)

opts: list[cfg.Opt] = list(options.database_opts)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this group."""
    conf.register_group(group)
    conf.register_opts(opts, group=group)
