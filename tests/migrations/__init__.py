# SPDX-License-Identifier: Apache-2.0
"""The schema: what it is held against, and how it gets there."""
