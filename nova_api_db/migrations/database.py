# SPDX-License-Identifier: Apache-2.0
"""The kinds of databases; imports nothing, so that a command can name one for free."""

import enum


class Database(enum.Enum):
    """The kind of a database; each has a tree of revisions of its own."""

    API = "api"
    CELL = "cell"
