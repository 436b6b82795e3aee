"""Workflows that nobody writes: imports, operations and exports of datasets, custom jobs.

``import_NAME`` exists for each defined dataset and is made from its definition. The others
exist once, jobs in pods where there are pools; what they do is said when they are started.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aileron.cluster.pools import pool_files
from aileron.core.documents import check, check_values, read_document
from aileron.core.names import (
    DATASET_EXPORT,
    DATASET_OPERATION,
    IMAGE_BUILD,
    IMPORT,
    JOB,
    JOB_IN_PODS,
    JOB_REGISTRATION,
    JOB_RELEASE,
    import_name,
)
from aileron.core.settings import Settings
from aileron.data.definition import DEFINITION_FILE, dataset_folder, defined_datasets
from aileron.lifecycle.dataset import load_dataset
from aileron.lifecycle.jobs import load_job
from aileron.lifecycle.layers import Layer, merge
from aileron.lifecycle.publishing import load_publication
from aileron.lifecycle.spec import (
    API_VERSION,
    ExportSpec,
    ImageBuildSpec,
    ImportSpec,
    OperationSpec,
)
from aileron.lifecycle.workflow import Export, ImageBuild, Import, Operation, Workflow

JOBS: Final = (JOB, JOB_IN_PODS)
PUBLICATIONS: Final = (JOB_REGISTRATION, JOB_RELEASE)
_SECTION: Final = "import"
"""The part of a definition that is about the import's runs."""


def list_works(settings: Settings) -> list[str]:
    """Names of the workflows of this kind that Airflow has, sorted."""
    imports = [import_name(dataset) for dataset in defined_datasets(settings.workspace)]
    once = [DATASET_OPERATION, DATASET_EXPORT, IMAGE_BUILD, JOB, *PUBLICATIONS]
    if pool_files(settings.workspace):  # reading a DAG with pods takes Airflow seconds
        once.append(JOB_IN_PODS)
    return sorted([*once, *imports])


def is_work(settings: Settings, name: str) -> bool:
    """Whether `name` is of this kind, sound or not, also where Airflow does not have it."""
    return name == JOB_IN_PODS or name in list_works(settings)


def load_work(settings: Settings, name: str, extra: Sequence[Layer] = ()) -> Workflow:
    """The work `name`, with `extra` layers on top.

    Raises:
        NotFound: there is none.
        InvalidInput: the first thing wrong with it, with file and line.
    """
    if name in JOBS:
        return load_job(settings, name, extra)
    if name in PUBLICATIONS:
        return load_publication(settings, name, extra)
    if name not in (DATASET_OPERATION, DATASET_EXPORT, IMAGE_BUILD):
        return _load_import(settings, name, extra)
    path = settings.workspace / "configs"
    document = merge(path, [Layer(name, {"apiVersion": API_VERSION, "name": name}), *extra])
    if name == DATASET_OPERATION:
        return Operation(path, document, check(OperationSpec, document))
    if name == IMAGE_BUILD:
        return ImageBuild(path, document, check(ImageBuildSpec, document))
    return Export(path, document, check(ExportSpec, document))


def _load_import(settings: Settings, name: str, extra: Sequence[Layer]) -> Import:
    path = dataset_folder(settings.workspace, name.removeprefix(IMPORT)) / DEFINITION_FILE
    written = read_document(path)
    shown = str(path.relative_to(settings.workspace))
    document = merge(path, [Layer(shown, written.values, written), *extra])
    dataset = load_dataset(settings, path.parent.name, document)
    definition = dataset.definition
    head = {
        "apiVersion": API_VERSION,
        "name": name,
        "project": definition.import_.project,
        "dataset": dataset.name,
        "display_name": definition.display_name,
        "owner": definition.owner or "",
        "schedule": definition.import_.schedule,
        "runtime": {"retries": definition.import_.retries},
    }
    return Import(path, document, check_values(ImportSpec, head, document, (_SECTION,)), dataset)
