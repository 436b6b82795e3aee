"""Whether somebody may run a job as it was asked for: its place, its image, its code and data."""

from __future__ import annotations

from typing import Final

from aileron.client.local.dataset_access import readable
from aileron.client.local.datasets import find
from aileron.client.local.installation import Scope
from aileron.client.local.sources import uploads_of
from aileron.cluster.pools import load_pool
from aileron.container.usable import is_ours
from aileron.core.access import Role, authorize, permission
from aileron.core.errors import AileronError, NotFound, Refused
from aileron.core.names import (
    DEFAULT_PROJECT,
    IMAGE_BUILD,
    JOB,
    JOB_IN_PODS,
    JOB_REGISTRATION,
    JOB_RELEASE,
)
from aileron.graph.pipeline import Graph
from aileron.lifecycle import Lifecycle, Workflow
from aileron.lifecycle.jobs import job_place
from aileron.lifecycle.spec import JOB_STEP
from aileron.lifecycle.workflow import Publication
from aileron.train.job.spec import JobCode, JobData, JobSpec

OF_DEFAULT: Final = frozenset({JOB, JOB_IN_PODS, JOB_REGISTRATION, JOB_RELEASE, IMAGE_BUILD})
"""Works that exist once, in the project `DEFAULT_PROJECT`."""
RUNNING: Final = frozenset({JOB_STEP, "package.boot_check"})
"""Steps that run an algorithm's code."""
ANY_IMAGE: Final = "image.build_as_root"
"""The verb of those who may run any image: they may also build one as root."""


def check_project(scope: Scope, work: str) -> None:
    """Raise `Refused` if `work` runs in one project only, and that is not the asker's."""
    if work in OF_DEFAULT and scope.project != DEFAULT_PROJECT:
        raise Refused("client.of_default_project", project=scope.project, right=DEFAULT_PROJECT)


def checked(scope: Scope, spec: JobSpec) -> None:
    """Raise unless the asker may run such a job, and what it names is there.

    Raises:
        InvalidInput: a folder is not in the workspace, or an upload is not whole.
        NotFound: there is no such folder, upload or dataset that the asker may read.
        Refused: jobs do not run there for the asker, or not in this project, or not that image.
    """
    check_project(scope, JOB)
    if spec.runner == "process":
        _check_machine(scope)
    _check_image(scope, spec)
    places = {"code": spec.code, "train_data": spec.train_data, "test_data": spec.test_data}
    for field, place in places.items():
        try:
            _check(scope, place)
        except AileronError as error:
            raise error.at(field) from None


def check_own_code(scope: Scope, workflow: Workflow, graph: Graph) -> None:
    """Raise unless the asker may run and release the own code that `workflow` is about.

    Raises:
        Refused: it runs on the platform's machine, or replaces a champion, and the asker's role
            is too low for that.
    """
    if isinstance(workflow, Publication) and workflow.releases:
        _check_machine(scope)
        model = str(workflow.spec.model)
        if scope.ledger.champions.get(scope.project, model) is not None:
            authorize(scope.actor, "model.promote", scope.project)
    elif isinstance(workflow, Lifecycle) and _was_registered(scope, workflow):
        here = (node.step for node in graph.nodes if node.runner == "process")
        if not RUNNING.isdisjoint(here):
            _check_machine(scope)


def _was_registered(scope: Scope, workflow: Lifecycle) -> bool:
    """Whether it trains by what somebody sent; what is written in the workspace is trusted."""
    train = workflow.spec.train
    if train.job is None or train.algorithm is None:
        return False
    return scope.ledger.algorithms.get(train.algorithm).owner is not None


def _check_machine(scope: Scope) -> None:
    """Own code has the rights of the platform's user where the platform runs."""
    if scope.settings.jobs == "pods" and not scope.actor.role.includes(Role.OPERATOR):
        raise Refused("client.jobs_in_pods", needs=Role.OPERATOR.value)


def _check_image(scope: Scope, spec: JobSpec) -> None:
    """Pods have the pool's key of the store: what they run is one's own images or the pool's."""
    asked = spec.resources
    if asked is None or asked.image is None or is_ours(asked.image):
        return
    may = permission(scope.actor, ANY_IMAGE)
    if may.allowed:
        return
    if asked.pool is not None:
        images = load_pool(scope.settings.workspace, asked.pool).images
        if asked.image in (images.trainer, images.server):
            return
    raise Refused("client.job_image", image=asked.image, needs=may.needs.value)


def _check(scope: Scope, place: JobCode | JobData | None) -> None:
    if place is None:
        return
    if place.upload is not None:
        check_upload(scope, place.upload)
    if place.folder is not None:
        job_place(scope.settings, place.folder, "")
    if isinstance(place, JobData) and place.dataset is not None:
        check_dataset(scope, place.dataset)


def check_upload(scope: Scope, upload: str) -> None:
    """Raise unless it is there, whole, and of the project."""
    if uploads_of(scope).finished(upload).about.project != scope.project:
        raise NotFound("data.sources.no_upload", id=upload)


def check_dataset(scope: Scope, dataset: str) -> None:
    """Raise unless there is such a version, and the asker may read it."""
    name, _, version = dataset.partition("@v")
    if version:
        find(scope, name, int(version))
        return
    readable(scope, name)
    if not scope.ledger.datasets.list(scope.project, name, limit=1):
        raise NotFound("client.no_dataset", project=scope.project, name=name)
