# SPDX-License-Identifier: Apache-2.0
"""Typed clients of the services' RPC interfaces, one module per service."""
