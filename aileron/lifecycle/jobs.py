"""Custom jobs that stand alone: their document, their graph, and where code and data come from.

Code and data are an upload, a folder of the workspace or a Git repository; nothing else of this
machine can be named. The plan puts them into the store, so that an edit in mid-run changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from aileron.core.catalogue import step_class
from aileron.core.documents import FieldPath, check_values
from aileron.core.errors import AileronError, InvalidInput, NotFound, Refused
from aileron.core.names import JOB, JOB_IN_PODS
from aileron.core.settings import Settings
from aileron.data.sources.resolve import fetch_source
from aileron.data.sources.spec import RemoteSource
from aileron.data.trees.folder import walk
from aileron.graph.pipeline import DATASET, SOURCE, Graph, Limits, Node
from aileron.lifecycle.layers import Layer, merge
from aileron.lifecycle.placing import in_pod
from aileron.lifecycle.spec import API_VERSION, JOB_STEP, JobRunSpec
from aileron.lifecycle.workflow import Job, Lifecycle, Workflow
from aileron.train.job.spec import JobCode, JobData, JobSpec, JobWork
from aileron.train.job.unpack import is_left_out

CONFIGS: Final = "configs"
CODE: Final = "code"
TRAIN_FILES: Final = "train_files"
TEST_FILES: Final = "test_files"
SOURCES: Final = (CODE, TRAIN_FILES, TEST_FILES)
"""Ports of the step, and the names of their sources."""
NODE: Final = "job"
TRACK: Final = "track"
TRACK_STEP: Final = "registry.track_job"
HOUR: Final = 3600
GRACE_SECONDS: Final = 600.0
"""What a job that is stopped may take to end and to bring what it has to the store."""
POD_GRACE_SECONDS: Final = 60.0
"""The same in a pod, which whoever waits for it to go gives up after two minutes."""
_HEAD: Final = ("apiVersion", "kind", "name", "job", "seed")
"""Fields of the document that are not `JobSpec`'s."""


def load_job(settings: Settings, name: str, extra: Sequence[Layer] = ()) -> Job:
    """The workflow `name`, `JOB` or `JOB_IN_PODS`, with `extra` layers on top.

    Raises:
        InvalidInput: the first thing wrong with what is asked for.
    """
    path = settings.workspace / "configs"
    document = merge(path, [Layer(name, {"apiVersion": API_VERSION, "name": name}), *extra])
    head = {key: value for key, value in document.values.items() if key in _HEAD}
    rest = {key: value for key, value in document.values.items() if key not in _HEAD}
    spec = check_values(JobRunSpec, head, document)
    if not rest:
        return Job(path, document, spec, None, name == JOB_IN_PODS)
    runner = "kubernetes" if name == JOB_IN_PODS else "process"
    asked = check_values(JobSpec, {"runner": runner, "seed": spec.seed, **rest}, document)
    if asked.runner != runner:
        right = JOB_IN_PODS if asked.runner == "kubernetes" else JOB
        where = document.where(("runner",))
        raise InvalidInput("lifecycle.job_elsewhere", where=where, name=name, right=right)
    return Job(path, document, spec, asked, name == JOB_IN_PODS)


def compile_job(job: Job, settings: Settings) -> Iterator[Node]:
    """The nodes of `job`; before it was said what is to run, they stand for their shape alone.

    Raises:
        InvalidInput: the pool does not give what is asked for.
    """
    asked = job.asked
    if asked is None:
        runner: Any = "kubernetes" if job.in_pods else "process"
        yield Node(name=NODE, step=JOB_STEP, runner=runner)
        yield _tracking({})
        return
    wanted = {f"{kind}_data": _wanted(data) for kind, data in _data(asked)}
    node = Node(
        name=NODE,
        step=JOB_STEP,
        config=job_config(asked, job=job.spec.job, env=dict(asked.env), **wanted),
        inputs=dict(_inputs(asked)),
        limits=Limits(
            seconds=asked.hours * HOUR,
            memory_mb=asked.memory_mb,
            grace_seconds=GRACE_SECONDS if asked.resources is None else POD_GRACE_SECONDS,
        ),
    )
    if asked.resources is None:
        yield node
    else:
        together = node.model_copy(update={"nodes": asked.nodes})
        yield in_pod(job, together, asked.resources, ("resources",), settings)
    yield _tracking(
        {
            "job": job.spec.job,
            "command": asked.command,
            "framework": asked.framework,
            "parameters": dict(asked.parameters),
        }
    )


