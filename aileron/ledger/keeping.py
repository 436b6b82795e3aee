"""What the ledger still needs of the artifact store, and why: the roots of a sweep.

A table that nothing is said of here keeps every artifact that its rows name, and every run, so
whoever adds one loses nothing by it. The cache keeps nothing: who asks it looks whether the
artifacts are there, and the work is done again if they are not.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import JSON, Connection, Row, Table, Text, func, select, type_coerce
from sqlalchemy.types import TypeEngine

from aileron.core.ports import ArtifactKind, Reference
from aileron.ledger.cache import cache
from aileron.ledger.champions import champions
from aileron.ledger.database import Json, OutputsColumn, ReferenceColumn, metadata
from aileron.ledger.datasets import dataset_versions
from aileron.ledger.effects import effects
from aileron.ledger.events import Repository, events
from aileron.ledger.labelling_suggestions import suggestions
from aileron.ledger.labelling_tables import campaigns, consensus, items, packages, published
from aileron.ledger.labelling_tables import revisions as label_revisions
from aileron.ledger.leases import leases
from aileron.ledger.lineage import dataset_uses
from aileron.ledger.models import model_versions
from aileron.ledger.nodes import nodes
from aileron.ledger.revisions import GONE, revisions
from aileron.ledger.runs import RunState, runs
from aileron.ledger.services import Desired, services

Holder = Literal[
    "open_run",
    "lease",
    "champion",
    "revision",
    "dataset_version",
    "earlier_champion",
    "model_version",
    "recent_run",
    "execution",
    "document",
    "record",
]
"""What keeps an artifact; of several, the first of these is named."""
Cause = Literal["old_log", "retired_run", "retired_model_version", "retired_release", "cached"]
"""What has kept an artifact that nothing keeps any more."""

_ARTIFACT: Final = re.compile(r"artifact:([0-9a-f]{64})")
_KEPT_OF_MODELS: Final = frozenset(ArtifactKind) - {
    ArtifactKind.SOURCE,
    ArtifactKind.DATASET,
    ArtifactKind.SPLIT,
    ArtifactKind.EXPORT,
    ArtifactKind.LOG,
}
"""Of the run of a model version that is kept: what its pages show, and its package."""
_KEPT_OF_DATASETS: Final = frozenset(
    {ArtifactKind.REPORT, ArtifactKind.METRICS, ArtifactKind.RECORD, ArtifactKind.EXPORT}
)
"""Of the steps on data in a run that made a dataset version or read it."""
_VERSION: Final = "data.version"


@dataclass(frozen=True)
class Keep:
    """How much of a project is kept."""

    runs: int = 20
    """The newest of each workflow."""
    run_days: int = 30
    """Runs that ended within so many days."""
    log_days: int | None = 180
    """Logs of runs that ended within so many days; None keeps them as long as their runs."""
    model_versions: int | None = 20
    """The newest of each model; None keeps all."""
    champions: int = 5
    """The last of each model, the present one too; each a version of its own."""
    revisions: int = 3
    """The newest of each service."""
    everything: bool = False
    """Of a project that is not to be looked at."""


@dataclass
class Snapshot:
    """What is needed at one moment."""

    held: dict[str, Holder] = field(default_factory=dict)
    """Digest -> what keeps the artifact."""
    plans: set[str] = field(default_factory=set)
    """Digests of plans whose sources are needed as well."""
    retired: dict[str, tuple[ArtifactKind, Cause]] = field(default_factory=dict)
    """Digest -> what it was, of artifacts that some row names and none keeps."""
    tracked: set[str] = field(default_factory=set)
    """Keys of nodes, and MLflow's own ids: by them its runs are known that are needed."""
    workflows: set[tuple[str, str]] = field(default_factory=set)
    """Project and name of all that ever ran."""

    def hold(self, holder: Holder, references: Iterable[Reference | None]) -> None:
        for reference in references:
            if reference is not None:
                self.hold_digest(holder, reference.digest)

    def hold_digest(self, holder: Holder, digest: str) -> None:
        before = self.held.get(digest)
        if before is None or _RANK[holder] < _RANK[before]:
            self.held[digest] = holder

    def hold_named(self, holder: Holder, text: str) -> None:
        """Keep every artifact whose URI stands in `text`."""
        for digest in named(text):
            self.hold_digest(holder, digest)

    def retire(self, cause: Cause, references: Iterable[Reference | None]) -> None:
        for reference in references:
            if reference is not None:
                self.retired.setdefault(reference.digest, (reference.kind, cause))


