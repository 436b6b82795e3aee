"""Labelling: what models suggest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0011"
down_revision = "v0010"


def upgrade() -> None:
    op.create_table(
        "label_suggestions",
        sa.Column("item_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("campaign_id", sa.BigInteger, nullable=False),
        sa.Column("annotation", JSONB(none_as_null=True), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
    )
    op.create_index("label_suggestions_campaign_id_idx", "label_suggestions", ["campaign_id"])
