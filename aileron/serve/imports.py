"""Which distributions a process really uses, to be compared with what is pinned."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterable
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
    paths = {name: Path(path) for name, path in sysconfig.get_paths().items()}
    standard = (paths["stdlib"], paths["platstdlib"], Path(sys.base_prefix) / "lib")
    allowed = [folder.resolve() for folder in (*standard, paths["purelib"], paths["platlib"], own)]
    # A file of the standard library counts by its name: Debian links sitecustomize.py to /etc.
    # torch makes modules in memory, whose files it names are not there.
    files = [Path(file).absolute() for file in _module_files() if Path(file).exists()]
    others = {file.resolve() for file in files if not _is_below(file, standard)}
    return sorted(str(file) for file in others if not _is_below(file, allowed))


def _is_below(file: Path, folders: Iterable[Path]) -> bool:
    return any(file.is_relative_to(folder) for folder in folders)


def _module_files() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return [file for file in files if isinstance(file, str)]
