"""Label Studio over HTTP and its tables: the real `StudioPort`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Literal, Self

import httpx

from aileron.core.errors import InvalidInput, NotFound, Unavailable
from aileron.core.settings import Settings
from aileron.label.studio.port import Result, TaskState
from aileron.label.studio.tables import StudioTables

BATCH: Final = 1000
"""Tasks of one request: each is one transaction, and holds the others up."""
PATIENCE: Final = httpx.Timeout(120.0, connect=5.0)
ACTIONS: Final = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")
HOOK_HEADER: Final = "X-Aileron-Hook"


class Studio:
    """A running Label Studio. Threads may share one.

    Args:
        url: where it listens, without `/label`.
        token: of its one account.
        database_url: SQLAlchemy URL of its database.
    """

    def __init__(self, url: str, token: str, database_url: str) -> None:
        self.url = url.rstrip("/")
        self.tables = StudioTables(database_url)
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Token {token}"},
            timeout=PATIENCE,
            trust_env=False,
        )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The one of an installation.

        Raises:
            Unavailable: it has none; says to run `make labelling`.
        """
        if not (settings.labelstudio_url and settings.labelstudio_token):
            raise Unavailable("label.studio.missing")
        return cls(
            settings.labelstudio_url,
            settings.require("labelstudio_token"),
            settings.require("labelstudio_database_url"),
        )

    def create_project(
        self, title: str, config: str, instructions: str = "", note: str = ""
    ) -> int:
        body = {
            "title": title,
            "description": note,
            "label_config": config,
            "expert_instruction": instructions,
            "show_instruction": bool(instructions),
            "show_collab_predictions": True,
            "enable_empty_annotation": True,
            "sampling": "Sequential sampling",
            "maximum_annotations": 1,
        }
        return int(self._call("POST", "/api/projects/", json=body)["id"])

    def untouched(self, age: timedelta) -> list[tuple[int, str]]:
        return self.tables.untouched(age)

    def noted(self, age: timedelta) -> list[tuple[int, str]]:
        return self.tables.noted(age)

    def delete_project(self, project: int) -> None:
        try:
            self._call("DELETE", f"/api/projects/{project}/")
        except NotFound:
            return

    def add_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        path = f"/api/projects/{project}/import"
        made: list[int] = []
        tasks = _of_one_model(tasks)
        for start in range(0, len(tasks), BATCH):
            part = list(tasks[start : start + BATCH])
            answer = self._call("POST", path, json=part, params={"return_task_ids": "true"})
            made += sorted(answer["task_ids"])  # in the order in which they were given
        return made

    def states(self, project: int) -> list[TaskState]:
        return self.tables.states(project)

    def count(self, kind: Literal["annotation", "draft"], task: int) -> int:
        return self.tables.count(kind, task)

    def annotate(self, task: int, result: Result, seconds: float | None = None) -> int:
        body = {"result": list(result), "lead_time": seconds}
        return int(self._call("POST", f"/api/tasks/{task}/annotations/", json=body)["id"])

    def change_annotation(self, annotation: int, result: Result) -> None:
        self._call("PATCH", f"/api/annotations/{annotation}/", json={"result": list(result)})

    def task_of_annotation(self, annotation: int) -> int:
        return self.tables.task_of_annotation(annotation)

    def task_of_draft(self, draft: int) -> int:
        return self.tables.task_of_draft(draft)

    def ensure_webhook(self, project: int, url: str, secret: str) -> None:
        body = {
            "project": project,
            "url": url,
            "headers": {HOOK_HEADER: secret},
            "send_payload": False,
            "send_for_all_actions": False,
            "actions": list(ACTIONS),
        }
        for hook in self._call("GET", "/api/webhooks/", params={"project": project}):
            if hook["url"] == url and hook["headers"] == body["headers"]:
                return
            self._call("DELETE", f"/api/webhooks/{hook['id']}/")  # of a gate at another address
        self._call("POST", "/api/webhooks/", json=body)

    def ping(self) -> None:
        """Raise `Unavailable` unless it answers."""
        self._call("GET", "/health")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self.tables.close()

    def _call(self, method: str, path: str, **given: Any) -> Any:
        try:
            answer = self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("label.studio.silent", url=self.url, problem=problem) from None
        if answer.is_success:
            return answer.json() if answer.content else None
        problem = answer.text[:500]
        if answer.status_code == 404:
            raise NotFound("label.studio.has_none", kind=path, id="-")
        if answer.status_code in (400, 422):
            raise InvalidInput("label.studio.refuses", path=path, problem=problem)
        raise Unavailable(
            "label.studio.failed", path=path, status=answer.status_code, problem=problem
        )


def _of_one_model(tasks: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """`tasks` whose predictions name the same model, or all of them together.

    Going from task to task, people see the predictions of one model alone: the project's, which
    is that of the last task.
    """
    names = {one["model_version"] for task in tasks for one in task.get("predictions", ())}
    if len(names) < 2:
        return tasks
    both = {"model_version": ", ".join(sorted(names))}
    return [
        {**task, "predictions": [{**one, **both} for one in task["predictions"]]}
        if "predictions" in task
        else task
        for task in tasks
    ]
