"""Runs as the ledger has them: stages, results, logs, reports, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local import approvals
from aileron.client.local.installation import Scope
from aileron.client.runs import refresh_run
from aileron.core.access import authorize
from aileron.core.catalogue import installed, step_class
from aileron.core.errors import NotFound, Unavailable
from aileron.core.names import dag_id
from aileron.core.ports import ArtifactKind, Reference
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import NodeRow, NodeState, Run
from aileron.lifecycle.dataset import INGEST
from aileron.run.live import live_log

LOG_PIECE: Final = 256 * 1024
"""Bytes of a log in one answer."""
_WAITS: Final = "wait"


def brief(scope: Scope, run: Run) -> r.RunBrief:
    """A run in a few words."""
    return r.RunBrief(**_brief(scope, run))


def runs(scope: Scope, lifecycle: str, limit: int) -> tuple[r.RunRow, ...]:
    """The newest runs: two questions to the ledger, however many there are."""
    found = scope.ledger.runs.list(scope.project, lifecycle, limit)
    rows = scope.ledger.nodes.of_runs(run.run_id for run in found)
    return tuple(_row(scope, run, rows[run.run_id]) for run in found)


def run(scope: Scope, run_id: str) -> r.Run:
    """One run, brought in line with Airflow if it is not over."""
    found = find(scope, run_id)
    if not found.state.final and scope.settings.airflow_url:
        try:
            found = refresh_run(scope.ledger, scope.store, scope.airflow, run_id)
        except Unavailable:
            found = scope.ledger.runs.get(run_id)
    rows = {row.node: row for row in scope.ledger.nodes.list(run_id)}
    return r.Run(
        **_brief(scope, found),
        finished=found.state.final,
        stages=tuple(_stages(scope, found, rows)),
        facts=facts(scope, found, list(rows.values())),
        approval=approvals.of_run(scope, found, rows),
        permissions=scope.may("lifecycle.run", "run.stop", "approval.answer"),
    )


def stop_run(scope: Scope, run_id: str) -> r.Run:
    """Note that it is to end, and look what is to be done for that now."""
    authorize(scope.actor, "run.stop", run_id.partition("/")[0])
    scope.ledger.runs.ask_stop(run_id)
    return run(scope, run_id)


def find(scope: Scope, run_id: str) -> Run:
    """The run's record, if the asker may see it.

    Raises:
        NotFound: there is none.
        Refused: it is of a project that is not theirs.
    """
    project = run_id.partition("/")[0]
    authorize(scope.actor, "read", project)
    return scope.ledger.runs.get(run_id)


def facts(scope: Scope, run: Run, rows: Sequence[NodeRow]) -> r.RunFacts:
    """What came of the run, from its nodes' records."""
    version = record(scope, rows, "data.version")
    tracked = record(scope, rows, "registry.track")
    registered = record(scope, rows, "registry.register")
    released = record(scope, rows, "deploy.release")
    measured = metrics(scope, rows)
    dag = dag_id(run.project, run.lifecycle)
    airflow_url = scope.settings.airflow_url
    return r.RunFacts(
        dataset_version=version.get("tag"),
        model=registered.get("model"),
        model_version=registered.get("version"),
        metrics=measured.get("metrics"),
        primary=measured.get("primary"),
        mlflow_run_id=tracked.get("mlflow_run_id"),
        mlflow_url=tracked.get("url"),
        service=released.get("service"),
        service_url=released.get("url"),
        airflow_url=f"{airflow_url}/dags/{dag}/runs/{run.airflow_run_id}" if airflow_url else None,
        campaign=record(scope, rows, "label.campaign").get("campaign"),
        has_report=report_of(rows) is not None,
        has_validation=validation_of(rows) is not None,
        has_refused=refused_of(rows) is not None,
    )


def record(scope: Scope, rows: Sequence[NodeRow], step: str) -> Mapping[str, Any]:
    """What the last node of that step says it did; empty if none got there."""
    done = [row for row in rows if row.step == step and "record" in row.outputs]
    if not done:
        return {}
    return scope.documents.find(done[-1].outputs["record"], "record.json") or {}


def document(scope: Scope, row: NodeRow | None, port: str, name: str) -> Mapping[str, Any]:
    """A JSON file of an output of the node; empty if there is none."""
    reference = row.outputs.get(port) if row else None
    return scope.documents.find(reference, name) or {}


def metrics(scope: Scope, rows: Sequence[NodeRow]) -> Mapping[str, Any]:
    """``metrics`` and ``primary`` of the evaluation; empty if it did not get there."""
    for row in rows:
        if row.step.startswith("evaluate.") and "metrics" in row.outputs:
            return scope.documents.find(row.outputs["metrics"], "metrics.json") or {}
    return {}


def report_of(rows: Sequence[NodeRow]) -> Reference | None:
    """The evaluation's report."""
    found = (row for row in rows if row.step.startswith("evaluate."))
    return next((row.outputs["report"] for row in found if "report" in row.outputs), None)


def validation_of(rows: Sequence[NodeRow]) -> Reference | None:
    """The report of the data's validation."""
    found = (row for row in rows if row.step == "data.validate")
    return next((row.outputs["report"] for row in found if "report" in row.outputs), None)


def refused_of(rows: Sequence[NodeRow]) -> NodeRow | None:
    """The import that left something out."""
    found = (row for row in rows if row.step in INGEST.values())
    return next((row for row in found if "refused" in row.outputs), None)


