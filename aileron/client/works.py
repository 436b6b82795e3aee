"""Work on datasets that becomes a run, as part of `aileron.client.base.Client`.

Each verb starts a run in Airflow and returns at once; the run's record says how far it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from aileron.client import records as r
from aileron.core.documents import check_values
from aileron.core.names import DATASET_EXPORT, DATASET_OPERATION, import_name


def tried(
    operation: str, version: int | None, options: Mapping[str, Any] | None, count: int, seed: int
) -> r.OperationTry:
    """The question of `WorkVerbs.preview_operation`.

    Raises:
        InvalidInput: more samples are asked for than a preview has.
    """
    given = {"operation": operation, "version": version, "count": count, "seed": seed}
    return check_values(r.OperationTry, {**given, "options": dict(options or {})})


class WorkVerbs(ABC):
    """Defining datasets, importing them, making versions from versions, exporting them."""

    @abstractmethod
    def start(
        self, lifecycle: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        """Start a run; see `aileron.client.base.Client`."""

    @abstractmethod
    def define_dataset(self, definition: Mapping[str, Any]) -> r.DatasetBrief:
        """Write the definition of a new dataset into the workspace.

        Args:
            definition: the fields of ``dataset.yaml``; `apiVersion` and `kind` may be left out.
                Its source is elsewhere: an upload, a URL, a connection, a server's path; or
                ``{draft: new}`` for samples that are added one at a time (`begin_draft`).

        Raises:
            Conflict: the workspace has a dataset of that name.
        """

    @abstractmethod
    def formats(self) -> tuple[r.DataFormat, ...]:
        """The formats of all kinds of data, those of tables first."""

    @abstractmethod
    def operations(self) -> tuple[r.OperationShape, ...]:
        """What can make a version from a version, each with the form of its options."""

    @abstractmethod
    def preview_operation(
        self,
        operation: str,
        dataset: str,
        version: int | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        count: int = 6,
        seed: int = 0,
    ) -> r.OperationPreview:
        """Show what an operation would make of some samples; nothing is written.

        Args:
            count: at most 12, taken evenly from the samples (of a very large version, from the
                first of its files).
            seed: of every random choice; a run with it makes what is shown.

        Raises:
            InvalidInput: the operation has no preview, or cannot be done with these samples.
        """

    def import_dataset(
        self, name: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        """Import a defined dataset: read, version, validate, profile.

        Args:
            values: dotted path of the definition -> value for this run alone.
            force: read the source again, whatever the cache holds.
        """
        return self.start(import_name(name), values, force=force)

    def operate(
        self,
        operation: str,
        dataset: str,
        version: int | None = None,
        *,
        other: str | None = None,
        options: Mapping[str, Any] | None = None,
        sources: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> r.RunBrief:
        """Make a version from a version (default: the latest).

        Args:
            operation: merge, sample, filter, relabel, resplit, dedupe, compact, ...: a step
                of `data` that takes a dataset and makes one, by its name.
            other: the second dataset of a merge: ``name`` or ``name@v3``.
            options: config of the step; `name` makes the result a dataset of that name.
            sources: input of the step -> where its file is: ``{"changes": {"upload": ID}}``.
        """
        values: dict[str, Any] = {"operation": operation, "dataset": dataset}
        given = {"version": version, "other": other, "options": options, "sources": sources}
        values |= {name: value for name, value in given.items() if value is not None}
        return self.start(DATASET_OPERATION, values)

    def export_dataset(
        self,
        name: str,
        format_: str,
        version: int | None = None,
        options: Mapping[str, str] | None = None,
    ) -> r.RunBrief:
        """Write a version (default: the latest) as a file; `download_export` fetches it."""
        values: dict[str, Any] = {
            "dataset": name,
            "format": format_,
            "options": dict(options or {}),
        }
        if version is not None:
            values["version"] = version
        return self.start(DATASET_EXPORT, values)
