# SPDX-License-Identifier: Apache-2.0
"""What placement is asked for."""

from oslo_utils import uuidutils

from nova_api_db import objects
from tests import base


class TestRequestGroup(base.TestCase):
    def test_query_parameters(self) -> None:
        tree = uuidutils.generate_uuid()
        group = objects.RequestGroup(
            resources={"B": 1, "A": 2},
            required_traits={"T2", "T1"},
            forbidden_traits={"F2", "F1"},
            aggregates=[["b", "a"], ["c"]],
            forbidden_aggregates={"y", "x"},
            in_tree=tree,
        )
        expected = [
            ("resources", "A:2,B:1"),
            ("required", "T1,T2,!F1,!F2"),
            ("member_of", "in:a,b"),
            ("member_of", "in:c"),
            ("in_tree", tree),
            ("member_of", "!in:x,y"),
        ]
        self.assertEqual(expected, group.to_queryparams())
        group.requester_id = "port"
        self.assertEqual(
            [(name + "port", value) for name, value in expected], group.to_queryparams()
        )

    def test_query_parameters_of_a_group_that_asks_for_nothing(self) -> None:
        self.assertEqual([("resources", "")], objects.RequestGroup().to_queryparams())
