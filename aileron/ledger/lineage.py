"""Which runs made or read a dataset version, and what came of them: models, revisions.

A run that versions a dataset says so in the record of its effect; one that begins from a
version is noted when it is planned.
"""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    Column,
    Connection,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.names import dataset_tag
from aileron.core.phrase import Phrase, phrase
from aileron.ledger.champions import champions
from aileron.ledger.database import Json, Record, metadata, moment
from aileron.ledger.datasets import dataset_versions
from aileron.ledger.effects import effects
from aileron.ledger.events import Repository, events
from aileron.ledger.labelling_records import CampaignState
from aileron.ledger.labelling_tables import campaigns
from aileron.ledger.models import model_versions
from aileron.ledger.nodes import nodes
from aileron.ledger.revisions import revisions
from aileron.ledger.runs import RunState, runs
from aileron.ledger.services import Desired

RecordT = TypeVar("RecordT", bound=Record)

dataset_uses = Table(
    "dataset_uses",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("run_id", Text, primary_key=True),
    moment("since"),
)


class UseByRun(Record):
    """A run that made the version, found it unchanged, or began from it."""

    run_id: str
    project: str
    lifecycle: str
    state: RunState
    started: datetime
    made: bool


class UseByModel(Record):
    """A model version that such a run registered."""

    project: str
    name: str
    version: int
    run_id: str
    champion: bool


class UseByRevision(Record):
    """A service's revision of such a model version."""

    project: str
    service: str
    number: int
    model: str
    model_version: int
    live: bool


class UseByCampaign(Record):
    """An open campaign in which people label the version."""

    project: str
    name: str


class Uses(Record):
    """All that refers to a dataset version, the newest first."""

    runs: tuple[UseByRun, ...]
    models: tuple[UseByModel, ...]
    revisions: tuple[UseByRevision, ...]
    campaigns: tuple[UseByCampaign, ...] = ()

    @property
    def holding(self) -> builtins.list[Phrase]:
        """What is going on with it now, so that it may not go away."""
        open_runs = (run for run in self.runs if not run.state.final)
        found = [phrase("ledger.held_by_run", run=run.run_id) for run in open_runs]
        found += [
            phrase("ledger.held_by_champion", model=f"{m.project}/{m.name}", version=m.version)
            for m in self.models
            if m.champion
        ]
        found += [
            phrase("ledger.held_by_campaign", name=f"{c.project}/{c.name}") for c in self.campaigns
        ]
        return found + [
            phrase("ledger.held_by_revision", service=f"{r.project}/{r.service}", number=r.number)
            for r in self.revisions
            if r.live
        ]


class Lineage(Repository):
    """What refers to dataset versions."""

    def read_by(self, project: str, name: str, version: int, run_id: str) -> None:
        """Note that a run begins from the version; noting it again changes nothing."""
        values = {"project": project, "name": name, "version": version, "run_id": run_id}
        with self.database.transaction() as connection:
            connection.execute(insert(dataset_uses).values(values).on_conflict_do_nothing())

    def uses(self, project: str, name: str, version: int) -> Uses:
        """All that refers to the version."""
        with self.database.transaction() as connection:
            return uses(connection, project, name, version)

    def profiled(self, project: str, name: str) -> frozenset[int]:
        """The versions that a run has profiled which made or read them."""
        with self.database.transaction() as connection:
            tags = connection.scalars(_profiled(project, name))
            return frozenset(int(tag.rpartition("@v")[2]) for tag in tags)


def uses(connection: Connection, project: str, name: str, version: int) -> Uses:
    """`Lineage.uses`, in a transaction that is under way."""
    found = _runs(project, name, version)
    return Uses(
        runs=tuple(_all(connection, UseByRun, _uses_by_run(found))),
        models=tuple(_all(connection, UseByModel, _uses_by_model(found))),
        revisions=tuple(_all(connection, UseByRevision, _uses_by_revision(found))),
        campaigns=tuple(_all(connection, UseByCampaign, _open_campaigns(project, name, version))),
    )