_RANK: Final[Mapping[Holder, int]] = {
    holder: rank
    for rank, holder in enumerate(Holder.__args__)  # type: ignore[attr-defined]
}
Policy = Callable[[str], Keep]
"""Project -> how much is kept of it."""


def named(text: str) -> set[str]:
    """The digests of the artifacts whose URIs stand in `text`."""
    return set(_ARTIFACT.findall(text))


class Keeping(Repository):
    """Reads what is needed, of all projects at one moment."""

    def snapshot(self, policy: Policy, grace: timedelta) -> Snapshot:
        """What is needed; what was needed within `grace` still is."""
        with self.database.transaction() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            now = connection.execute(select(func.clock_timestamp())).scalar_one()
            return _Reading(connection, policy, now, grace).snapshot()


@dataclass
class _Reading:
    """One reading of the whole ledger."""

    connection: Connection
    policy: Policy
    now: datetime
    grace: timedelta
    found: Snapshot = field(default_factory=Snapshot)
    made_models: set[str] = field(default_factory=set)
    """Runs of model versions that are kept."""
    made_data: set[str] = field(default_factory=set)
    """Runs of dataset versions that are there."""

    def snapshot(self) -> Snapshot:
        self._datasets()
        self._models(self._champions())
        self._revisions()
        self._nodes(self._runs())
        self._cache()
        for table in metadata.sorted_tables:
            if table not in _KNOWN:
                self._anything(table)
        return self.found

    def _lately(self, moment: datetime | None, days: float = 0) -> bool:
        """Whether it was within the grace, or within so many days; what is not over is."""
        return moment is None or moment > self.now - max(self.grace, timedelta(days=days))

    def _datasets(self) -> None:
        """Also those that were deleted: they can be brought back until they are purged."""
        columns = dataset_versions.c.reference, dataset_versions.c.tag
        rows = self.connection.execute(select(*columns)).all()
        self.found.hold("dataset_version", (row.reference for row in rows))
        tags = {row.tag for row in rows}
        tag = effects.c.record["tag"].astext
        query = select(nodes.c.run_id, tag.label("tag")).join(effects, effects.c.key == nodes.c.key)
        made = self.connection.execute(query.where(effects.c.step == _VERSION))
        self.made_data |= {row.run_id for row in made if row.tag in tags}
        self.made_data |= set(self.connection.scalars(select(dataset_uses.c.run_id)))

    def _champions(self) -> set[tuple[str, str, int]]:
        """Holds champions; returns (project, model, version) of those that are held."""
        order = champions.c.project, champions.c.model, champions.c.fence.desc()
        models = defaultdict(list)
        for row in self.connection.execute(select(champions).order_by(*order)):
            models[row.project, row.model].append(row)
        held = set()
        for (project, model), rows in models.items():
            for row in _kept_champions(rows, self.policy(project), self._lately):
                holder: Holder = "champion" if row is rows[0] else "earlier_champion"
                self.found.hold(holder, _references(row))
                held.add((project, model, row.version))
            for row in rows:
                self.found.retire("retired_release", _references(row))
        return held

    def _models(self, champions: set[tuple[str, str, int]]) -> None:
        order = model_versions.c.project, model_versions.c.name, model_versions.c.version.desc()
        rank: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.connection.execute(select(model_versions).order_by(*order)):
            keep = self.policy(row.project)
            most = keep.model_versions
            newest = keep.everything or most is None or rank[row.project, row.name] < most
            rank[row.project, row.name] += 1
            self.found.tracked.add(row.mlflow_run_id)
            references = (row.reference, row.verdict_reference)
            served = (row.project, row.name, row.version) in champions
            if newest or served or self._lately(row.created):
                self.found.hold("model_version", references)
                self.made_models.add(row.run_id)
            else:
                self.found.retire("retired_model_version", references)

    def _revisions(self) -> None:
        """Those at work, those that were a while ago, and those that a service may go back to."""
        same = (revisions.c.project == services.c.project) & (
            revisions.c.service == services.c.name
        )
        query = select(revisions, services.c.desired.label("of_service")).join(services, same)
        order = revisions.c.project, revisions.c.service, revisions.c.number.desc()
        rank: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.connection.execute(query.order_by(*order)):
            keep = self.policy(row.project)
            there = row.of_service != Desired.DELETED
            newest = there and rank[row.project, row.service] < keep.revisions
            rank[row.project, row.service] += 1
            at_work = row.desired == Desired.RUNNING or row.state not in GONE
            if keep.everything or newest or at_work or self._lately(row.updated):
                self.found.hold("revision", [row.package])
            else:
                self.found.retire("retired_release", [row.package])

    def _runs(self) -> dict[str, tuple[Holder | None, bool]]:
        """Run -> what keeps all that it made, and whether its logs are kept."""
        leased, named_runs = self._leased(), self._named_runs()
        columns = (
            runs.c.run_id, runs.c.project, runs.c.lifecycle, runs.c.state,
            runs.c.started, runs.c.ended, runs.c.plan, runs.c.facts,
        )  # fmt: skip
        rank: dict[tuple[str, str], int] = defaultdict(int)
        succeeded: set[tuple[str, str]] = set()
        kept: dict[str, tuple[Holder | None, bool]] = {}
        for row in self.connection.execute(select(*columns).order_by(runs.c.started.desc())):
            workflow = (row.project, row.lifecycle)
            self.found.workflows.add(workflow)
            keep = self.policy(row.project)
            state = RunState(row.state)
            last_good = state is RunState.SUCCEEDED and workflow not in succeeded
            recent = rank[workflow] < keep.runs or self._lately(row.ended, keep.run_days)
            rank[workflow] += 1
            if state is RunState.SUCCEEDED:
                succeeded.add(workflow)
            holder: Holder | None = None
            if not state.final:
                holder = "open_run"
            elif row.run_id in leased:
                holder = "lease"
            elif keep.everything or last_good or recent:
                holder = "recent_run"
            elif row.run_id in named_runs:
                holder = "record"
            self._plan(row, holder)
            logs = keep.everything or keep.log_days is None
            logs = logs or not state.final or self._lately(row.ended, keep.log_days or 0)
            kept[row.run_id] = (holder, logs)
        return kept

    def _plan(self, row: Any, holder: Holder | None) -> None:
        if holder is not None:
            self.found.hold(holder, [row.plan])
            self.found.hold_named(holder, json.dumps(row.facts))
            self.found.tracked.add(str(row.facts.get("mlflow_run_id")))
            if row.plan is not None:
                self.found.plans.add(row.plan.digest)
        elif row.run_id in self.made_models:
            self.found.hold("model_version", [row.plan])
        elif row.run_id in self.made_data:
            self.found.hold("dataset_version", [row.plan])
        else:
            self.found.retire("retired_run", [row.plan])

    def _named_runs(self) -> set[str]:
        """Runs that rows of other tables name, unless these were deleted."""
        found: set[str] = set()
        for table in metadata.sorted_tables:
            if table not in _KNOWN and "run_id" in table.columns:
                query = select(table.c.run_id)
                if "deleted" in table.columns:
                    query = query.where(table.c.deleted.is_(None))
                found |= set(self.connection.scalars(query))
        return found

    def _leased(self) -> set[str]:
        """Runs of the nodes that somebody works on, or did a while ago."""
        lately = leases.c.expires > self.now - self.grace
        query = select(leases.c.name).where(leases.c.owner.is_not(None), lately)
        keys = [name.partition("/")[2] for name in self.connection.scalars(query) if "/" in name]
        return set(self.connection.scalars(select(nodes.c.run_id).where(nodes.c.key.in_(keys))))

    def _nodes(self, kept: Mapping[str, tuple[Holder | None, bool]]) -> None:
        columns = nodes.c.run_id, nodes.c.step, nodes.c.key, nodes.c.outputs, nodes.c.log
        query = select(*columns).execution_options(yield_per=1000)
        for row in self.connection.execute(query):
            holder, logs = kept[row.run_id]
            outputs = list(row.outputs.values())
            if holder is not None:
                self.found.hold(holder, outputs)
                self.found.tracked.add(row.key)
            else:
                self._products(row, outputs)
            self._log(row.log, holder, logs=logs)

    def _products(self, row: Any, outputs: list[Reference]) -> None:
        """What is kept of a run that is not, because a version came of it."""
        if row.run_id in self.made_models:
            of_model = [one for one in outputs if one.kind in _KEPT_OF_MODELS]
            self.found.hold("model_version", of_model)
        if row.run_id in self.made_data and row.step.startswith("data."):
            of_data = [one for one in outputs if one.kind in _KEPT_OF_DATASETS]
            self.found.hold("dataset_version", of_data)
        self.found.retire("retired_run", outputs)

    def _log(self, log: str | None, holder: Holder | None, *, logs: bool) -> None:
        if log is None:
            return
        if holder is not None and logs:
            self.found.hold_named(holder, log)
        else:
            cause: Cause = "retired_run" if holder is None else "old_log"
            for digest in named(log):
                self.found.retired.setdefault(digest, (ArtifactKind.LOG, cause))

    def _cache(self) -> None:
        query = select(cache.c.outputs).execution_options(yield_per=1000)
        for row in self.connection.execute(query):
            self.found.retire("cached", row.outputs.values())

    def _anything(self, table: Table) -> None:
        """All that the rows of a table name, whatever it means."""
        columns = [_as_text(column) for column in table.columns if _may_name(column.type)]
        if not columns:
            return
        query = select(*columns).execution_options(yield_per=1000)
        for row in self.connection.execute(query):
            for value in row:
                if value is not None:
                    text = value if isinstance(value, str) else json.dumps(value)
                    self.found.hold_named("record", text)