def _tracking(config: Mapping[str, Any]) -> Node:
    """The node that records the job in MLflow."""
    full = step_class(TRACK_STEP).Config.model_validate(config).model_dump(mode="json")
    inputs = {"metrics": f"{NODE}.metrics", "model": f"{NODE}.model"}
    return Node(name=TRACK, step=TRACK_STEP, config=full, inputs=inputs)


def with_commit(graph: Graph, commit: str) -> Graph:
    """`graph`, where the job knows the Git commit of its code, which is in its cache key so."""
    nodes = tuple(
        node.model_copy(update={"config": {**node.config, "commit": commit}})
        if node.step == JOB_STEP
        else node
        for node in graph.nodes
    )
    return graph.model_copy(update={"nodes": nodes})


def with_facts(graph: Graph) -> Graph:
    """`graph`, where what tracks a job knows the commit and the dataset versions of its plan."""
    jobs = [node for node in graph.nodes if node.name == NODE and node.step == JOB_STEP]
    if not jobs:
        return graph
    facts = {"commit": jobs[0].config.get("commit")} | {
        f"{kind}_data": jobs[0].inputs[f"{kind}_dataset"].removeprefix(DATASET)
        for kind in ("train", "test")
        if f"{kind}_dataset" in jobs[0].inputs
    }
    nodes = tuple(
        node.model_copy(update={"config": {**node.config, **facts}})
        if node.step == TRACK_STEP
        else node
        for node in graph.nodes
    )
    return graph.model_copy(update={"nodes": nodes})


def job_config(work: JobWork, **more: Any) -> dict[str, Any]:
    """The config of the job's step."""
    given = {name: getattr(work, name) for name in JobWork.model_fields}
    said = JobWork.model_construct(**given).model_dump(mode="json")
    return step_class(JOB_STEP).Config.model_validate(said | more).model_dump(mode="json")


def _data(asked: JobSpec) -> Iterator[tuple[str, JobData]]:
    for kind, data in (("train", asked.train_data), ("test", asked.test_data)):
        if data is not None:
            yield kind, data


def _wanted(data: JobData) -> dict[str, Any]:
    return {"part": data.part, "format": data.format}


def _inputs(asked: JobSpec) -> Iterator[tuple[str, str]]:
    if asked.code is not None:
        yield CODE, f"{SOURCE}{CODE}"
    for kind, data in _data(asked):
        if data.dataset is not None:
            yield f"{kind}_dataset", f"{DATASET}{data.dataset}"
        else:
            yield f"{kind}_files", f"{SOURCE}{kind}_files"


# Where code and data come from


def code_of(workflow: Workflow) -> tuple[JobCode | None, FieldPath]:
    """The code that a workflow's job runs, and where the document says so."""
    if isinstance(workflow, Job):
        return (workflow.asked.code if workflow.asked else None), (CODE,)
    if isinstance(workflow, Lifecycle) and workflow.spec.train.job is not None:
        return workflow.spec.train.job.code, ("train", "job", CODE)
    return None, ()


