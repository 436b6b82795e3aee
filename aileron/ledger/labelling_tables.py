"""The tables of labelling: campaigns, packages, items, revisions, consensus, what was published.

A campaign has its samples labelled by people. With an overlap of k there are k lanes, and each
sample is one item of each lane.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from aileron.ledger.database import Json, metadata, moment

campaigns: Final = Table(
    "label_campaigns",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("spec", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("overlap", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    moment("created"),
    moment("deadline", optional=True),
    moment("ended", optional=True),
    Column("ended_by", Text),
    UniqueConstraint("project", "name"),
    Index(None, "project", "dataset", "version"),
)

packages: Final = Table(
    "label_packages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("annotator", Text),
    Column("studio_project", BigInteger),
    Column("size", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("comment", Text),
    moment("deadline", optional=True),
    moment("assigned", optional=True),
    moment("submitted", optional=True),
    moment("finished", optional=True),
    moment("observed", optional=True),
    UniqueConstraint("campaign_id", "number", "lane"),
    UniqueConstraint("campaign_id", "number", "annotator"),
    Index(None, "annotator", "state"),
    Index(None, "state"),
)

items: Final = Table(
    "label_items",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", BigInteger, nullable=False),
    Column("package_id", BigInteger, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sample_id", Text, nullable=False),
    Column("studio_task", BigInteger),
    Column("state", Text, nullable=False),
    Column("skipped", Boolean, nullable=False),
    Column("aside", Text),
    Column("revision", Integer, nullable=False),
    Column("annotation", Json),
    Column("digest", Text),
    Column("by", Text),
    Column("seconds", Float),
    Column("audited", Boolean, nullable=False),
    Column("verdict", Text),
    Column("comment", Text),
    Column("reviewer", Text),
    Column("agreement", Float),
    UniqueConstraint("package_id", "position"),
    Index(None, "campaign_id", "sample_id"),
    Index(None, "campaign_id", "state"),
)

revisions: Final = Table(
    "label_revisions",
    metadata,
    Column("item_id", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("campaign_id", BigInteger, nullable=False),
    Column("annotation", Json),
    Column("aside", Text),
    Column("digest", Text, nullable=False),
    Column("by", Text, nullable=False),
    moment("at"),
    Column("verdict", Text),
    Column("comment", Text),
    Column("reviewer", Text),
    moment("reviewed", optional=True),
    Index(None, "campaign_id"),
)

consensus: Final = Table(
    "label_consensus",
    metadata,
    Column("campaign_id", BigInteger, primary_key=True),
    Column("sample_id", Text, primary_key=True),
    Column("annotation", Json),
    Column("how", Text, nullable=False),
    Column("agreement", Float),
    Column("by", Text),
    moment("at"),
    Index(None, "campaign_id", "how"),
)

published: Final = Table(
    "label_published",
    metadata,
    Column("campaign_id", BigInteger, primary_key=True),
    Column("sample_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    moment("at"),
)
