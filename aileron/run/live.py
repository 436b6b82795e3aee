"""The log of a stage while it still runs: found by run and node among the execution folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

LABEL: Final = "node.json"


def label(folder: Path, run_id: str, node: str) -> None:
    """Say in an execution's folder which node of which run it is of."""
    (folder / LABEL).write_text(json.dumps({"run_id": run_id, "node": node}), encoding="utf-8")


def live_log(home: Path, run_id: str, node: str) -> Path | None:
    """The canonical log of a running execution on this machine, None if there is none."""
    wanted = {"run_id": run_id, "node": node}
    for path in (home / "run" / "work").glob(f"*/{LABEL}"):
        try:
            labelled = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # removed or written at this moment
            continue
        if labelled == wanted:
            return path.parent / "log" / "log.txt"
    return None
