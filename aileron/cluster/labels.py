"""What the platform writes on its objects on a cluster, and by which it finds them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MANAGED: Final = {"app.kubernetes.io/managed-by": "aileron"}
PART_OF: Final = {"app.kubernetes.io/part-of": "aileron"}
INSTALLATION: Final = "aileron.io/installation"
"""Of the ledger: several installations may share a namespace."""
PART: Final = "aileron.io/part"
"""A server of the platform itself, such as its gateway."""
POOL: Final = "aileron.io/pool"
PROJECT: Final = "aileron.io/project"
LIFECYCLE: Final = "aileron.io/lifecycle"
NODE: Final = "aileron.io/node"
"""Of a pipeline, not of the cluster."""
KEY: Final = "aileron.io/key"
"""What a step's executions have in common: one of them is at work at a time."""
GANG: Final = "aileron.io/gang"
"""Of the other pods of an execution in several: the first one's name."""
SERVICE: Final = "aileron.io/service"
REVISION: Final = "aileron.io/revision"
IDENTITY: Final = "aileron.io/identity"
"""Of a revision, by its whole name: other labels' values may be less than a name."""
RUN: Final = "aileron.io/run"
"""An annotation: an id of a run is no label's value."""


def selector(wanted: Mapping[str, str], *there: str) -> str:
    """Of the objects that have these labels, and whatever value of the others."""
    return ",".join([*(f"{name}={value}" for name, value in wanted.items()), *there])
