"""Whether what is installed is still what a plan was made with, told in a millisecond.

Digesting the installed distributions takes a tenth of a second, so it is kept in the state
directory with the time stamps of the folders on the import path.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from aileron.core.digest import digest_json
from aileron.graph.keys import environment_digest


def installed_digest(home: Path) -> str:
    """`aileron.graph.keys.environment_digest`, computed anew when an import folder changed."""
    stamp = _stamp()
    path = home / "run" / "environment.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    if kept.get("stamp") == stamp:
        return str(kept["digest"])
    digest = environment_digest()
    if _stamp() == stamp:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps({"stamp": stamp, "digest": digest}), encoding="utf-8")
        part.replace(path)
    return digest


def _stamp() -> str:
    folders = [Path(path or ".") for path in sys.path]
    return digest_json([[str(f), f.stat().st_mtime_ns] for f in folders if f.is_dir()])
