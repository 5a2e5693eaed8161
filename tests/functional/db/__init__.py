# SPDX-License-Identifier: Apache-2.0
"""Tests of the queries and of how a database is picked."""
