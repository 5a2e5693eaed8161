# SPDX-License-Identifier: Apache-2.0
"""Configuration: one module per group, and reading the files that hold it.

Only here and in the samples made from here are the databases called by the names of their groups,
``[api_database]`` and ``[database]``.
"""

import re
from collections.abc import Iterator, Sequence

from oslo_config import cfg

from nova_api_db import exception
from nova_api_db.conf import api_database, base, cells, database, fan_out

_GROUPS = (base, api_database, database, cells, fan_out)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register every option of this library."""
    for module in _GROUPS:
        module.register_opts(conf)


def list_opts() -> list[tuple[cfg.OptGroup | None, list[cfg.Opt]]]:
    """Return every option by its group, for oslo-config-generator."""
    return [(getattr(module, "group", None), module.opts) for module in _GROUPS]


def load(
    arguments: Sequence[str] = (),
    *,
    config_files: Sequence[str] | None = None,
    config_dirs: Sequence[str] | None = None,
    project: str = "nova",
    prog: str = "nova-manage",
) -> cfg.ConfigOpts:
    """Read the configuration and check every value in it.

    :param arguments: what a command line says about it: ``--config-file``, ``--config-dir``
    :param config_files: read these when the arguments name none; by default those that oslo.config
        finds for the project and the program, such as ``/etc/nova/nova.conf``
    :raises ConfigurationError: one line that names the file and the option
    """
    conf = cfg.ConfigOpts()
    register_opts(conf)
    try:
        conf(
            args=list(arguments),
            project=project,
            prog=prog,
            default_config_files=None if config_files is None else list(config_files),
            default_config_dirs=None if config_dirs is None else list(config_dirs),
        )
    except cfg.ConfigFileParseError as error:
        raise exception.ConfigurationError(reason=_parse_error(error)) from None
    except UnicodeDecodeError:
        reason = f"A configuration file is not UTF-8 text: {', '.join(files_read(conf))}"
        raise exception.ConfigurationError(reason=reason) from None
    except (cfg.Error, OSError) as error:
        reason = " ".join(str(error).split())
        raise exception.ConfigurationError(reason=f"Configuration: {reason}") from None
    for group, opts in list_opts():
        for opt in opts:
            _check(conf, group, opt)
    return conf


def _parse_error(error: cfg.ConfigFileParseError) -> str:
    """Leave out the text of the line, which may hold a password."""
    match = re.match(r"at (?P<where>.+:\d+), (?P<what>[^:]*)", error.msg or "", re.DOTALL)
    if match is None:
        return f"Configuration: {error.config_file} cannot be parsed"
    return f"Configuration: {match['where']}: {match['what']}"


def _check(conf: cfg.ConfigOpts, group: cfg.OptGroup | None, opt: cfg.Opt) -> None:
    try:
        _ = conf[group.name][opt.dest] if group else conf[opt.dest]
    except (cfg.NoSuchOptError, cfg.TemplateSubstitutionError):
        # Not "no such option word": that is a piece of the value, perhaps of a password.
        where, reason = ", ".join(files_read(conf)), "a plain $ is written $$"
    except (cfg.Error, ValueError) as error:
        match = re.search(r"detail='([^']*)'", str(error))
        where = match.group(1) if match else ", ".join(files_read(conf))
        reason = str(error).partition("is not valid: ")[2] or "the value cannot be used"
    else:
        return
    name = f"[{group.name if group else 'DEFAULT'}] {opt.name}"
    reason = f"Configuration: {name} in {where}: {reason}"
    raise exception.ConfigurationError(reason=reason) from None


def files_read(conf: cfg.ConfigOpts) -> list[str]:
    """Return the configuration files and folders that were read."""
    return [*(conf.config_file or ()), *(conf.config_dir or ())]


def require_connection(conf: cfg.ConfigOpts, group: str) -> str:
    """Return the URL of a database group, which must be set.

    :raises ConfigurationError: naming the option and the files that were read
    """
    connection = conf[group].connection
    if connection:
        return str(connection)
    read = ", ".join(files_read(conf)) or f"none; looked in {', '.join(_places(conf))}"
    reason = f"[{group}] connection is not set. Configuration files read: {read}"
    raise exception.ConfigurationError(reason=reason)


def _places(conf: cfg.ConfigOpts) -> Iterator[str]:
    for folder in (f"~/.{conf.project}", "~", f"/etc/{conf.project}", "/etc"):
        yield f"{folder}/{conf.project}.conf"
