"""The logs of a revision's pods, gathered into one file on the supervisor's machine.

So that a log is read in the same way whatever runs the revision, and outlives its pods. Each
line begins with the end of its pod's name. What was read last is kept beside the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aileron.cluster.access import Cluster, answering
from aileron.core.errors import NotFound, Refused

PIECE: Final = 4 << 20
"""At most so many bytes of a container's log at a time."""
Pod = Mapping[str, Any]


@dataclass
class PodLogs:
    """One revision's file."""

    cluster: Cluster
    path: Path
    _seen: dict[str, str] = field(default_factory=dict)
    """``pod/container`` -> time of the last line that was written down."""
    _starts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with suppress(FileNotFoundError, ValueError):
            self._seen = json.loads(self._notes.read_text(encoding="utf-8"))

    @property
    def _notes(self) -> Path:
        return self.path.with_suffix(".pods.json")

    def collect(self, pods: Sequence[Pod]) -> None:
        """Write down what the containers of `pods` said since the last time.

        Raises:
            Unavailable: the cluster does not answer.
        """
        lines = sorted(line for pod in pods for line in self._of_pod(pod))
        if not lines:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for _, text in lines)
        names = {pod["metadata"]["name"] for pod in pods}
        self._seen = {k: v for k, v in self._seen.items() if k.partition("/")[0] in names}
        self._notes.write_text(json.dumps(self._seen), encoding="utf-8")

    def _of_pod(self, pod: Pod) -> Iterator[tuple[str, str]]:
        status = pod["status"]
        both = ("initContainerStatuses", "containerStatuses")
        for container in [one for kind in both for one in status.get(kind) or ()]:
            key = f"{pod['metadata']['name']}/{container['name']}"
            starts = container["restartCount"]
            if starts > self._starts.get(key, 0):
                yield from self._lines(pod, container["name"], previous=True)
            self._starts[key] = starts
            if "waiting" not in (container.get("state") or {}):
                yield from self._lines(pod, container["name"], previous=False)

    def _lines(self, pod: Pod, container: str, *, previous: bool) -> Iterator[tuple[str, str]]:
        """Time and text of each line that is new."""
        name = pod["metadata"]["name"]
        key, short = f"{name}/{container}", name.rpartition("-")[2]
        since = self._seen.get(key, "")
        for line in self._read(pod, container, since, previous=previous).splitlines():
            time, _, text = line.partition(" ")
            if time > since:
                self._seen[key] = time
                yield time, f"{short} {text}"

    def _read(self, pod: Pod, container: str, since: str, *, previous: bool) -> str:
        query = {"container": container, "timestamps": "true", "limitBytes": str(PIECE)}
        if since:
            query["sinceTime"] = f"{since[:19]}Z"
        if previous:
            query["previous"] = "true"
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
        with suppress(NotFound, Refused), answering(f"log of {metadata['name']}"):
            return self.cluster.get(path, query).decode("utf-8", "replace")
        return ""  # the pod is gone, or its container has not begun
