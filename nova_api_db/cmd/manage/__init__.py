# SPDX-License-Identifier: Apache-2.0
"""`nova-manage`: one module per category; each command is a plugin in `nova_api_db.manage`."""
