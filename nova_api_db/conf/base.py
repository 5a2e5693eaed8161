# SPDX-License-Identifier: Apache-2.0
"""``[DEFAULT]``: what no group has."""

from oslo_config import cfg


class SharedOpt(cfg.StrOpt):
    """An option that another library registers as well; whoever comes second changes nothing.

    ``state_path`` is also a service's own. ``transport_url`` is oslo.messaging's too, which is not
    imported for its sake: that takes longer than most commands run.
    """

    def __eq__(self, other: object) -> bool:
        """Equal to any option of this name, or registering both would be an error."""
        return isinstance(other, cfg.Opt) and other.dest == self.dest

    def __ne__(self, other: object) -> bool:
        """Differ from everything else; the base class has a comparison of its own here."""
        return not self == other

    __hash__ = cfg.StrOpt.__hash__


opts: list[cfg.Opt] = [
    SharedOpt(
        "state_path",
        default="/var/lib/nova",
        help="Where changing files are kept. Other options may name it: $state_path/nova.sqlite.",
    ),
    SharedOpt(
        "transport_url",
        default="rabbit://",
        secret=True,
        help=(
            "The message bus, as "
            "driver://[user:password@]host:port[,[user:password@]host:port]/virtual_host?query "
            "with %-encoding for special characters. Cells have theirs in the cell mappings; the "
            "templates in those are filled from this one. none:/// stands for no bus."
        ),
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this group."""
    conf.register_opts(opts)
