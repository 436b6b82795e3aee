"""Tokens, the logins of programs; and an index for the runs that are not over yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("project", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        _moment("created", server_default=sa.func.clock_timestamp(), nullable=False),
        _moment("expires"),
        _moment("revoked"),
    )
    op.create_index(
        "runs_project_open_idx",
        "runs",
        ["project", "started"],
        postgresql_where=sa.text("state IN ('planned', 'running')"),
    )


def _moment(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)  # type: ignore[arg-type]
