# SPDX-License-Identifier: Apache-2.0
"""Tests that open no database."""
