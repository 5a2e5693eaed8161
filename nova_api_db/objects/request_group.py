# SPDX-License-Identifier: Apache-2.0
"""What a request asks of placement; parts of a RequestSpec, never stored."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class RequestGroup(base.EphemeralObject):
    """Resources and traits that one provider has to have."""

    # 1.3: forbidden_aggregates
    # 1.2: in_tree
    # 1.1: requester_id, provider_uuids
    VERSION = "1.3"

    added_in = {
        "requester_id": "1.1",
        "provider_uuids": "1.1",
        "in_tree": "1.2",
        "forbidden_aggregates": "1.3",
    }

    fields = {
        "use_same_provider": fields.BooleanField(default=True),
        "resources": fields.DictOfIntegersField(default={}),
        "required_traits": fields.SetOfStringsField(default=set()),
        "forbidden_traits": fields.SetOfStringsField(default=set()),
        "aggregates": fields.ListOfListsOfStringsField(default=[]),
        "forbidden_aggregates": fields.SetOfStringsField(default=set()),
        "requester_id": fields.StringField(nullable=True, default=fields.NONE),
        "provider_uuids": fields.ListOfUUIDField(default=[]),
        "in_tree": fields.UUIDField(nullable=True, default=fields.NONE),
    }


@base.NovaObjectRegistry.register
class RequestLevelParams(base.NovaObject):
    """What a request asks of placement as a whole."""

    # 1.1: same_subtree
    VERSION = "1.1"

    added_in = {"same_subtree": "1.1"}

    fields = {
        "root_required": fields.SetOfStringsField(default=set()),
        "root_forbidden": fields.SetOfStringsField(default=set()),
        "same_subtree": fields.ListOfListsOfStringsField(default=[]),
    }
