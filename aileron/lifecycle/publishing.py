"""Publishing what a custom job left: registration of its model, and release as a service.

Two workflows that nobody writes: `JOB_REGISTRATION` judges the model by thresholds and registers
it; `JOB_RELEASE` also packages it, checks that it starts and answers, and releases it. Both take
the artifacts of a job's run that has succeeded, as they are when the plan is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.core.catalogue import step_class
from aileron.core.documents import FieldPath, check, check_values
from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.core.names import JOB, JOB_IN_PODS, JOB_RELEASE
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.graph.pipeline import JOB_PARTS, Limits, Node
from aileron.lifecycle.inheriting import told
from aileron.lifecycle.layers import Layer, merge
from aileron.lifecycle.spec import API_VERSION, PublicationSpec
from aileron.lifecycle.workflow import Publication, Workflow

if TYPE_CHECKING:
    from aileron.ledger import Run
    from aileron.store import Store

MODEL: Final = "job:model"
METRICS: Final = "job:metrics"
RECORD: Final = "job:record"
NODES: Final[Mapping[str, str]] = {MODEL: "job", METRICS: "job", RECORD: "track"}
"""Source -> the node of the job's run that has it."""
RELEASING: Final = ("service", "package", "boot_check")
"""Fields that are of `JOB_RELEASE` alone."""
LONG: Final = Limits(seconds=3600)


def load_publication(settings: Settings, name: str, extra: Sequence[Layer] = ()) -> Publication:
    """The workflow `name`, `JOB_REGISTRATION` or `JOB_RELEASE`, with `extra` layers on top.

    Raises:
        InvalidInput: the first thing wrong with what is asked for.
    """
    path = settings.workspace / "configs"
    document = merge(path, [Layer(name, {"apiVersion": API_VERSION, "name": name}), *extra])
    spec = check(PublicationSpec, document)
    for field in RELEASING if name != JOB_RELEASE else ():
        if getattr(spec, field):
            where = document.where((field,))
            raise InvalidInput(
                "lifecycle.of_job_release", where=where, field=field, right=JOB_RELEASE
            )
    return Publication(path, document, spec, releases=name == JOB_RELEASE)


def compile_publication(work: Publication, settings: Settings) -> Iterator[Node]:
    """The nodes of `work`; before it was said what is published, they stand for their shape.

    Raises:
        InvalidInput: a value does not fit its step; with where it was written.
    """
    spec = work.spec
    compared = {"champion": "champion:model", "champion_record": "champion:record"}
    judged = {"thresholds": spec.thresholds, "champion": None}
    candidate = {"model": MODEL, "metrics": METRICS}
    yield _node(work, "gate", "evaluate.gate", judged, {**candidate, **compared})
    registered = {"model": MODEL, "verdict": "gate.verdict", "track": RECORD}
    named = {"model": spec.model}
    yield _node(work, "register", "registry.register", named, registered)
    if work.releases:
        yield from _releasing(work, settings)


def _releasing(work: Publication, settings: Settings) -> Iterator[Node]:
    spec = work.spec
    template = settings.workspace / "bento" / "custom" / "service.py"
    bento: dict[str, Any] = {"name": spec.model, **spec.package}
    if template.is_file():
        bento = {"template": template.read_text(encoding="utf-8"), **bento}
    yield _node(work, "package", "package.bento", bento, {"model": MODEL}, after=("gate",))
    packaged = {"package": "package.package"}
    yield _node(work, "boot_check", "package.boot_check", spec.boot_check, packaged)
    released = {
        "model_record": "register.record",
        "verdict": "gate.verdict",
        "boot_report": "boot_check.report",
        **packaged,
    }
    service = {"service": spec.service or spec.model, "model": spec.model}
    yield _node(work, "release", "deploy.release", service, released)


def _node(
    work: Publication,
    name: str,
    step: str,
    config: Mapping[str, Any],
    inputs: Mapping[str, str],
    after: tuple[str, ...] = (),
) -> Node:
    """A node; without a model, which a run will say, it stands for its shape alone."""
    full: dict[str, Any] = {}
    if work.spec.model is not None:
        at: FieldPath = _WRITTEN.get(name, ())
        checked = check_values(step_class(step).Config, config, work.document, at)
        full = checked.model_dump(mode="json")
    return Node(
        name=name, step=step, config=full, inputs=inputs, after=after, limits=LONG,
        inherits=told(step),
    )  # fmt: skip


_WRITTEN: Final[Mapping[str, FieldPath]] = {"package": ("package",), "boot_check": ("boot_check",)}
"""Node -> the section of the document that is its config."""


def check_published(work: Publication) -> None:
    """Raise `InvalidInput` unless `work` says which run's model it is about, and its name."""
    for field in ("run", "model"):
        if getattr(work.spec, field) is None:
            where = work.document.where((field,))
            raise InvalidInput("core.missing_field", where=where, field=field)


def job_parts(settings: Settings, workflow: Workflow, store: Store) -> dict[str, Reference]:
    """Source ``job:...`` -> the artifact, of what a publication takes from a job's run.

    Raises:
        NotFound: there is no such run.
        Conflict: the run has not succeeded.
        InvalidInput: it is no custom job's, or left no model, or none that can be released.
    """
    if not isinstance(workflow, Publication):
        return {}
    from aileron.ledger import Ledger

    spec, where = workflow.spec, workflow.document.where(("run",))
    ledger = Ledger(settings.require("ledger_url"), "aileron")
    try:
        run = ledger.runs.get(spec.run or "")
        _check_run(run, spec, where)
        rows = {node: ledger.nodes.get(str(spec.run), node) for node in set(NODES.values())}
    finally:
        ledger.close()
    found: dict[str, Reference] = {}
    for source, node in NODES.items():
        row, port = rows[node], source.partition(":")[2]
        if row is None or port not in row.outputs:
            raise InvalidInput("lifecycle.job_left_nothing", where=where, run=spec.run, part=port)
        found[source] = row.outputs[port]
    if workflow.releases and store.read_json(found[MODEL], "model.json")["serving"] is None:
        raise InvalidInput("lifecycle.job_without_serving", where=where)
    return {source: found[source] for source in JOB_PARTS}


def _check_run(run: Run | None, spec: PublicationSpec, where: str) -> None:
    from aileron.ledger import RunState

    if run is None or run.project != spec.project:
        raise NotFound("lifecycle.no_job_run", where=where, run=spec.run)
    if run.lifecycle not in (JOB, JOB_IN_PODS):
        raise InvalidInput("lifecycle.no_job", where=where, run=spec.run, lifecycle=run.lifecycle)
    if run.state is not RunState.SUCCEEDED:
        raise Conflict("lifecycle.job_not_succeeded", where=where, run=spec.run, state=run.state)
