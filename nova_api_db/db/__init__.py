# SPDX-License-Identifier: Apache-2.0
"""Facade, models and queries: the only place that sees a database connection."""