def page(scope: Scope, run_id: str, reference: Reference | None) -> str:
    """The HTML of a report."""
    if reference is None:
        raise NotFound("client.no_report", run=run_id)
    return scope.store.read_bytes(reference, "report.html").decode("utf-8")


def run_report(scope: Scope, run_id: str) -> str:
    find(scope, run_id)
    return page(scope, run_id, report_of(scope.ledger.nodes.list(run_id)))


def run_validation(scope: Scope, run_id: str) -> str:
    find(scope, run_id)
    return page(scope, run_id, validation_of(scope.ledger.nodes.list(run_id)))


def node_log(scope: Scope, run_id: str, node: str, offset: int) -> r.LogPiece:
    """A piece of the node's log: from the store once it has ended, from its folder before."""
    find(scope, run_id)
    row = scope.ledger.nodes.get(run_id, node)
    if row is None:
        _check_node(scope, run_id, node)
        return r.LogPiece(text="", next_offset=offset, ended=False)
    if row.state is NodeState.RUNNING:
        path = live_log(scope.settings.home, run_id, node)
        data = path.read_bytes() if path is not None and path.is_file() else b""
        return _piece(data, offset, ended=False)
    if row.log is None:
        return r.LogPiece(text="", next_offset=offset, ended=True)
    return _piece(scope.store.read_bytes(_log_reference(row.log), "log.txt"), offset, ended=True)


def plan_of(scope: Scope, run: Run) -> Mapping[str, Any]:
    """The run's plan as plain JSON; empty before its first task."""
    return scope.documents.once(run.plan, PLAN_FILE) or {}


def _order(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Node and step of each node of a plan, in the order of the plan."""
    return [(node["name"], node["step"]) for node in plan["graph"]["nodes"]]


def nodes_of(scope: Scope, run: Run) -> list[tuple[str, str]]:
    """Node and step of each node that the run has or had before it."""
    return scope.documents.find(run.plan, PLAN_FILE, _order) or []


def _brief(scope: Scope, run: Run) -> dict[str, Any]:
    shown = run.model_dump(exclude={"plan", "facts", "reason_message"})
    return shown | {
        "state": run.state.value,
        "stopping_by": run.stopping_by,
        "reason": run.why(scope.language),
        "airflow_run_id": run.airflow_run_id or run.run_id.split("/", 2)[2],
    }


def _row(scope: Scope, run: Run, rows: Sequence[NodeRow]) -> r.RunRow:
    by_name = {row.node: row for row in rows}
    return r.RunRow(
        **_brief(scope, run),
        stages=tuple(
            r.StageBrief(
                node=node, state=_state(run, by_name.get(node)), seconds=_seconds(by_name.get(node))
            )
            for node, _ in _named(scope, run, by_name)
        ),
        metrics=metrics(scope, rows).get("metrics"),
        model_version=record(scope, rows, "registry.register").get("version"),
    )


def _named(scope: Scope, run: Run, rows: Mapping[str, NodeRow]) -> list[tuple[str, str]]:
    """The plan's nodes; without a plan, those that have begun."""
    return nodes_of(scope, run) or [(row.node, row.step) for row in rows.values()]


def _stages(scope: Scope, run: Run, rows: Mapping[str, NodeRow]) -> Iterator[r.Stage]:
    for node, step in _named(scope, run, rows):
        row = rows.get(node)
        known = row.model_dump(include={"started", "ended", "attempt"}) if row else {}
        yield r.Stage(
            node=node,
            step=step,
            title=title_of(step),
            state=_state(run, row),
            seconds=_seconds(row),
            reason=row.why(scope.language) if row else None,
            has_log=row is not None and (row.log is not None or row.state is NodeState.RUNNING),
            **known,
        )


def title_of(step: str) -> r.Title:
    """The step's title; its name where it is not installed any more."""
    if step not in installed():
        return r.Title(en=step, zh=step)
    return r.Title.model_validate(step_class(step).title)


def _state(run: Run, row: NodeRow | None) -> r.StageState:
    if row is None:
        return "skipped" if run.state.final else "pending"
    if row.state is NodeState.RUNNING and run.state.final:
        return "failed"  # its task died, and Airflow ended the run
    known = row.step in installed()
    if row.state is NodeState.RUNNING and known and step_class(row.step).kind == _WAITS:
        return "waiting"
    return row.state.value


def _seconds(row: NodeRow | None) -> float | None:
    return row.seconds if row else None


def _check_node(scope: Scope, run_id: str, node: str) -> None:
    names = [name for name, _ in nodes_of(scope, scope.ledger.runs.get(run_id))]
    if node not in names:
        raise NotFound("client.no_node", run=run_id, node=node, known=", ".join(names) or "-")


def _log_reference(uri: str) -> Reference:
    digest = uri.removeprefix("artifact:")
    return Reference(kind=ArtifactKind.LOG, uri=uri, digest=digest, size=0)


def _piece(data: bytes, offset: int, *, ended: bool) -> r.LogPiece:
    """Whole lines from `offset` on, as many as fit into one answer."""
    piece = data[offset : offset + LOG_PIECE]
    last = offset + len(piece) >= len(data)
    if not (ended and last):
        piece = piece[: piece.rfind(b"\n") + 1] or (piece if len(piece) == LOG_PIECE else b"")
    text = piece.decode("utf-8", "replace")
    return r.LogPiece(text=text, next_offset=offset + len(piece), ended=ended and last)
