# SPDX-License-Identifier: Apache-2.0
"""``[fan_out]``: questions that go to all cells at once."""

from oslo_config import cfg

group = cfg.OptGroup("fan_out", title="Questions to all cells")

opts: list[cfg.Opt] = [
    cfg.FloatOpt(
        "deadline",
        default=60.0,
        min=0.1,
        help=(
            "Seconds within which cells have to answer a question that goes to all of them, such "
            "as the list of servers. A cell that has not answered by then counts as down for "
            "this one question."
        ),
    ),
    cfg.IntOpt(
        "pool_size",
        default=32,
        min=2,
        help=(
            "How many cells this process asks at the same moment, one thread each. The others "
            "wait; waiting counts against the deadline. One cell takes up no more than half of "
            "the threads, and a cell that let a deadline pass is asked again only after a pause "
            "that grows with every further one."
        ),
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this group."""
    conf.register_group(group)
    conf.register_opts(opts, group=group)
