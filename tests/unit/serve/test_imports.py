"""What a package really imports: from itself, its environment and the standard library alone."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from aileron.serve.imports import foreign_modules


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The standard library, as far as the process knows."""
    folder = tmp_path / "lib" / "python3"
    folder.mkdir(parents=True)
    paths = {**sysconfig.get_paths(), "stdlib": str(folder), "platstdlib": str(folder)}
    monkeypatch.setattr(sysconfig, "get_paths", lambda: paths)
    return folder


def imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the module at `path` had been imported."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, f"pretended_{path.stem}", module)


def test_the_configuration_that_debian_links_into_the_library_is_not_foreign(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    target = tmp_path / "etc" / "sitecustomize.py"
    target.touch()
    (library / "sitecustomize.py").symlink_to(target)
    imported(library / "sitecustomize.py", monkeypatch)
    assert str(target) not in foreign_modules(tmp_path / "own")


def test_a_link_out_of_the_package_is_foreign(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "inside.py").touch()
    (tmp_path / "outside.py").touch()
    (own / "linked.py").symlink_to(tmp_path / "outside.py")
    imported(own / "inside.py", monkeypatch)
    imported(own / "linked.py", monkeypatch)
    found = foreign_modules(own)
    assert str(tmp_path / "outside.py") in found
    assert str(own / "inside.py") not in found
