"""The run plan: everything a run will do, resolved once, immutable.

The first task of a run writes it to the store; later tasks read only the plan, so that an
edit of the YAML in mid-run changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.names import Name, WorkflowName
from aileron.core.ports import Reference
from aileron.graph.pipeline import Graph, Node

FORMAT_VERSION: Literal[1] = 1
PLAN_FILE: Final = "plan.json"
"""The file that holds a plan in its artifact."""


class Plan(BaseModel):
    """One run, resolved.

    `code` and `environment` are digests taken when the plan was made: a node's key holds
    them, so a change in between runs the step anew and one in mid-run does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    project: Name
    lifecycle: WorkflowName
    run_id: str
    actor: str
    force: bool = False
    seed: int = 0
    graph: Graph
    step_versions: Mapping[str, int]
    """Step name -> version."""
    code: Mapping[str, str]
    """Step name -> digest of its module and of the project modules it imports."""
    environment: str
    """Digest of the installed distributions."""
    sources: Mapping[str, Reference] = {}
    """What inputs from outside the graph stand for: the artifact of ``source:name`` by its name,
    of ``dataset:name@v3`` by the whole."""
    git_commit: str | None = None
    origins: Mapping[str, str] = {}
    """Dotted field -> where its value came from."""
    values: Mapping[str, Any] = {}
    """The resolved document, for people to read."""

    def node(self, name: str) -> Node:
        return self.graph.node(name)
