"""A stand-in for Label Studio at our own port, in memory: what people draw is drawn by calls."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from aileron.core.errors import NotFound, Unavailable
from aileron.label.studio.port import Drawing, Result, TaskState


@dataclass
class FakeTask:
    """One task of a project."""

    id: int
    data: Mapping[str, Any]
    predictions: Sequence[Mapping[str, Any]] = ()
    annotations: list[Drawing] = field(default_factory=list)
    drafts: list[Drawing] = field(default_factory=list)


@dataclass
class FakeProject:
    """One project with its tasks."""

    id: int
    title: str
    config: str
    instructions: str
    note: str = ""
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    hooks: dict[str, str] = field(default_factory=dict)
    """Address -> secret."""
    tasks: dict[int, FakeTask] = field(default_factory=dict)


class FakeStudio:
    """`StudioPort` in memory. `down = True`: it does not answer."""

    def __init__(self) -> None:
        self.projects: dict[int, FakeProject] = {}
        self.calls: list[str] = []
        """Names of the methods that were called."""
        self.down = False
        self._ids = itertools.count(1)

    def create_project(
        self, title: str, config: str, instructions: str = "", note: str = ""
    ) -> int:
        self._called("create_project")
        project = FakeProject(next(self._ids), title, config, instructions, note)
        self.projects[project.id] = project
        return project.id

    def untouched(self, age: timedelta) -> list[tuple[int, str]]:
        self._called("untouched")
        return [
            (project, note)
            for project, note in self.noted(age)
            if not any(
                task.annotations or task.drafts for task in self.projects[project].tasks.values()
            )
        ]

    def noted(self, age: timedelta) -> list[tuple[int, str]]:
        self._called("noted")
        return [
            (project.id, project.note)
            for project in self.projects.values()
            if project.made < datetime.now(UTC) - age
        ]

    def delete_project(self, project: int) -> None:
        self._called("delete_project")
        self.projects.pop(project, None)

    def add_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        self._called("add_tasks")
        into = self._project(project).tasks
        made = [self._made(task) for task in tasks]
        into.update({task.id: task for task in made})
        return [task.id for task in made]

    def states(self, project: int) -> list[TaskState]:
        self._called("states")
        return [
            TaskState(task.id, tuple(task.annotations), tuple(task.drafts))
            for task in self._project(project).tasks.values()
        ]

    def count(self, kind: Literal["annotation", "draft"], task: int) -> int:
        self._called("count")
        return len(getattr(self.task(task), f"{kind}s"))

    def annotate(self, task: int, result: Result, seconds: float | None = None) -> int:
        self._called("annotate")
        found = self.task(task)
        found.drafts.clear()
        found.annotations.append(self._drawing(result, seconds))
        return found.annotations[-1].id

    def change_annotation(self, annotation: int, result: Result) -> None:
        self._called("change_annotation")
        drawings = self.task(self.task_of_annotation(annotation)).annotations
        place = next(i for i, one in enumerate(drawings) if one.id == annotation)
        drawings[place] = replace(drawings[place], result=result, updated=datetime.now(UTC))

    def task_of_annotation(self, annotation: int) -> int:
        return self._task_with("annotations", annotation)

    def task_of_draft(self, draft: int) -> int:
        return self._task_with("drafts", draft)

    def ensure_webhook(self, project: int, url: str, secret: str) -> None:
        self._called("ensure_webhook")
        self._project(project).hooks[url] = secret

    def draft(self, task: int, result: Result) -> int:
        """What somebody is drawing and has not submitted; replaces an earlier draft."""
        found = self.task(task)
        found.drafts[:] = [self._drawing(result, None)]
        return found.drafts[0].id

    def skip(self, task: int) -> None:
        """Somebody presses *Skip*."""
        self.task(task).annotations.append(replace(self._drawing([], 1.0), cancelled=True))

    def task(self, task: int) -> FakeTask:
        """A task of any project."""
        for project in self.projects.values():
            if task in project.tasks:
                return project.tasks[task]
        raise _missing("task", task)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down:
            raise Unavailable("label.studio.silent", url="fake", problem="it is down")

    def _project(self, project: int) -> FakeProject:
        if project not in self.projects:
            raise _missing("project", project)
        return self.projects[project]

    def _task_with(self, kind: str, ident: int) -> int:
        for project in self.projects.values():
            for task in project.tasks.values():
                if any(one.id == ident for one in getattr(task, kind)):
                    return task.id
        raise _missing(kind, ident)

    def _made(self, task: Mapping[str, Any]) -> FakeTask:
        made = FakeTask(next(self._ids), task["data"], task.get("predictions", ()))
        for given in task.get("annotations", ()):
            made.annotations.append(self._drawing(given["result"], given.get("lead_time")))
        return made

    def _drawing(self, result: Result, seconds: float | None) -> Drawing:
        return Drawing(next(self._ids), result, datetime.now(UTC), seconds)


def _missing(kind: str, ident: int) -> NotFound:
    return NotFound("label.studio.has_none", kind=kind, id=ident)
