"""${message}

Written by `python -m runtime.store.migrations.draft "${message}"`, then read and corrected by a person.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.columns.moments import Instant
from runtime.store.columns.references import RecordId
from runtime.store.columns.texts import Json, PlainText, Word

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
${upgrades if upgrades else "pass"}
