"""Labelling: campaigns, packages, items, revisions, consensus, and what was published."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0010"
down_revision = "v0009"

_JSON = JSONB(none_as_null=True)


def upgrade() -> None:
    _make_campaigns()
    _make_packages()
    _make_items()
    _make_revisions()
    _make_consensus()
    _make_published()


def _make_campaigns() -> None:
    op.create_table(
        "label_campaigns",
        _number(),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("spec", _JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("overlap", sa.Integer, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        _now("created"),
        *_moments("deadline", "ended"),
        sa.Column("ended_by", sa.Text),
        sa.UniqueConstraint("project", "name"),
    )
    _index("label_campaigns", "project", "dataset", "version")


def _make_packages() -> None:
    op.create_table(
        "label_packages",
        _number(),
        sa.Column("campaign_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("annotator", sa.Text),
        sa.Column("studio_project", sa.BigInteger),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text),
        *_moments("deadline", "assigned", "submitted", "finished", "observed"),
        sa.UniqueConstraint("campaign_id", "number", "lane"),
        sa.UniqueConstraint("campaign_id", "number", "annotator"),
    )
    _index("label_packages", "annotator", "state")
    _index("label_packages", "state")


def _make_items() -> None:
    op.create_table(
        "label_items",
        _number(),
        sa.Column("campaign_id", sa.BigInteger, nullable=False),
        sa.Column("package_id", sa.BigInteger, nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Text, nullable=False),
        sa.Column("studio_task", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("skipped", sa.Boolean, nullable=False),
        sa.Column("aside", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("annotation", _JSON),
        sa.Column("digest", sa.Text),
        sa.Column("by", sa.Text),
        sa.Column("seconds", sa.Float),
        sa.Column("audited", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("comment", sa.Text),
        sa.Column("reviewer", sa.Text),
        sa.Column("agreement", sa.Float),
        sa.UniqueConstraint("package_id", "position"),
    )
    _index("label_items", "campaign_id", "sample_id")
    _index("label_items", "campaign_id", "state")


def _make_revisions() -> None:
    op.create_table(
        "label_revisions",
        sa.Column("item_id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("campaign_id", sa.BigInteger, nullable=False),
        sa.Column("annotation", _JSON),
        sa.Column("aside", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        _now("at"),
        sa.Column("verdict", sa.Text),
        sa.Column("comment", sa.Text),
        sa.Column("reviewer", sa.Text),
        *_moments("reviewed"),
    )
    _index("label_revisions", "campaign_id")


def _make_consensus() -> None:
    op.create_table(
        "label_consensus",
        sa.Column("campaign_id", sa.BigInteger, primary_key=True),
        sa.Column("sample_id", sa.Text, primary_key=True),
        sa.Column("annotation", _JSON),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("agreement", sa.Float),
        sa.Column("by", sa.Text),
        _now("at"),
    )
    _index("label_consensus", "campaign_id", "how")


def _make_published() -> None:
    op.create_table(
        "label_published",
        sa.Column("campaign_id", sa.BigInteger, primary_key=True),
        sa.Column("sample_id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        _now("at"),
    )


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True)


def _now(name: str) -> sa.Column[Any]:
    default = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=default)


def _moments(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True)) for name in names]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"{table}_{'_'.join(columns)}_idx", table, list(columns))
