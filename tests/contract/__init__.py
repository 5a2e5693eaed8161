# SPDX-License-Identifier: Apache-2.0
"""Tests that the objects are those that peers know: fields, versions, what older peers get."""
