# SPDX-License-Identifier: Apache-2.0
"""A tox runner that lets environments share one folder.

tox makes an environment anew when the folder it finds was made under another name. Nearly all
environments here install the same packages, so they share one: it is made once, in the time of one.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from tox.plugin import impl
from tox.tox_env.info import Info
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner
from tox.tox_env.register import ToxEnvRegister


class SharedInfo(Info):
    """What tox remembers of a folder, without the name of the environment that made it."""

    @contextmanager
    def compare(
        self, value: Any, section: str, sub_section: str | None = None
    ) -> Generator[tuple[bool, Any | None], None, None]:
        """Compare as tox does, but under one name for all."""
        if isinstance(value, dict) and "name" in value:
            value = {**value, "name": "shared"}
        with super().compare(value, section, sub_section) as result:
            yield result


class SharedRunner(VirtualEnvRunner):
    """A virtual environment whose folder other environments may use too."""

    @staticmethod
    def id() -> str:
        """Return the name that ``runner =`` selects it by."""
        return "shared"

    @property
    def cache(self) -> Info:
        """Return what tox remembers of the folder."""
        return SharedInfo(self.env_dir)


@impl
def tox_register_tox_env(register: ToxEnvRegister) -> None:
    """Add the runner to those that tox knows."""
    register.add_run_env(SharedRunner)
