# SPDX-License-Identifier: Apache-2.0
"""The status that users see, from the state of a server and the task it is in."""

from nova_api_db.objects.instance import Instance
from nova_api_db.servers import partial

#: What a server whose state says nothing, or is not known, is shown as.
UNKNOWN = "UNKNOWN"

#: vm_state -> task_state -> status; the task None stands for all others.
#: Source: the compute API's server concepts guide.
STATUSES: dict[str, dict[str | None, str]] = {
    "active": {
        None: "ACTIVE",
        "rebooting": "REBOOT",
        "reboot_pending": "REBOOT",
        "reboot_started": "REBOOT",
        "rebooting_hard": "HARD_REBOOT",
        "reboot_pending_hard": "HARD_REBOOT",
        "reboot_started_hard": "HARD_REBOOT",
        "updating_password": "PASSWORD",
        "rebuilding": "REBUILD",
        "rebuild_block_device_mapping": "REBUILD",
        "rebuild_spawning": "REBUILD",
        "migrating": "MIGRATING",
        "resize_prep": "RESIZE",
        "resize_migrating": "RESIZE",
        "resize_migrated": "RESIZE",
        "resize_finish": "RESIZE",
    },
    "building": {None: "BUILD"},
    "stopped": {
        None: "SHUTOFF",
        "resize_prep": "RESIZE",
        "resize_migrating": "RESIZE",
        "resize_migrated": "RESIZE",
        "resize_finish": "RESIZE",
        "rebuilding": "REBUILD",
        "rebuild_block_device_mapping": "REBUILD",
        "rebuild_spawning": "REBUILD",
    },
    "resized": {
        None: "VERIFY_RESIZE",
        "resize_reverting": "REVERT_RESIZE",
    },
    "paused": {None: "PAUSED", "migrating": "MIGRATING"},
    "suspended": {None: "SUSPENDED"},
    "rescued": {None: "RESCUE"},
    "error": {
        None: "ERROR",
        "rebuilding": "REBUILD",
        "rebuild_block_device_mapping": "REBUILD",
        "rebuild_spawning": "REBUILD",
    },
    "deleted": {None: "DELETED"},
    "soft-delete": {None: "SOFT_DELETED"},
    "shelved": {None: "SHELVED"},
    "shelved_offloaded": {None: "SHELVED_OFFLOADED"},
}


def of(server: Instance) -> str:
    """Return the status of a server; ``UNKNOWN`` for a partial record."""
    if partial.is_partial(server):
        return UNKNOWN
    task = server.task_state if server.obj_attr_is_set("task_state") else None
    by_task = STATUSES.get(server.vm_state or "", {None: UNKNOWN})
    return by_task.get(task, by_task[None])


def vm_states(status: str) -> list[str]:
    """Return the states that a server of some status may be in; none for an unknown status."""
    return [state for state, by_task in STATUSES.items() if status.upper() in by_task.values()]
