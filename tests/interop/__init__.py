# SPDX-License-Identifier: Apache-2.0
"""Tests beside a real Nova, of the release whose contract this is, in a process of its own.

`TEST_NOVA_PYTHON` names the Python that has it installed, `TEST_MYSQL_URL` the server on which both
work.
"""
