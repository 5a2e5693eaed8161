# SPDX-License-Identifier: Apache-2.0
"""The conductor: runs the methods of objects for services that have no database."""
