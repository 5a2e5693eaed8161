# SPDX-License-Identifier: Apache-2.0
"""The hosts where a build was tried; part of a RequestSpec, never stored."""

from collections.abc import Mapping
from typing import Any, Self

from nova_api_db.objects import base, fields
from nova_api_db.objects.compute_node import ComputeNode, ComputeNodeList


@base.NovaObjectRegistry.register
class SchedulerRetries(base.NovaObject):
    """The hosts where a build was tried."""

    VERSION = "1.1"

    fields = {
        "num_attempts": fields.IntegerField(),
        "hosts": fields.ObjectField("ComputeNodeList"),
    }

    @classmethod
    def from_dict(cls, context: Any, retry_dict: Mapping[str, Any]) -> Self:
        """Make one from ``num_attempts`` and ``hosts``, a list of pairs of host and node."""
        retries = cls(context)
        if "num_attempts" in retry_dict:
            retries.num_attempts = retry_dict["num_attempts"]
        if "hosts" in retry_dict:
            retries.hosts = ComputeNodeList(
                context,
                objects=[
                    ComputeNode(context, host=host, hypervisor_hostname=node)
                    for host, node in retry_dict["hosts"]
                ],
            )
        return retries

    def to_dict(self) -> dict[str, Any]:
        """Return what is set of ``num_attempts`` and ``hosts``, the pairs of host and node."""
        result: dict[str, Any] = {}
        if self.obj_attr_is_set("num_attempts"):
            result["num_attempts"] = self.num_attempts
        if self.obj_attr_is_set("hosts"):
            result["hosts"] = [[node.host, node.hypervisor_hostname] for node in self.hosts]
        return result
