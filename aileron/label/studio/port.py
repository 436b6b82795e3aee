"""What Aileron asks of Label Studio, as a port: `client.Studio` is the real thing.

A *result* is Label Studio's own JSON of what is drawn: a list of regions and choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

Result = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Drawing:
    """An annotation or a draft of a task, as Label Studio keeps it."""

    id: int
    result: Result
    updated: datetime
    seconds: float | None = None
    """Time that the person spent on it, as the page measured it."""
    cancelled: bool = False
    """The person skipped the task."""


@dataclass(frozen=True)
class TaskState:
    """What is drawn in one task now, the oldest first."""

    task: int
    annotations: tuple[Drawing, ...] = ()
    drafts: tuple[Drawing, ...] = ()


class StudioPort(Protocol):
    """Label Studio, in the name of the platform's one account.

    Every method raises `Unavailable` when Label Studio does not answer, and `NotFound` when it
    has no such project, task or annotation.
    """

    def create_project(
        self, title: str, config: str, instructions: str = "", note: str = ""
    ) -> int:
        """Make a project; its id.

        Args:
            title: 3 to 50 characters, need not be the only one of its name.
            config: the labelling configuration, XML.
            instructions: Markdown or HTML for the person who labels.
            note: for whoever made it; `untouched` and `noted` give it back.

        Raises:
            InvalidInput: Label Studio refuses the configuration; quotes what it says.
        """
        ...

    def untouched(self, age: timedelta) -> list[tuple[int, str]]:
        """Id and note of all projects that are at least so old and in which nothing is drawn."""
        ...

    def noted(self, age: timedelta) -> list[tuple[int, str]]:
        """Id and note of all projects that are at least so old."""
        ...

    def delete_project(self, project: int) -> None:
        """Delete a project with its tasks; nothing happens if there is none."""
        ...

    def add_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make tasks ``{"data": ..., "predictions"?: [...], "annotations"?: [...]}``.

        Returns:
            Their ids, in the order of `tasks`.
        """
        ...

    def states(self, project: int) -> list[TaskState]:
        """Every task of a project with what is drawn in it, by id.

        What counts is read alone: of drafts, and of annotations but the newest of a task, the
        `result` may be empty.
        """
        ...

    def count(self, kind: Literal["annotation", "draft"], task: int) -> int:
        """How many annotations or drafts a task has."""
        ...

    def annotate(self, task: int, result: Result, seconds: float | None = None) -> int:
        """Add an annotation to a task; its id."""
        ...

    def change_annotation(self, annotation: int, result: Result) -> None:
        """Replace what is drawn in an annotation."""
        ...

    def task_of_annotation(self, annotation: int) -> int:
        """The task that an annotation belongs to."""
        ...

    def task_of_draft(self, draft: int) -> int:
        """The task that a draft belongs to."""
        ...

    def ensure_webhook(self, project: int, url: str, secret: str) -> None:
        """Have Label Studio tell `url` of each annotation, with ``X-Aileron-Hook: secret``."""
        ...
