# SPDX-License-Identifier: Apache-2.0
"""Operators' work on the databases of a deployment: what the commands of `nova-manage` do."""
