"""Digests of steps' code, read anew only when a file or a folder of it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aileron.core.catalogue import step_target
from aileron.graph.keys import Code, CodeReader
from aileron.lifecycle.kept import keep, read_kept, stamps


def step_code(home: Path, steps: Iterable[str]) -> dict[str, str]:
    """Step name -> `aileron.graph.keys.code_digest` of its module.

    Following imports parses a hundred files. The answer is kept with the stamps of the files
    and of their folders: a new module that takes the place of a name changes its folder.
    """
    path = home / "cache" / "code.json"
    kept = read_kept(path) or {}
    modules = {step: step_target(step).partition(":")[0] for step in sorted(steps)}
    known = {module: kept[module] for module in modules.values() if module in kept}
    changed = {*modules.values()} - {m for m, one in known.items() if _is_current(one)}
    if changed:
        known |= _read(sorted(changed))
        keep(path, {**kept, **known})
    return {step: str(known[module]["digest"]) for step, module in modules.items()}


def _is_current(known: Mapping[str, Any]) -> bool:
    files = known["files"]
    return files is not None and stamps(file for file, _ in files) == files


def _read(modules: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What to keep; the stamps are taken first, so that a change meanwhile shows later.

    None for the stamps of what imports other files than a moment ago: it is read again next time.
    """
    before = _read_all(modules)
    stamped = {module: stamps(_places(code)) for module, code in before.items()}
    return {
        module: {
            "digest": code.digest,
            "files": stamped[module] if _places(code) == _places(before[module]) else None,
        }
        for module, code in _read_all(modules).items()
    }


def _read_all(modules: Iterable[str]) -> dict[str, Code]:
    reader = CodeReader()
    return {module: reader.read(module) for module in modules}


def _places(code: Code) -> list[str]:
    return sorted({str(place) for file in code.files for place in (file, file.parent)})
