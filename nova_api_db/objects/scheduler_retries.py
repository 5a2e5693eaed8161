# SPDX-License-Identifier: Apache-2.0
"""The hosts where a build was tried; part of a RequestSpec, never stored."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class SchedulerRetries(base.NovaObject):
    """The hosts where a build was tried."""

    VERSION = "1.1"

    fields = {
        "num_attempts": fields.IntegerField(),
        "hosts": fields.ObjectField("ComputeNodeList"),
    }