def _runs(project: str, name: str, version: int) -> CTE:
    """Run id and whether the run made the version, of all that made or read it."""
    tag = dataset_tag(project, name, version)
    recorded = (
        select(nodes.c.run_id)
        .join(effects, effects.c.key == nodes.c.key)
        .where(effects.c.step == "data.version", effects.c.record["tag"].astext == tag)
    )
    noted = select(dataset_uses.c.run_id).filter_by(project=project, name=name, version=version)
    found = union(recorded, noted).subquery()
    maker = (
        select(events.c.correlation)
        .filter_by(project=project, subject=f"dataset:{project}/{name}", verb="dataset.versioned")
        .where(events.c.after["version"].astext == cast(literal(version), String))
        .order_by(events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    made = func.coalesce(found.c.run_id == maker, False).label("made")
    return select(found.c.run_id, made).cte("found")


def _profiled(project: str, name: str) -> Select[Any]:
    """Tags of versions; the record of the effect that made one has no other name of it."""
    begin = dataset_tag(project, name, 1).removesuffix("1")
    tag = effects.c.record["tag"].astext
    tags = select(dataset_versions.c.tag).filter_by(project=project, name=name)
    versioned = (
        select(nodes.c.run_id, tag.label("tag"))
        .join(effects, effects.c.key == nodes.c.key)
        .where(effects.c.step == "data.version", tag.in_(tags))
    )
    noted = select(
        dataset_uses.c.run_id, (literal(begin) + cast(dataset_uses.c.version, String)).label("tag")
    ).filter_by(project=project, name=name)
    found = union(versioned, noted).subquery()
    profiles = and_(nodes.c.run_id == found.c.run_id, nodes.c.step == "data.profile")
    made = type_coerce(nodes.c.outputs, Json).has_key("report")
    return select(found.c.tag).distinct().join(nodes, profiles).where(made)


def _uses_by_run(found: CTE) -> Select[Any]:
    shown = runs.c.run_id, runs.c.project, runs.c.lifecycle, runs.c.state, runs.c.started
    joined = select(*shown, found.c.made).join(found, found.c.run_id == runs.c.run_id)
    return joined.order_by(runs.c.started.desc())


def _uses_by_model(found: CTE) -> Select[Any]:
    mv = model_versions.c
    shown = mv.project, mv.name, mv.version, mv.run_id
    return (
        select(*shown, (_now() == mv.version).label("champion"))
        .join(found, found.c.run_id == mv.run_id)
        .order_by(mv.project, mv.name, mv.version.desc())
    )


def _open_campaigns(project: str, name: str, version: int) -> Select[Any]:
    query = select(campaigns.c.project, campaigns.c.name).order_by(campaigns.c.id.desc())
    return query.filter_by(project=project, dataset=name, version=version, state=CampaignState.OPEN)


def _now() -> Any:
    """The version that is the champion of the model version's model."""
    mv = model_versions.c
    newest = (
        select(champions.c.version)
        .where(champions.c.project == mv.project, champions.c.model == mv.name)
        .order_by(champions.c.fence.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, 0)


def _uses_by_revision(found: CTE) -> Select[Any]:
    rev, mv = revisions.c, model_versions.c
    same = and_(rev.project == mv.project, rev.model == mv.name, rev.model_version == mv.version)
    shown = rev.project, rev.service, rev.number, rev.model, rev.model_version
    return (
        select(*shown, (rev.desired == Desired.RUNNING).label("live"))
        .join(model_versions, same)
        .join(found, found.c.run_id == mv.run_id)
        .order_by(rev.project, rev.service, rev.number.desc())
    )


def _all(connection: Connection, kind: type[RecordT], query: Select[Any]) -> list[RecordT]:
    return [kind.of(row) for row in connection.execute(query)]
