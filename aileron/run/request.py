"""What a runner is asked to do: one action of one step, as a JSON file.

The file is the contract with whatever place runs the step, a child process today and a
container later: it names all that is needed and holds no secret. Everything that the
execution leaves lies beside it in `Request.folder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from aileron.cluster.placement import Placement
from aileron.core.ports import Reference
from aileron.graph.pipeline import Limits

Action = Literal["run", "apply", "observe", "undo", "ready"]
"""`run` is a component's; `apply` observes first; `ready` is a wait's."""


class Asker(BaseModel):
    """Who asks, for effects and waits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str
    lifecycle: str
    run_id: str
    actor: str
    key: str
    """The idempotency key."""
    git_commit: str | None = None


class Subject(BaseModel):
    """The node of a run that a request is of: what names its pod."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    installation: str
    """Whose run it is: several installations may have pods in a namespace."""
    project: str
    lifecycle: str
    run_id: str
    node: str
    key: str
    """The cache key or the idempotency key."""


class Request(BaseModel):
    """One action of one step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: Literal[1] = 1
    action: Action
    step: str
    target: str
    """``module:Class``."""
    config: Mapping[str, Any] = {}
    inputs: Mapping[str, Reference] = {}
    seed: int = 0
    env: Mapping[str, str] = {}
    inherits: tuple[str, ...] = ()
    """Names of further variables that a child process gets from the one that starts it."""
    limits: Limits = Limits()
    code: str | None = None
    """Digest that the step's code must have; None leaves it unchecked."""
    store: str
    """Root of the artifact store."""
    folder: Path
    checkpoint: Path | None = None
    """What outlives a try of a component; None if nothing does."""
    asker: Asker | None = None
    record: Mapping[str, Any] | None = None
    """What `undo` takes back."""
    subject: Subject | None = None
    """Whose execution it is; None where nobody has to find it."""
    placement: Placement | None = None
    """Where it runs, for a runner that has a choice."""
    nodes: int = 1
    """Pods that run it together; the step is told which of them it is (`aileron.run.gang_node`)."""

    @property
    def path(self) -> Path:
        """This request as a file."""
        return self.folder / "request.json"

    @property
    def result_path(self) -> Path:
        return self.folder / "result.json"

    @property
    def output_path(self) -> Path:
        """What the step's processes wrote to stdout and stderr, as it came."""
        return self.folder / "output.txt"

    @property
    def log_path(self) -> Path:
        """The canonical log; see `aileron.run.logs`."""
        return self.folder / "log" / "log.txt"

    @property
    def metrics_path(self) -> Path:
        """Points of curves, one ``{"name", "step", "value"}`` per line."""
        return self.folder / "log" / "metrics.jsonl"

    @property
    def work(self) -> Path:
        """Scratch directory and current directory of the step."""
        return self.folder / "work"

    def write(self) -> None:
        """Make the folder and put the request into it; only its owner may read there."""
        for folder in (self.folder, self.work, self.log_path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.write_text(self.model_dump_json(indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Request:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))
