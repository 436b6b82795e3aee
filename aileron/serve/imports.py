"""Which distributions a process really uses, to be compared with what is pinned."""

from __future__ import annotations

import json
import sys
import sysconfig
from importlib.metadata import PackagePath, distributions
from pathlib import Path


def write_report(file: Path, own: Path) -> None:
    """Write `imported` and `foreign` of this process to `file` as JSON."""
    report = {"imported": imported_distributions(), "foreign": foreign_modules(own)}
    file.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def imported_distributions() -> dict[str, str]:
    """Name -> version of each installed distribution that owns an imported file."""
    files = set(_module_files())
    found: dict[str, str] = {}
    for distribution in distributions():
        owned: list[PackagePath] = distribution.files or []
        if any(str(distribution.locate_file(path)) in files for path in owned):
            found[distribution.name] = distribution.version
    return found


def foreign_modules(own: Path) -> list[str]:
    """Imported files outside the environment, the standard library and the folder `own`."""
    paths = sysconfig.get_paths()
    allowed = [Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    allowed = [folder.resolve() for folder in (*allowed, own, Path(sys.base_prefix) / "lib")]
    resolved = sorted({str(Path(file).resolve()) for file in _module_files()})
    return [f for f in resolved if not any(Path(f).is_relative_to(a) for a in allowed)]


def _module_files() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return [file for file in files if isinstance(file, str)]
