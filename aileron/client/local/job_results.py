"""What a job left: its log, the files of ``./output``, the curves of its figures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from aileron.client import records as r
from aileron.client.local import runs
from aileron.client.local.installation import Scope
from aileron.client.local.job_records import node_of
from aileron.core.errors import InvalidInput, NotFound, StepFailed
from aileron.core.ports import Reference
from aileron.ledger import Job, NodeRow, NodeState
from aileron.run.live import live_log

FILES: Final = "files/"
"""Folder of the artifact that holds ``./output``."""
HISTORY: Final = "history.jsonl"
LIVE: Final = "metrics.jsonl"
"""Beside the log of an execution that goes on."""


def log(scope: Scope, run_id: str, offset: int) -> r.LogPiece:
    """A piece of what the code printed; before it begins, nothing yet."""
    run = runs.run(scope, run_id)
    row = node_of(scope.ledger.nodes.list(run_id))
    if row is None:
        return r.LogPiece(text="", next_offset=offset, ended=run.finished)
    return runs.node_log(scope, run_id, row.node, offset)


def files(scope: Scope, job: Job) -> r.JobFiles:
    """The files of ``./output`` with their sizes."""
    output = _output(scope, job)
    if output is None:
        return r.JobFiles(total=0, size=0, files=())
    found = [
        r.JobFile(path=entry.path.removeprefix(FILES), size=entry.size)
        for entry in scope.store.manifest(output).files
        if entry.path.startswith(FILES)
    ]
    return r.JobFiles(total=len(found), size=sum(one.size for one in found), files=tuple(found))


def download(scope: Scope, job: Job, path: str, target: Path) -> r.JobFile:
    """Lay the file out as `target`, which is new."""
    if target.exists():
        raise InvalidInput("client.target_exists", where=str(target))
    found = next((one for one in files(scope, job).files if one.path == path), None)
    output = _output(scope, job)
    if found is None or output is None:
        raise NotFound("client.no_job_file", name=job.name, path=path)
    scope.store.fetch_file(output, f"{FILES}{path}", target)
    return found


def curves(scope: Scope, job: Job) -> tuple[r.JobCurve, ...]:
    """Name by name; of a job that runs on this machine, as far as it is."""
    row = _row(scope, job)
    if row is None:
        return ()
    points: dict[str, dict[int, float]] = defaultdict(dict)
    for line in _points(scope, row):
        try:
            point = json.loads(line)
        except ValueError:  # the last line is being written
            continue
        points[point["name"]][point["step"]] = point["value"]
    return tuple(
        r.JobCurve(
            name=name,
            points=tuple(r.JobPoint(step=step, value=found[step]) for step in sorted(found)),
        )
        for name, found in sorted(points.items())
    )


def _points(scope: Scope, row: NodeRow) -> Iterable[str]:
    if row.state is NodeState.RUNNING:
        live = live_log(scope.settings.home, row.run_id, row.node)
        path = live.with_name(LIVE) if live else None
        return path.read_text("utf-8").splitlines() if path and path.is_file() else ()
    if "metrics" not in row.outputs:
        return ()
    try:
        return scope.store.read_bytes(row.outputs["metrics"], HISTORY).decode().splitlines()
    except (NotFound, StepFailed):  # it is not in the store any more
        return ()


def _output(scope: Scope, job: Job) -> Reference | None:
    row = _row(scope, job)
    return row.outputs.get("output") if row else None


def _row(scope: Scope, job: Job) -> NodeRow | None:
    return node_of(scope.ledger.nodes.list(job.run_id)) if job.run_id else None
