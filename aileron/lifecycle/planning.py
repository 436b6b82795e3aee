"""Resolve a workflow into the plan of one run: everything it will do, decided once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.core.catalogue import step_class
from aileron.core.documents import Document, check_values, read_document
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.data.definition import resolve_source
from aileron.data.source_specs import FilesSourceSpec, SourceSpec
from aileron.data.sources.spec import REMOTE
from aileron.graph.pipeline import SOURCE, Graph
from aileron.graph.plan import Plan
from aileron.lifecycle.code import step_code
from aileron.lifecycle.compiler import compile_lifecycle
from aileron.lifecycle.dataset import INGEST, load_dataset
from aileron.lifecycle.findings import refuse
from aileron.lifecycle.form import FORCE, form_layers
from aileron.lifecycle.images import ARCHIVE, archive_of, image_sources, with_images
from aileron.lifecycle.jobs import (
    CODE,
    SOURCES,
    code_of,
    is_job_file,
    source_files,
    with_commit,
    with_facts,
)
from aileron.lifecycle.layers import flat
from aileron.lifecycle.load import load_lifecycle
from aileron.lifecycle.publishing import job_parts
from aileron.lifecycle.sources import put_source
from aileron.lifecycle.versions import pin_versions, pinned
from aileron.lifecycle.weights import WEIGHTS, weights_files
from aileron.lifecycle.work_graphs import DATASET_SOURCE
from aileron.lifecycle.workflow import (
    ImageBuild,
    Import,
    Job,
    Lifecycle,
    Operation,
    Pipeline,
    Workflow,
)
from aileron.run.freshness import installed_digest
from aileron.store import Store, open_store

DEFAULT: Final = "default"
"""Origin of a value that nobody wrote: its step's default."""


def resolve(
    settings: Settings,
    name: str,
    *,
    run_id: str,
    actor: str,
    form: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
    force: bool = False,
    store: Store | None = None,
) -> Plan:
    """The plan of run `run_id` of workflow `name`.

    Args:
        form: values of the trigger form, by field name (`form_parameters`).
        overrides: values by dotted path (``--set``); they win over the form.
        store: where sources are put; default: the installation's.

    Raises:
        NotFound: no such workflow, dataset or source file.
        InvalidInput: a value that does not fit, with where it was written.
    """
    values = dict(form or {})
    store = store or open_store(settings.store_root)
    asked = resolved_workflow(settings, name, form=values, overrides=overrides)
    refuse(settings, asked)
    workflow = pinned(settings, asked)
    graph, versions = pin_versions(settings, workflow, compile_lifecycle(workflow, settings), store)
    graph, fetched = _with_code(settings, workflow, graph)
    graph = with_facts(graph)
    graph = with_images(settings, workflow.project, graph)
    parts = job_parts(settings, workflow, store) | dict(
        image_sources(settings, workflow.project, graph, store)
    )
    steps = sorted({node.step for node in graph.nodes})
    return Plan(
        project=workflow.project,
        lifecycle=workflow.name,
        run_id=run_id,
        actor=actor,
        force=force or bool(values.get(FORCE)) or isinstance(workflow, Job | ImageBuild),
        seed=workflow.spec.seed,
        graph=graph,
        step_versions={step: step_class(step).version for step in steps},
        code=step_code(settings.home, steps),
        environment=installed_digest(settings.home),
        sources={**dict(_sources(settings, workflow, graph, store, fetched)), **versions, **parts},
        git_commit=git_commit(settings.workspace),
        origins=origin_of(workflow, graph),
        values=workflow.document.values,
    )


