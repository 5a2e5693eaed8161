# SPDX-License-Identifier: Apache-2.0
"""The commands there are: entry points of the group `nova_api_db.manage`.

An entry point is named `category.verb` (`cell_v2.list_cells`). Any package may add commands of its
own. A command's module is imported when it is run or shown, and not before.
"""

import importlib.metadata
import logging

from cliff import commandmanager
from stevedore import named

LOG = logging.getLogger(__name__)

NAMESPACE = "nova_api_db.manage"


class CommandManager(commandmanager.CommandManager):
    """Finds commands without importing them."""

    commands: dict[str, commandmanager.EntryPointT]

    def load_commands(self, namespace: str) -> None:
        """Add the commands of an entry point group."""
        self.group_list.append(namespace)
        for entry_point in self._entry_points(namespace):
            name = entry_point.name.replace(".", " ", 1)
            if name in self.commands:
                LOG.warning(
                    "Two packages bring a command %r; %s is left out", name, entry_point.value
                )
            else:
                self.commands[name] = entry_point

    @staticmethod
    def _entry_points(namespace: str) -> list[importlib.metadata.EntryPoint]:
        # A manager that is asked for no name loads nothing, and knows all entry points.
        manager: named.NamedExtensionManager[object]
        manager = named.NamedExtensionManager(namespace, names=[])
        return manager.list_entry_points()

    def category(self, name: str) -> list[str]:
        """Return the commands of a category, sorted."""
        return sorted(command for command in self.commands if command.split(" ")[0] == name)

    def categories(self) -> list[str]:
        """Return the categories there are, sorted."""
        return sorted({name.partition(" ")[0] for name in self.commands if " " in name})
