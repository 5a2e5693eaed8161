# SPDX-License-Identifier: Apache-2.0
"""Versioned objects on a Nova api database and its cells, and the tools that look after them.

Importing the package does nothing: no engine, no configuration, no registry. Import the module
that is needed.
"""
