"""What becomes a DAG, after it was read: a document, what was laid over it, its checked form.

People write lifecycles (the short form) and pipelines (a graph written out). The work on
datasets needs no document of its own: each defined dataset has its import, and one operation
and one export serve them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.lifecycle.layers import Merged
from aileron.lifecycle.spec import (
    ExportSpec,
    ImportSpec,
    LifecycleSpec,
    OperationSpec,
    PipelineSpec,
)

if TYPE_CHECKING:
    from aileron.lifecycle.dataset import LoadedDataset

AnySpec = LifecycleSpec | PipelineSpec | ImportSpec | OperationSpec | ExportSpec


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
