"""Reasons as messages, for readers of any language; indexes to find events by verb and time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    for table in ("runs", "nodes"):
        op.add_column(table, sa.Column("reason_message", JSONB))
    op.create_index("events_project_verb_idx", "events", ["project", "verb"])
    op.create_index("events_project_time_idx", "events", ["project", "time"])
