"""A package's environment is built once, whole, and never seen half-made."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from aileron.package.environment import is_complete, serving_environment

SCRIPT = (
    "import sys; from pathlib import Path;"
    "from aileron.package.environment import serving_environment;"
    "print(serving_environment(Path(sys.argv[1]), Path(sys.argv[2])))"
)


def pins(folder: Path, *names: str) -> Path:
    file = folder / "requirements.txt"
    file.write_text("".join(f"{name}=={version(name)}\n" for name in names))
    return file


def installed(python: Path) -> set[str]:
    script = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_it_has_exactly_what_is_pinned(tmp_path: Path) -> None:
    python = serving_environment(pins(tmp_path, "click", "h11"), tmp_path / "home")

    assert installed(python) == {"click", "h11"}


def test_parallel_processes_share_one_build(tmp_path: Path) -> None:
    file, home = pins(tmp_path, "click", "h11"), tmp_path / "home"

    def build(_: int) -> str:
        words = [sys.executable, "-c", SCRIPT, str(file), str(home)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(build, range(4)))

    assert len(found) == 1
    folders = [path for path in (home / "environments").iterdir() if path.is_dir()]
    assert len(folders) == 1
    assert is_complete(folders[0])


def test_other_pins_are_another_environment(tmp_path: Path) -> None:
    first = serving_environment(pins(tmp_path, "click"), tmp_path / "home")
    second = serving_environment(pins(tmp_path, "h11"), tmp_path / "home")

    assert first.parent.parent != second.parent.parent


def test_a_damaged_one_is_built_anew(tmp_path: Path) -> None:
    file = pins(tmp_path, "click", "h11")
    python = serving_environment(file, tmp_path / "home")
    folder = python.parent.parent
    shutil.rmtree(next(folder.glob("lib/python*/site-packages/h11-*.dist-info")))

    assert not is_complete(folder)
    assert serving_environment(file, tmp_path / "home") == python
    assert installed(python) == {"click", "h11"}
