"""Custom jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("spec", JSONB(none_as_null=True), nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.Column("submitted", moment),
        sa.Column("deleted", moment),
    )
    op.create_index(
        "jobs_name_key",
        "jobs",
        ["project", "name"],
        unique=True,
        postgresql_where=sa.text("deleted IS NULL"),
    )
    op.create_index("jobs_run_id_idx", "jobs", ["run_id"])
