"""Runs and model versions side by side: parameters, metrics, data, versions of code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.local.runs import brief, facts, metrics, plan_of
from aileron.client.records.common import ComparisonGroup
from aileron.core.errors import InvalidInput, NotFound
from aileron.ledger import NodeRow, Run
from aileron.lifecycle.layers import flat

GROUPS: Final[tuple[ComparisonGroup, ...]] = get_args(ComparisonGroup)
LONGEST: Final = 200
"""Characters of a value; a template of a service is told by its length."""
Facts = Mapping[tuple[ComparisonGroup, str], Any]


def compare_runs(scope: Scope, lifecycle: str, airflow_runs: Sequence[str]) -> r.RunComparison:
    """The runs of `lifecycle` with these ids of Airflow, line by line."""
    if not 2 <= len(airflow_runs) <= 10:
        raise InvalidInput("client.how_many_runs", found=len(airflow_runs))
    ids = [f"{scope.project}/{lifecycle}/{run}" for run in airflow_runs]
    found = [scope.ledger.runs.get(run_id) for run_id in ids]
    rows = scope.ledger.nodes.of_runs(ids)
    columns = [_facts(scope, run, rows[run.run_id]) for run in found]
    lines = tuple(
        r.Comparison(group=group, name=name, values=tuple(values), differs=_differ(values))
        for group, name, values in _lines(columns)
    )
    return r.RunComparison(runs=tuple(brief(scope, run) for run in found), rows=lines)


def compare_versions(scope: Scope, name: str, a: int, b: int) -> r.VersionComparison:
    """Two versions of a model by the runs that made them."""
    columns = []
    for number in (a, b):
        version = scope.ledger.models.get(scope.project, name, number)
        if version is None:
            raise NotFound("client.no_version", model=name, version=number, project=scope.project)
        known: Facts = {("version", "digest"): version.digest[:12]}
        if version.run_id is not None:
            run = scope.ledger.runs.get(version.run_id)
            known = {**_facts(scope, run, scope.ledger.nodes.list(run.run_id)), **known}
        columns.append(known)
    return r.VersionComparison(
        model=name,
        a=a,
        b=b,
        rows=tuple(
            r.VersionRow(group=group, name=line, a=one, b=two, differs=_differ([one, two]))
            for group, line, (one, two) in _lines(columns)
        ),
    )


def _lines(
    columns: Sequence[Facts],
) -> Iterator[tuple[ComparisonGroup, str, list[Any]]]:
    keys = dict.fromkeys(key for column in columns for key in column)
    for key in sorted(keys, key=lambda key: GROUPS.index(key[0])):  # within a group as they come
        yield (*key, [column.get(key) for column in columns])


def _facts(scope: Scope, run: Run, rows: Sequence[NodeRow]) -> dict[Any, Any]:
    plan = plan_of(scope, run)
    found: dict[Any, Any] = {("parameter", "seed"): plan["seed"]} if plan else {}
    for node in plan.get("graph", {}).get("nodes", ()):
        found[("parameter", f"{node['name']}.step")] = node["step"]
        for path, value in flat(node["config"], (node["name"],)):
            found[("parameter", ".".join(map(str, path)))] = _short(value)
    for metric, value in metrics(scope, rows).get("metrics", {}).items():
        found[("metric", metric)] = value
    results = facts(scope, run, rows)
    found[("dataset", "dataset_version")] = results.dataset_version
    for source, reference in plan.get("sources", {}).items():
        found[("dataset", f"source {source}")] = reference["digest"][:12]
    found[("version", "model_version")] = results.model_version
    found[("version", "git_commit")] = plan.get("git_commit")
    found[("version", "environment")] = (plan.get("environment") or "")[:12] or None
    for step, digest in plan.get("code", {}).items():
        version = plan["step_versions"].get(step)
        found[("version", step)] = f"{version} ({digest[:12]})"
    return found


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[: LONGEST - 3] + "..."
    return value


def _differ(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values[1:])
