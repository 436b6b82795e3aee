"""Digests of steps' code, read anew only when a file or a folder of it has changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aileron.core.catalogue import step_target
from aileron.graph.keys import Code, read_code
from aileron.lifecycle.kept import keep, read_kept, stamps


def step_code(home: Path, steps: Iterable[str]) -> dict[str, str]:
    """Step name -> `aileron.graph.keys.code_digest` of its module.

    Following imports parses a hundred files. The answer is kept with the stamps of the files
    and of their folders: a new module that takes the place of a name changes its folder.
    """
    path = home / "cache" / "code.json"
    kept = read_kept(path) or {}
    now = {}
    for step in sorted(steps):
        module = step_target(step).partition(":")[0]
        known = kept.get(module)
        if known is None or stamps(file for file, _ in known["files"]) != known["files"]:
            known = _read(module)
        now[step] = known
    fresh = {step_target(step).partition(":")[0]: known for step, known in now.items()}
    if any(kept.get(module) != known for module, known in fresh.items()):
        keep(path, {**kept, **fresh})
    return {step: str(known["digest"]) for step, known in now.items()}


def _read(module: str) -> dict[str, object]:
    """What to keep; the stamps are taken first, so that a change meanwhile shows later."""
    before = _places(read_code(module))
    stamped = stamps(before)
    code = read_code(module)
    return {"digest": code.digest, "files": stamped if _places(code) == before else []}


def _places(code: Code) -> list[str]:
    return sorted({str(place) for file in code.files for place in (file, file.parent)})
