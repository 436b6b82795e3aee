"""Algorithms of the library in lifecycles: one that is named becomes the job that it is.

Only reading: what puts an algorithm there is `aileron.lifecycle.registering`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aileron.core.catalogue import installed
from aileron.core.documents import Document, check_values
from aileron.core.errors import AileronError, InvalidInput
from aileron.core.settings import Settings
from aileron.graph.pipeline import Limits
from aileron.lifecycle.dataset import DatasetFacts
from aileron.lifecycle.spec import LifecycleSpec, Train, TrainJob
from aileron.lifecycle.workflow import Lifecycle
from aileron.train.job.algorithm import AlgorithmSpec
from aileron.train.job.library import (
    CODE,
    FOLDER,
    algorithm_folder,
    algorithm_names,
    load_algorithm,
)
from aileron.train.job.spec import JobCode, JobWork

TRAIN: Final = "train"
HOUR: Final = 3600


def library_names(workspace: Path) -> list[str]:
    """Names that a lifecycle may say beside the preset ones: a preset one wins."""
    known = installed()
    return [name for name in algorithm_names(workspace) if f"train.{name}" not in known]


def with_library(settings: Settings, spec: LifecycleSpec, document: Document) -> LifecycleSpec:
    """`spec` with the job of the algorithm that it names, if that is one of the library.

    Raises:
        InvalidInput: a parameter does not fit, or the algorithm's document is wrong; with the
            line.
    """
    name = spec.train.algorithm
    if name is None or name not in library_names(settings.workspace):
        return spec
    algorithm = load_algorithm(settings.workspace, name)
    given = spec.train.parameters
    check_values(algorithm.parameters_model(), given, document, (TRAIN, "parameters"))
    same = {field: getattr(algorithm, field) for field in _SAME}
    job = TrainJob(
        **same,
        parameters=algorithm.passed(given),
        code=JobCode(folder=f"{FOLDER}/{name}/{CODE}"),
    )
    train = Train.model_construct(algorithm=name, parameters=given, job=job)
    runtime = spec.runtime
    env = {**algorithm.env, **runtime.env.get(TRAIN, {})}
    limits = runtime.limits.get(TRAIN, Limits(seconds=algorithm.hours * HOUR))
    update = {
        "env": {**runtime.env, **({TRAIN: env} if env else {})},
        "limits": {**runtime.limits, TRAIN: limits},
    }
    return spec.model_copy(update={"train": train, "runtime": runtime.model_copy(update=update)})


_SAME: Final = tuple(
    JobWork.model_fields.keys() & AlgorithmSpec.model_fields.keys() - {"parameters"}
)


def algorithm_of(workflow: Lifecycle) -> AlgorithmSpec | None:
    """The algorithm of the library that `workflow` names; None if it names none."""
    train = workflow.spec.train
    if train.job is None or train.algorithm is None:
        return None
    return load_algorithm(workflow.workspace, train.algorithm)


def check_contract(workflow: Lifecycle) -> Iterator[AileronError]:
    """Each point of the contract that the library's algorithm of `workflow` does not keep."""
    algorithm = algorithm_of(workflow)
    if algorithm is not None:
        yield from unmet_points(workflow.workspace, algorithm.name)


def check_algorithm(workflow: Lifecycle, dataset: DatasetFacts) -> Iterator[AileronError]:
    """Why the algorithm of the library that `workflow` names does not learn from `dataset`."""
    algorithm = algorithm_of(workflow)
    if algorithm is None:
        return
    where = workflow.document.where((TRAIN, "algorithm"))
    if algorithm.modality != dataset.modality:
        yield InvalidInput(
            "lifecycle.wrong_modality",
            where=where,
            algorithm=algorithm.name,
            wanted=algorithm.modality,
            dataset=dataset.name,
            found=dataset.modality,
            choices="-",
        )
    elif dataset.task not in algorithm.tasks:
        yield InvalidInput(
            "lifecycle.wrong_task",
            where=where,
            subject=algorithm.name,
            wanted=" / ".join(algorithm.tasks),
            dataset=dataset.name,
            found=dataset.task,
            choices="-",
        )


def unmet_points(workspace: Path, name: str) -> list[AileronError]:
    """Each point of the contract that algorithm `name` of the workspace does not keep."""
    from aileron.train.job.contract import unmet

    return unmet(load_algorithm(workspace, name), algorithm_folder(workspace, name))
