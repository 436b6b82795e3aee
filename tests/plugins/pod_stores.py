"""A folder as artifact store that this machine shares with pods of its node."""

from __future__ import annotations

import os
from pathlib import Path

GROUP = 1000
"""Of pods, as pools have it by default."""


def share(folder: Path) -> Path:
    """Make `folder`, empty, one that pods may write to."""
    folder.mkdir(parents=True)
    os.chown(folder, -1, GROUP)
    folder.chmod(0o2770)
    return folder


def pool_document(
    name: str, namespace: str, image: str, store: Path, context: str | None = None
) -> str:
    """The YAML of a pool whose pods see the store at the same path."""
    return f"""\
apiVersion: aileron/v1
kind: Pool
name: {name}
{f"context: {context}" if context else ""}
namespace: {namespace}
images: {{trainer: "{image}"}}
sizes:
  small: {{cpu: 0.4, memory_mb: 1024}}
  large: {{cpu: 0.8, memory_mb: 2048}}
default_size: small
store: {{volume: {{mount: {store}, host_path: {store}}}}}
"""