def check_sources(settings: Settings, workflow: Workflow) -> None:
    """Raise what is wrong with code and data as far as this machine knows; nothing is fetched.

    Raises:
        InvalidInput, NotFound: what is named is not there, or may not be named.
    """
    for given, at in _given(workflow):
        where = workflow.document.where(at)
        if isinstance(given, JobCode) and given.git is not None:
            from aileron.data.sources.git import check_repository

            source = given.git.to_source()
            check_repository(source, settings.workspace, where)
            if isinstance(workflow, Job) and not source.remote:
                _check_open(source.url, where)
        elif given.folder is not None:
            _place(workflow)(settings, given.folder, where)
        elif given.upload is not None:
            _fetched_upload(settings, given.upload, where)


def source_files(settings: Settings, workflow: Workflow, name: str) -> dict[str, Path]:
    """Path inside the artifact -> the file or folder, of job source `name` that is no repository.

    Raises:
        InvalidInput, NotFound: as `check_sources`.
    """
    fields = {at[-1]: (given, at) for given, at in _given(workflow)}
    given, at = fields[name if name == CODE else name.replace("_files", "_data")]
    where = workflow.document.where(at)
    if given.upload is not None:
        return _fetched_upload(settings, given.upload, where)
    place = _place(workflow)(settings, str(given.folder), where)
    return {f"{place.name}.tar" if place.is_dir() else place.name: place}


def workspace_place(settings: Settings, path: str, where: str) -> Path:
    """The file or folder `path` of the workspace, without a link in or above it.

    Raises:
        InvalidInput: it leads out of the workspace or into the installation's own state, is
            hidden, or holds a link.
        NotFound: it is not there.
    """
    workspace, home = settings.workspace.resolve(), settings.home.resolve()
    parts = PurePosixPath(path).parts
    unsafe = not parts or "\0" in path or path.startswith(("/", "~"))
    if unsafe or any(part.startswith(".") for part in parts):
        raise InvalidInput("lifecycle.not_of_workspace", where=where, path=path)
    place = workspace.joinpath(*parts)
    if place.resolve() != place or place == home or home.is_relative_to(place):
        raise InvalidInput("lifecycle.not_of_workspace", where=where, path=path)
    if place.is_relative_to(home):
        raise InvalidInput("lifecycle.not_of_workspace", where=where, path=path)
    if not place.is_dir() and not place.is_file():
        raise NotFound("lifecycle.nothing_there", where=where, path=path)
    if place.is_dir():
        _check_links(place, path, where)
    return place


def job_place(settings: Settings, path: str, where: str) -> Path:
    """The same, of a job that somebody asks for: what is in ``configs`` may be another's.

    Raises:
        Refused: it lies in ``configs``.
        InvalidInput, NotFound: as `workspace_place`.
    """
    _check_open(path, where)
    return workspace_place(settings, path, where)


def _check_open(path: str, where: str) -> None:
    if PurePosixPath(path).parts[:1] == (CONFIGS,):
        raise Refused("lifecycle.configs_of_job", where=where, path=path)


def _place(workflow: Workflow) -> Callable[[Settings, str, str], Path]:
    return job_place if isinstance(workflow, Job) else workspace_place


def is_job_file(path: str) -> bool:
    """Whether a file of a code or data folder is taken."""
    return not is_left_out(path)


def _check_links(place: Path, path: str, where: str) -> None:
    for name, kind in walk(place, is_job_file):
        if kind == "link":
            raise InvalidInput("lifecycle.link_of_workspace", where=where, path=f"{path}/{name}")


def _given(workflow: Workflow) -> Iterator[tuple[JobCode | JobData, FieldPath]]:
    """Code and data that are no dataset version, with where the document names them."""
    code, at = code_of(workflow)
    if code is not None:
        yield code, at
    asked = workflow.asked if isinstance(workflow, Job) else None
    for kind, data in _data(asked) if asked else ():
        if data.dataset is None:
            yield data, (f"{kind}_data",)


def _fetched_upload(settings: Settings, upload: str, where: str) -> dict[str, Path]:
    try:
        source = check_values(RemoteSource, {"upload": upload})
    except AileronError as error:
        raise error.at(where) from None
    return fetch_source(source, settings.workspace, settings.home, where)
