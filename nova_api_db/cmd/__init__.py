# SPDX-License-Identifier: Apache-2.0
"""Commands: they parse, call one function of a layer below, and print."""
