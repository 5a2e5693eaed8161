# SPDX-License-Identifier: Apache-2.0
"""Take a service's configuration, once, where it starts."""

from oslo_config import cfg

from nova_api_db import cells, rpc
from nova_api_db.db import facade


def configure(conf: cfg.ConfigOpts) -> None:
    """Set databases, message bus and the fan-out over cells as configured.

    :param conf: with the options of :mod:`nova_api_db.conf` registered and files read
    """
    facade.configure(conf)
    rpc.configure(conf)
    cells.configure(deadline=conf.fan_out.deadline, pool_size=conf.fan_out.pool_size)
