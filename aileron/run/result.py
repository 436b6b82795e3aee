"""What an execution ended with: outputs or an error, and how its process went.

The step's process writes `Result` as ``result.json``; the runner adds `Exit`, which only
someone outside that process can know.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import AileronError
from aileron.core.ports import Reference

ExitReason = Literal[
    "completed",  # the step ended by itself and wrote its result
    "error",  # the step ended by itself and wrote why it failed
    "crashed",  # the process ended without a result
    "killed",  # a signal that nobody here sent
    "out_of_memory",
    "timeout",
    "cancelled",  # the one who asked took it back
    "launcher_died",
    "image_unavailable",  # in pods only, from here on
    "misconfigured",  # the cluster cannot start the container
    "unschedulable",
    "evicted",
    "node_lost",
    "pod_deleted",  # by somebody else
    "pod_deadline",  # the cluster's own limit, for a pod that does not end itself
    "store_unreachable",
]


class Exit(BaseModel):
    """How the process of an execution ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: ExitReason = "completed"
    exit_code: int | None = None
    signal: str | None = None
    """Name of the signal that ended it, ``SIGKILL``."""
    peak_memory_mb: int | None = None
    """Largest resident size of the process tree that was seen."""
    limit_mb: int | None = None


class Result(BaseModel):
    """The end of one execution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: Literal[1] = 1
    state: Literal["succeeded", "failed"]
    outputs: Mapping[str, Reference] = {}
    partial: Mapping[str, Reference] = {}
    """What lay at the output paths of a component that failed: a report, for example."""
    record: Mapping[str, Any] | None = None
    """What an effect or a wait reports; None if there is nothing yet."""
    observed: bool = False
    """Whether `record` was found in the world instead of made."""
    error: Mapping[str, Any] | None = None
    """`AileronError.to_dict`."""
    exit: Exit = Exit()
    seconds: float = 0.0

    def raised(self) -> AileronError | None:
        """The error of a failed execution."""
        return AileronError.from_dict(self.error) if self.error else None

    def write(self, path: Path) -> None:
        """Write whole or not at all."""
        part = path.with_suffix(".part")
        part.write_text(self.model_dump_json(), encoding="utf-8")
        part.replace(path)

    @classmethod
    def read(cls, path: Path) -> Result:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))
