"""``configs/connections.yaml`` for tests, in a workspace of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from aileron.core.secrets import LocalSecrets
from aileron.data.sources.connections import Connections, load_connections

LOOPBACK = ["127.0.0.0/8"]
QUICK = {"attempts": 4, "connect_seconds": 2, "silence_seconds": 5}


def write_connections(workspace: Path, **fields: Any) -> Path:
    """Write the file; `fields` are those of the document."""
    path = workspace / "configs" / "connections.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (workspace / "datasets").mkdir(exist_ok=True)
    limits = {**QUICK, **fields.pop("limits", {})}
    document = {"apiVersion": "aileron/v1", "kind": "Connections", "limits": limits, **fields}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def allowed(workspace: Path, environ: dict[str, str] | None = None, **fields: Any) -> Connections:
    """The connections of a workspace, whose secrets are in `environ`."""
    write_connections(workspace, **fields)
    return load_connections(workspace, LocalSecrets(workspace, environ or {}))
