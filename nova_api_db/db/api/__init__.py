# SPDX-License-Identifier: Apache-2.0
"""Models and queries of the api database, one query module per noun."""
