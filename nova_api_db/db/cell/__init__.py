# SPDX-License-Identifier: Apache-2.0
"""Models and queries of a cell database, one query module per noun."""
