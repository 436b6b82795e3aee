"""Models as the ledger has them, and making another version the champion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local import approvals, runs
from aileron.client.local.installation import Scope
from aileron.core.errors import NotFound
from aileron.core.names import registered_model
from aileron.deploy import rollback as deploy
from aileron.ledger import Champion, ModelVersion, NodeRow

SHOWN: Final = 200
"""Versions of one answer, the newest."""
_STEPS: Final = ("evaluate.%", "data.version", "package.%")
"""Steps whose rows tell of a version; the others' would only be carried about."""


def models(scope: Scope) -> tuple[r.ModelBrief, ...]:
    """Each model with its champion and the champion's metrics."""
    champions = {c.model: c for c in scope.ledger.champions.list(scope.project)}
    counts = scope.ledger.models.counts(scope.project)
    serving = scope.ledger.models.select(
        scope.project, {c.model: c.version for c in champions.values()}
    )
    rows = scope.ledger.nodes.of_runs(
        [v.run_id for v in serving.values() if v.run_id], steps=_STEPS
    )
    return tuple(
        _brief(scope, count.name, count, champions.get(count.name), rows, serving)
        for count in counts
    )


def model(scope: Scope, name: str) -> r.Model:
    """One model with its newest versions and its releases."""
    versions = scope.ledger.models.list(scope.project, name, limit=SHOWN)
    if not versions:
        raise NotFound("client.no_model", project=scope.project, name=name)
    history = scope.ledger.champions.history(scope.project, name)
    champion = history[0] if history else None
    before = scope.ledger.champions.previous(scope.project, name)
    rows = scope.ledger.nodes.of_runs([v.run_id for v in versions if v.run_id], steps=_STEPS)
    served = {entry.version for entry in history}
    return r.Model(
        name=name,
        project=scope.project,
        champion=champion_record(champion) if champion else None,
        rollback_to=before.version if before else None,
        versions=tuple(
            _version(scope, v, champion, served, rows.get(v.run_id or "", [])) for v in versions
        ),
        releases=tuple(r.Release(**_release(entry)) for entry in history),
        permissions=scope.may("model.promote", "model.rollback"),
    )


def version_report(scope: Scope, name: str, number: int) -> str:
    """The evaluation of a version as HTML."""
    version = scope.ledger.models.get(scope.project, name, number)
    if version is None:
        raise NotFound("client.no_version", model=name, version=number, project=scope.project)
    if version.run_id is None:
        raise NotFound("client.no_report", run=f"{name} {number}")
    return runs.run_report(scope, version.run_id)


def promote(scope: Scope, name: str, number: int, expected_fence: int | None) -> r.Champion:
    """Make a version the champion in the asker's name."""
    champion = deploy.promote(
        scope.settings,
        scope.ledger,
        scope.project,
        name,
        number,
        scope.actor.name,
        expected_fence=expected_fence,
    )
    return champion_record(champion)


def rollback(scope: Scope, name: str, expected_fence: int | None) -> r.Champion:
    """Let the previous champion serve again, in the asker's name."""
    champion = deploy.rollback(
        scope.settings,
        scope.ledger,
        scope.project,
        name,
        scope.actor.name,
        expected_fence=expected_fence,
    )
    return champion_record(champion)


def champion_record(champion: Champion) -> r.Champion:
    return r.Champion(**_release(champion))


def _brief(
    scope: Scope,
    name: str,
    count: Any,
    champion: Champion | None,
    rows: Mapping[str, Sequence[NodeRow]],
    serving: Mapping[str, ModelVersion],
) -> r.ModelBrief:
    version = serving.get(name)
    measured = runs.metrics(scope, rows.get(version.run_id or "", ())) if version else {}
    return r.ModelBrief(
        name=name,
        project=scope.project,
        champion=champion.version if champion else None,
        versions=count.versions,
        latest=count.latest,
        metrics=measured.get("metrics"),
        primary=measured.get("primary"),
        service=champion.service if champion else None,
        since=champion.since if champion else None,
        by=champion.actor if champion else None,
    )


def _version(
    scope: Scope,
    version: ModelVersion,
    champion: Champion | None,
    served: set[int],
    rows: Sequence[NodeRow],
) -> r.ModelVersion:
    measured = runs.metrics(scope, rows)
    verdict = scope.documents.find(version.verdict_reference, "verdict.json")
    serves = champion is not None and champion.version == version.version
    packaged = version.version in served or any("package" in row.outputs for row in rows)
    return r.ModelVersion(
        model=version.name,
        version=version.version,
        created=version.created,
        champion=serves,
        digest=version.digest,
        run_id=version.run_id,
        dataset_version=runs.record(scope, rows, "data.version").get("tag"),
        metrics=measured.get("metrics"),
        primary=measured.get("primary"),
        verdict=r.Verdict(accepted=verdict["accepted"], reasons=approvals.reasons(scope, verdict))
        if verdict
        else None,
        promotable=champion is not None and not serves and packaged,
        has_report=runs.report_of(rows) is not None,
        mlflow_version=version.mlflow_version,
        mlflow_run_id=version.mlflow_run_id,
        mlflow_url=_mlflow_url(scope, version),
    )


def _mlflow_url(scope: Scope, version: ModelVersion) -> str | None:
    if scope.settings.mlflow_url is None or version.mlflow_version is None:
        return None
    name = registered_model(version.project, version.name)
    return f"{scope.settings.mlflow_url}/#/models/{name}/versions/{version.mlflow_version}"


def _release(champion: Champion) -> dict[str, Any]:
    kept = champion.model_dump(
        include={"version", "fence", "service", "revision", "since", "run_id"}
    )
    return kept | {"by": champion.actor}
