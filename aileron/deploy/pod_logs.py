"""The logs of a revision's pods, gathered into one file on the supervisor's machine.

So that a log is read in the same way whatever runs the revision, and outlives its pods. Each
line begins with the end of its pod's name. What was read last is kept beside the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from aileron.cluster.access import Cluster, answering
from aileron.core.errors import NotFound, Refused

PIECE: Final = 4 << 20
"""At most so many bytes of a container's log at a time."""
STAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)
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
            Unavailable: the cluster does not answer; all is read again the next time.
        """
        seen, starts = dict(self._seen), dict(self._starts)
        found = [line for pod in pods for line in self._of_pod(pod, seen, starts)]
        if found:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(f"{text}\n" for _, text in sorted(found, key=itemgetter(0)))
        names = {pod["metadata"]["name"] for pod in pods}
        self._seen = {k: v for k, v in seen.items() if k.partition("/")[0] in names}
        self._starts = starts
        if found:
            self._notes.write_text(json.dumps(self._seen), encoding="utf-8")

    def _of_pod(
        self, pod: Pod, seen: dict[str, str], starts: dict[str, int]
    ) -> Iterator[tuple[str, str]]:
        """Time and text of each line that is new; `seen` and `starts` move on."""
        status, name = pod["status"], pod["metadata"]["name"]
        both = ("initContainerStatuses", "containerStatuses")
        for container in [one for kind in both for one in status.get(kind) or ()]:
            key = f"{name}/{container['name']}"
            reads = [True] if container["restartCount"] > starts.get(key, 0) else []
            if "waiting" not in (container.get("state") or {}):
                reads.append(False)
            for previous in reads:
                since = seen.get(key, "")
                text = self._read(pod, container["name"], since, previous=previous)
                for time, line in stamped(text):
                    if time > since:
                        seen[key] = time
                        yield time, f"{name.rpartition('-')[2]} {line}"
            starts[key] = container["restartCount"]

    def _read(self, pod: Pod, container: str, since: str, *, previous: bool) -> str:
        query = {"container": container, "timestamps": "true", "limitBytes": str(PIECE)}
        if since:
            query["sinceTime"] = f"{since[:19]}Z"
        if previous:
            query["previous"] = "true"
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
        with suppress(NotFound, Refused), answering(f"log of {metadata['name']}"):
            piece = self.cluster.get(path, query)
            if len(piece) >= PIECE:  # it ends amid a line, which comes whole the next time
                piece = piece[: piece.rfind(b"\n") + 1] or piece
            return piece.decode("utf-8", "replace")
        return ""  # the pod is gone, or its container has not begun


def stamped(text: str) -> Iterator[tuple[str, str]]:
    """Time and text of each line of a log; a line without a time is none of the container's."""
    for line in text.split("\n"):
        stamp, _, words = line.partition(" ")
        time = utc(stamp)
        if time is not None:
            yield time, words


def utc(stamp: str) -> str | None:
    """A time as its node says it (RFC 3339), so that texts compare as times do; None if it is none.

    >>> utc("2024-05-01T08:00:00.25+08:00")
    '2024-05-01T00:00:00.250000000Z'
    """
    found = STAMP.fullmatch(stamp)
    if found is None:
        return None
    seconds, decimals, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{seconds}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{decimals or '':0<9}Z"
