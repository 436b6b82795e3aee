"""Somebody who labels: a script that speaks Label Studio's HTTP API through the gate, as its
page does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

PAGE = 100


@dataclass
class Desk:
    """A browser session that came through the link of a package. A context manager."""

    link: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))
    project: int = 0

    def __enter__(self) -> Self:
        answer = self.http.get(self.link, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        found = re.search(r"/projects/(\d+)/", str(answer.url))
        assert found, answer.url
        self.project = int(found[1])
        self.root = str(answer.url).partition("/projects/")[0]
        self.http.headers["Origin"] = str(answer.url.copy_with(path="/", query=None)).rstrip("/")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """What the gate says to ``METHOD /label/api/PATH``."""
        return self.http.request(method, f"{self.root}/api/{path}", **more)

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Sample id -> its task, as the list on the page has it."""
        found: dict[str, dict[str, Any]] = {}
        for page in range(1, 20):
            query = {"project": self.project, "page": page, "page_size": PAGE}
            answer = self.ask("GET", "tasks", params=query)
            assert answer.status_code == 200, answer.text
            tasks = answer.json()["tasks"]
            found |= {task["data"]["sample_id"]: task for task in tasks}
            if len(tasks) < PAGE:
                break
        return found

    def choose(self, task: Mapping[str, Any], label: str) -> httpx.Response:
        """Press a class, then Submit; or Update, if the task has an annotation."""
        body = {"result": self._chosen(label), "lead_time": 2.5}
        made = self.ask("GET", f"tasks/{task['id']}/").json()["annotations"]
        if made:
            return self.ask("PATCH", f"annotations/{made[-1]['id']}/", json=body)
        return self.ask("POST", f"tasks/{task['id']}/annotations/", json=body)

    def _chosen(self, label: str) -> list[dict[str, Any]]:
        config = self.ask("GET", f"projects/{self.project}/").json()["parsed_label_config"]
        controls = ((name, one) for name, one in config.items() if one["type"] == "Choices")
        name, control = next(controls)
        region = {"from_name": name, "to_name": control["to_name"][0], "type": "choices"}
        return [{**region, "value": {"choices": [label]}}]
