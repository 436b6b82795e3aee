"""What becomes a DAG, after it was read: a document, what was laid over it, its checked form.

People write lifecycles (the short form) and pipelines (a graph written out). The work on
datasets needs no document of its own: each defined dataset has its import, and one operation
and one export serve them all. Nor do custom jobs: what one runs is said when it is started.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.lifecycle.layers import Merged
from aileron.lifecycle.spec import (
    ExportSpec,
    ImageBuildSpec,
    ImportSpec,
    JobRunSpec,
    LifecycleSpec,
    OperationSpec,
    PipelineSpec,
    PublicationSpec,
)

if TYPE_CHECKING:
    from aileron.ledger import ImageVersion
    from aileron.lifecycle.dataset import LoadedDataset
    from aileron.train.job.spec import JobSpec

AnySpec = (
    LifecycleSpec
    | PipelineSpec
    | ImportSpec
    | OperationSpec
    | ExportSpec
    | JobRunSpec
    | PublicationSpec
    | ImageBuildSpec
)


@dataclass(frozen=True)
class Workflow:
    """A workflow's document with everything laid over it, and its checked form."""

    path: Path
    document: Merged
    spec: AnySpec
    before: int | None = field(default=None, kw_only=True)
    """Of one that imports to add to a dataset: the version that it adds to, if there is one."""

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def project(self) -> str:
        return self.spec.project

    @property
    def workspace(self) -> Path:
        """Of a document in a folder of ``configs`` or ``datasets``: where these lie."""
        return self.path.parents[2]


@dataclass(frozen=True)
class Lifecycle(Workflow):
    """A loaded lifecycle."""

    spec: LifecycleSpec

    @property
    def learns_by_job(self) -> bool:
        """Whether own code learns, instead of an algorithm."""
        return self.spec.train.job is not None


@dataclass(frozen=True)
class Pipeline(Workflow):
    """A loaded pipeline."""

    spec: PipelineSpec


@dataclass(frozen=True)
class Import(Workflow):
    """The import of a defined dataset; its document is the definition."""

    spec: ImportSpec
    dataset: LoadedDataset


@dataclass(frozen=True)
class Operation(Workflow):
    """An operation that makes a dataset version from others."""

    spec: OperationSpec


@dataclass(frozen=True)
class Export(Workflow):
    """A dataset version, as files for people to take away."""

    spec: ExportSpec


@dataclass(frozen=True)
class Job(Workflow):
    """Somebody's own code, run once."""

    spec: JobRunSpec
    asked: JobSpec | None
    """What is to run; None as long as no run has said so."""
    in_pods: bool


@dataclass(frozen=True)
class Publication(Workflow):
    """The model of a job, registered or also released."""

    spec: PublicationSpec
    releases: bool


@dataclass(frozen=True)
class ImageBuild(Workflow):
    """A build of a version of a container image."""

    spec: ImageBuildSpec
    row: ImageVersion | None = None
    """The version; None as long as no run has said which."""
