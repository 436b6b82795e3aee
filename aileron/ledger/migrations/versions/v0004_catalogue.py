"""The catalogue of datasets: owners, visibility, tags, grants, favourites, locks, deletion."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    _make_datasets()
    _make_grants()
    for column in ("locked_by", "lock_reason", "deleted_by"):
        op.add_column("dataset_versions", sa.Column(column, sa.Text))
    for column in ("locked", "deleted"):
        op.add_column("dataset_versions", sa.Column(column, sa.DateTime(timezone=True)))
    number = sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False)
    op.add_column("dataset_versions", number)
    op.create_unique_constraint("dataset_versions_id_key", "dataset_versions", ["id"])
    _enter_what_is_there()


def _make_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("owner", sa.Text),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("online", sa.Boolean, nullable=False),
        sa.Column("tags", JSONB, nullable=False),
        sa.Column("deleted_by", sa.Text),
        sa.Column("deleted", sa.DateTime(timezone=True)),
        _moment("created"),
    )


def _make_grants() -> None:
    op.create_table(
        "dataset_grants",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("grantee", sa.Text, primary_key=True),
        sa.Column("right", sa.Text, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        _moment("since"),
    )
    op.create_table(
        "dataset_favourites",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("actor", sa.Text, primary_key=True),
        _moment("since"),
    )
    op.create_table(
        "dataset_uses",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Text, primary_key=True),
        _moment("since"),
    )


def _enter_what_is_there() -> None:
    """Each dataset that has versions; who made the first one owns it."""
    op.execute(
        """
        INSERT INTO datasets (project, name, visibility, online, tags, created, owner)
        SELECT project, name, 'project', true, '[]', min(created),
            (SELECT actor FROM events
             WHERE events.project = v.project AND verb = 'dataset.versioned'
               AND subject = 'dataset:' || v.project || '/' || v.name
             ORDER BY id LIMIT 1)
        FROM dataset_versions v GROUP BY project, name
        """
    )


def _moment(name: str) -> Any:
    default = sa.func.clock_timestamp()
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)
