"""The first tables: runs, cache, leases, effects, versions, champions, services, events."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0001"
down_revision = None

APPEND_ONLY = ("events", "champions")


def upgrade() -> None:
    _make_runs()
    _make_work()
    _make_versions()
    _make_services()
    _make_events()
    _forbid_rewriting()


def _make_runs() -> None:
    op.create_table(
        "runs",
        _key("run_id"),
        _text("project"),
        _text("lifecycle"),
        _text("actor"),
        _text("airflow_run_id", optional=True),
        _text("state"),
        _json("plan", optional=True),
        _text("reason", optional=True),
        _text("failed_node", optional=True),
        _json("facts", server_default=sa.text("'{}'")),
        _moment("started"),
        _moment("ended", optional=True),
    )
    op.create_index(
        "runs_project_lifecycle_started_idx", "runs", ["project", "lifecycle", "started"]
    )
    op.create_table(
        "nodes",
        _key("run_id", sa.ForeignKey("runs.run_id")),
        _key("node"),
        _text("step"),
        _text("key"),
        _text("state"),
        _number("attempt"),
        _json("outputs"),
        _text("reason", optional=True),
        sa.Column("seconds", sa.Double),
        _text("log", optional=True),
        _moment("started"),
        _moment("ended", optional=True),
    )


def _make_work() -> None:
    op.create_table(
        "leases",
        _key("project"),
        _key("name"),
        _text("owner", optional=True),
        sa.Column("fence", sa.BigInteger, nullable=False),
        _moment("acquired"),
        _moment("expires"),
    )
    op.create_table(
        "cache",
        _key("project"),
        _key("key"),
        _json("outputs"),
        _text("run_id"),
        _moment("created"),
    )
    op.create_table(
        "effects",
        _key("key"),
        _text("project"),
        _text("step"),
        _text("subject"),
        _text("state"),
        _number("attempts"),
        _json("record", optional=True),
        _moment("begun"),
        _moment("ended", optional=True),
    )


def _make_versions() -> None:
    op.create_table(
        "dataset_versions",
        _key("project"),
        _key("name"),
        _number("version", primary_key=True),
        _text("tag"),
        _text("digest"),
        _json("reference"),
        _text("commit"),
        _json("record"),
        _moment("created"),
    )
    op.create_index(
        "dataset_versions_project_name_digest_idx",
        "dataset_versions",
        ["project", "name", "digest"],
    )
    op.create_table(
        "model_versions",
        _key("project"),
        _key("name"),
        _number("version", primary_key=True),
        _text("digest"),
        _json("reference"),
        _json("verdict_reference", optional=True),
        _text("run_id", optional=True),
        _text("mlflow_run_id", optional=True),
        _text("mlflow_version", optional=True),
        _moment("created"),
        sa.UniqueConstraint("project", "name", "digest"),
    )
    op.create_table(
        "champions",
        _key("project"),
        _key("model"),
        sa.Column("fence", sa.BigInteger, primary_key=True),
        _number("version"),
        _json("model_reference"),
        _json("package_reference"),
        _json("verdict_reference", optional=True),
        _text("service"),
        _number("revision"),
        _json("basis", optional=True),
        _text("run_id", optional=True),
        _text("actor"),
        _moment("since"),
    )


def _make_services() -> None:
    op.create_table(
        "services",
        _key("project"),
        _key("name"),
        _text("model"),
        _text("desired"),
        _moment("created"),
        _moment("updated"),
    )
    op.create_table(
        "revisions",
        _key("project"),
        _key("service"),
        _number("number", primary_key=True),
        _json("package"),
        _text("model"),
        _number("model_version"),
        _text("desired"),
        _text("state"),
        _text("address", optional=True),
        sa.Column("pid", sa.Integer),
        _text("reason", optional=True),
        _moment("created"),
        _moment("updated"),
        sa.ForeignKeyConstraint(["project", "service"], ["services.project", "services.name"]),
    )
    op.create_table(
        "routes",
        _key("project"),
        _key("service"),
        _json("weights"),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        _moment("updated"),
        sa.ForeignKeyConstraint(["project", "service"], ["services.project", "services.name"]),
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _moment("time"),
        _text("project"),
        _text("actor"),
        _text("verb"),
        _text("subject"),
        _json("before", optional=True),
        _json("after", optional=True),
        _text("correlation", optional=True),
    )
    op.create_index("events_project_subject_idx", "events", ["project", "subject"])
    op.create_index("events_correlation_idx", "events", ["correlation"])


def _forbid_rewriting() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def _key(name: str, *constraints: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *constraints, primary_key=True)


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional)


def _number(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, primary_key=primary_key)


def _json(name: str, *, optional: bool = False, server_default: Any = None) -> sa.Column[Any]:
    return sa.Column(name, JSONB, nullable=optional, server_default=server_default)


def _moment(name: str, *, optional: bool = False) -> sa.Column[Any]:
    default = None if optional else sa.func.clock_timestamp()
    zoned = sa.DateTime(timezone=True)
    return sa.Column(name, zoned, nullable=optional, server_default=default)