def resolved_workflow(
    settings: Settings,
    name: str,
    *,
    form: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Workflow:
    """Workflow `name` with form values and ``--set`` laid over it."""
    workflow = load_lifecycle(settings, name)
    layers = form_layers(workflow, form or {}, overrides or {})
    return load_lifecycle(settings, name, layers) if layers else workflow


def origin_of(workflow: Workflow, graph: Graph) -> dict[str, str]:
    """Dotted field -> where its value came from: a file and line, `form`, `--set`, or a default.

    Fields of the document come first, then the config of each node that nobody wrote.
    """
    origins = {}
    for field, _ in flat(workflow.document.values):
        origins[".".join(map(str, field))] = workflow.document.where(field)
    if isinstance(workflow, Lifecycle):
        for node in graph.nodes:
            section = "train.parameters" if node.name == "train" else node.name
            definition = _definition(workflow) if node.step in INGEST.values() else None
            for field, _ in flat(node.config):
                path = ".".join((section, *map(str, field)))
                written = definition is not None and field[0] in definition.values
                where = definition.where(field) if definition and written else None
                origins.setdefault(path, where or f"{DEFAULT} ({node.step})")
    return origins


def _definition(workflow: Lifecycle) -> Document:
    """The dataset's own document, beside the lifecycle's in the workspace."""
    return read_document(workflow.workspace / "datasets" / workflow.spec.dataset / "dataset.yaml")


def parse_assignment(text: str) -> tuple[str, Any]:
    """``train.parameters.max_depth=3`` as path and value; the value is read as YAML.

    Raises:
        InvalidInput: it has no ``=`` or no path.
    """
    import yaml

    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise InvalidInput("lifecycle.bad_assignment", text=text)
    try:
        return path.strip(), yaml.safe_load(value) if value else None
    except yaml.YAMLError:
        return path.strip(), value


def git_commit(folder: Path) -> str | None:
    """The Git commit of `folder`, with ``-dirty`` if files differ; None outside Git."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def _with_code(
    settings: Settings, workflow: Workflow, graph: Graph
) -> tuple[Graph, Mapping[str, Path]]:
    """`graph` that knows what a job's code is, and that code's file if Git has it."""
    code, at = code_of(workflow)
    if code is None or code.git is None:
        return graph, {}
    from aileron.data.sources.git import fetch_commit

    where = workflow.document.where(at)
    found = fetch_commit(code.git.to_source(), settings.workspace, settings.home, where)
    return with_commit(graph, found.commit), {found.file.name: found.file}


def _sources(
    settings: Settings,
    workflow: Workflow,
    graph: Graph,
    store: Store,
    fetched: Mapping[str, Path],
) -> Iterator[tuple[str, Reference]]:
    """Name -> artifact of what comes from outside; `fetched` is the code, if it was fetched."""
    named = {
        source.removeprefix(SOURCE)
        for node in graph.nodes
        for source in node.inputs.values()
        if source.startswith(SOURCE)
    }
    job = isinstance(workflow, Job) or (isinstance(workflow, Lifecycle) and workflow.learns_by_job)
    for name in sorted(named):
        if job and name in SOURCES:
            files = (name == CODE and fetched) or source_files(settings, workflow, name)
            yield name, put_source(store, settings.home, files, is_job_file)
        else:
            yield name, put_source(store, settings.home, _source_files(settings, workflow, name))


def _source_files(settings: Settings, workflow: Workflow, name: str) -> dict[str, Path]:
    """Path inside the artifact -> the file, of source `name`."""
    if isinstance(workflow, Lifecycle) and name == DATASET_SOURCE:
        return load_dataset(settings, workflow.spec.dataset).source_files(settings)
    if isinstance(workflow, Lifecycle) and name == WEIGHTS:
        return weights_files(workflow, settings)
    if isinstance(workflow, Import):
        return workflow.dataset.source_files(settings)
    if isinstance(workflow, ImageBuild) and name == ARCHIVE:
        files = FilesSourceSpec.model_validate(archive_of(workflow))
        return resolve_source(files, settings.workspace, settings.home, name)
    declared = workflow.spec.sources if isinstance(workflow, Pipeline | Operation) else {}
    where = workflow.document.where(("sources", name))
    if name not in declared:
        raise InvalidInput("core.missing_field", where=where, field=f"sources.{name}")
    if {"folder", "archive", *REMOTE} & set(declared[name]) and "test_file" not in declared[name]:
        files = check_values(FilesSourceSpec, declared[name], workflow.document, ("sources", name))
        return resolve_source(files, settings.workspace, settings.home, where)
    spec = check_values(SourceSpec, declared[name], workflow.document, ("sources", name))
    for file in (spec.file, spec.test_file):
        if file is not None and not (settings.workspace / file).is_file():
            path = str(settings.workspace / file)
            raise NotFound("lifecycle.no_source_file", where=where, name=name, file=path)
    return resolve_source(spec, settings.workspace, settings.home, where)