_KNOWN: Final = (
    runs, nodes, cache, events, champions, revisions, model_versions, dataset_versions,
    dataset_uses, campaigns, packages, items, label_revisions, consensus, published,
    suggestions,
)  # fmt: skip
"""Tables of which is said above what they keep; events tell of the past and keep nothing, and
what people say of samples names no artifact."""


def _kept_champions(
    rows: list[Row[Any]], keep: Keep, lately: Callable[[datetime], bool]
) -> Iterator[Row[Any]]:
    """Of one model's, newest first: the last ones, and what they were compared with."""
    versions: set[int] = set()
    until: datetime | None = None
    fences: set[int] = set()
    for row in rows:
        versions.add(row.version)
        if keep.everything or len(versions) <= keep.champions or until is None or lately(until):
            fences |= {row.fence, (row.basis or {}).get("fence", row.fence)}
        until = row.since
    yield from (row for row in rows if row.fence in fences)


def _references(row: Row[Any]) -> tuple[Reference | None, ...]:
    return row.model_reference, row.package_reference, row.verdict_reference


def _may_name(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, Text | JSON | ReferenceColumn | OutputsColumn)


def _as_text(column: Any) -> Any:
    """The column as it is stored, not as records of its table have it."""
    if isinstance(column.type, ReferenceColumn | OutputsColumn):
        return type_coerce(column, Json)
    return column
