"""Drafts of dataset versions; indexes for lineage, which scanned nodes and effects before."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"


def upgrade() -> None:
    _make_drafts()
    op.create_index("nodes_key_idx", "nodes", ["key"])
    op.create_index("model_versions_run_id_idx", "model_versions", ["run_id"])
    op.create_index("revisions_project_idx", "revisions", ["project", "model", "model_version"])
    op.create_index(
        "effects_tag_idx",
        "effects",
        [sa.text("(record ->> 'tag')")],
        postgresql_where=sa.text("step = 'data.version'"),
    )


def _make_drafts() -> None:
    op.create_table(
        "dataset_drafts",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folder", sa.Text),
        sa.Column("joins", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.Column("samples", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        _moment("begun", server_default=sa.func.clock_timestamp(), nullable=False),
        _moment("due"),
        sa.Column("deleted_by", sa.Text),
        _moment("deleted"),
    )
    op.create_index("dataset_drafts_project_name_idx", "dataset_drafts", ["project", "name"])


def _moment(name: str, **options: Any) -> Any:
    return sa.Column(name, sa.DateTime(timezone=True), **options)
