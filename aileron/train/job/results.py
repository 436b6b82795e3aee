"""What a job left: the files of ``./output`` as they are, and its figures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.store.manifest import is_safe
from aileron.train.job.files import files_below, shown

FORMAT_VERSION: Final = 1
FILES_FOLDER: Final = "files"
LISTING: Final = "files.json"
METRICS_FILE: Final = "metrics.json"


def keep_files(output: Path, folder: Path, log: Callable[[str], None]) -> None:
    """Move what lies in `output` to the FILES artifact in the new `folder`.

    Links, sockets and the like are left out: they mean something on this machine alone; of an
    `output` that is a link itself nothing is taken, since its files are somebody else's. Left
    out, too, is what has a name that the store does not take.
    """
    kept = folder / FILES_FOLDER
    kept.mkdir(parents=True)
    files: list[dict[str, Any]] = []
    left_out: list[str] = []
    if output.is_symlink():
        log("./output is a link, and what it leads to is not kept: write into the folder itself")
    for path in [] if output.is_symlink() else sorted(files_below(output)):
        place = path.relative_to(output)
        problem = _problem(path, place)
        if problem is not None:
            log(f"./output/{shown(place.as_posix())} {problem}, and is not kept")
            left_out.append(shown(place.as_posix()))
            continue
        files.append({"path": place.as_posix(), "size": path.stat().st_size})
        (kept / place).parent.mkdir(parents=True, exist_ok=True)
        path.rename(kept / place)
    total = sum(file["size"] for file in files)
    log(f"./output: {len(files):,} files, {total:,} bytes")
    _write(folder / LISTING, {"files": files, "left_out": left_out})


def _problem(path: Path, place: Path) -> str | None:
    """Why the store cannot have the file; None if it can."""
    if path.is_symlink() or not path.is_file():
        return "is a link or no file"
    return None if is_safe(place.as_posix()) else "has a name with characters that do not print"


def read_metrics(output: Path, log: Callable[[str], None]) -> dict[str, float]:
    """The numbers of ``./output/metrics.json``; what is none is left out, and said."""
    path = output / METRICS_FILE
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        log(f"./output/{METRICS_FILE} is no JSON and is not read: {error}")
        return {}
    if not isinstance(found, dict):
        log(f"./output/{METRICS_FILE} is not read: it is no JSON object of name: number")
        return {}
    metrics = {str(name): value for name, value in found.items() if _is_number(value)}
    others = ", ".join(sorted(str(name) for name in found if name not in metrics))
    if others:
        log(f"./output/{METRICS_FILE}: no finite numbers, left out: {others}")
    return {name: float(value) for name, value in metrics.items()}


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps({"format_version": FORMAT_VERSION, **document}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
