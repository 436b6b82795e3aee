"""Where on a cluster a revision runs; the name of this installation there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("placement", JSONB(none_as_null=True)))
    op.create_table("installation", sa.Column("name", sa.Text, primary_key=True))
    op.execute("INSERT INTO installation VALUES (left(md5(gen_random_uuid()::text), 12))")
