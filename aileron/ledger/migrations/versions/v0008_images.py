"""Users' container images and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json = JSONB(none_as_null=True)
    op.create_table(
        "image_versions",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("recipe", json, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("reference", json),
        sa.Column("digest", sa.Text),
        sa.Column("size", sa.BigInteger),
        sa.Column("findings", json),
        sa.Column("platform", sa.Text),
        sa.Column("places", json),
        sa.Column("log", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.Column("built", moment),
        sa.Column("deleted_by", sa.Text),
        sa.Column("deleted", moment),
        sa.UniqueConstraint("project", "name", "version"),
    )
    op.create_index("image_versions_run_id_idx", "image_versions", ["run_id"])
