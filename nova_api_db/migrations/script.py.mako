# SPDX-License-Identifier: Apache-2.0
"""${message}.

Expands. (Or: Contracts. A release reads and writes the schema of the one before it, so what adds
is a revision of its own, and what removes comes a release later.)
"""

# The rules, to be deleted when they are kept:
# - This file imports nothing of the project: it must still run when the project has changed.
# - Every constraint and index has its name written out. Tables state engine, character set and
#   collation.
# - There is no downgrade.
# - MySQL commits each statement that changes the schema by itself. A run that was killed is run
#   again from the top: op.create_table and op.create_index pass over what is there; whatever
#   else stands here must bear being run twice.
# - What is not in nova's schema is listed with its reason in nova_api_db/migrations/additions.py.
# - tests/migrations/test_runner.py gets a row that the new tables or columns hold.

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
