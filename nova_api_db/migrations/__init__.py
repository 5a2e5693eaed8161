# SPDX-License-Identifier: Apache-2.0
"""Schema of both databases as two trees of alembic revisions, and what runs them."""
