# SPDX-License-Identifier: Apache-2.0
"""``[cells]``: whether this service is part of a cells v1 deployment."""

from oslo_config import cfg

group = cfg.OptGroup("cells", title="Cells v1")

opts: list[cfg.Opt] = [
    cfg.BoolOpt(
        "enable",
        default=False,
        help=(
            "Whether this service is part of a cells v1 deployment. In a child cell of one "
            "(cell_type = compute) the api database belongs to the parent, so request specs are "
            "not stored."
        ),
    ),
    cfg.StrOpt(
        "cell_type",
        default="compute",
        choices=[
            ("api", "the parent, which takes the requests of users"),
            ("compute", "a child, which runs servers"),
        ],
        help="Which side of a cells v1 deployment this service is on. Unused unless enable is set.",
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this group."""
    conf.register_group(group)
    conf.register_opts(opts, group=group)


def is_child_cell(conf: cfg.ConfigOpts) -> bool:
    """Tell whether this service is in a child cell of a cells v1 deployment."""
    return bool(conf.cells.enable and conf.cells.cell_type == "compute")
