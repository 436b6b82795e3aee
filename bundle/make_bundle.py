"""`make bundle`: one archive with all that an installation needs, for machines without a network.

It holds the project's files, its own wheel with the pages inside, the wheels of the lock for this
Python and this platform, and the documentation site; with `--labelling` also those of Label Studio,
which has an environment of its own. `install.py` installs it. The archive suits machines of the
same platform and the same minor version of Python, and no others.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
EXTRAS: Final = (
    "airflow", "stages", "images", "audio", "serving", "s3", "kubernetes", "embedded",
)  # fmt: skip
"""What runs the platform; tools for its development stay out."""
LABELLING_LOCK: Final = "docker/labelstudio.lock"
PAGES: Final = Path("aileron/api/pages")
FORMAT_VERSION: Final = 1
UV: Final = (sys.executable, "-m", "uv")


def main() -> None:
    """Write the archive and say where it is."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the archive")
    arguments.add_argument("--site", type=Path, default=ROOT / "dist/site", help="built docs site")
    arguments.add_argument(
        "--labelling", action="store_true", help="Label Studio too, as `make labelling` has it"
    )
    given = arguments.parse_args()
    for folder, command in ((ROOT / PAGES, "make ui"), (given.site, "make docs-site")):
        if not (folder / "index.html").is_file():
            sys.exit(f"{folder} is not built. Run `{command}` first.")
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.out) as work:
        name = bundle_name()
        folder = Path(work) / name
        copy_project(folder)
        shutil.copytree(given.site, folder / "site")
        collect_wheels(folder / "wheels", Path(work))
        if given.labelling:
            fetch(resolve(LABELLING_LOCK), folder / "wheels-labelling", Path(work))
        write_manifest(folder)
        archive = pack(folder, given.out / f"{name}.tar")
    sys.stdout.write(f"{archive} ({archive.stat().st_size / 1e6:.0f} MB)\n")


def bundle_name() -> str:
    """NAME-VERSION-PYTHON-PLATFORM, as wheels are named."""
    version = sys.version_info
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"aileron-{project_version()}-cp{version.major}{version.minor}-{platform}"


def project_version() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def copy_project(folder: Path) -> None:
    """The project's files as they are now (those that git does not ignore), and the pages."""
    listed = output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        copy_file(ROOT / name, folder / name)
    shutil.copytree(ROOT / PAGES, folder / PAGES, dirs_exist_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file or a link; a file that was deleted since git heard of it is left out."""
    if source.is_symlink() or source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def collect_wheels(wheels: Path, work: Path) -> None:
    """Wheels of everything that the extras need, each checked against its hash, and our own."""
    extras = [word for name in EXTRAS for word in ("--extra", name)]
    listing = resolve("pyproject.toml", *extras, "--constraint", "requirements.lock")
    fetch(listing, wheels, work)
    run(*UV, "build", "--quiet", "--wheel", "--out-dir", wheels)
    (wheels / ".gitignore").unlink(missing_ok=True)


def resolve(*wanted: str) -> str:
    """The exact requirements of what is wanted, for this Python and platform, with their hashes."""
    return output(
        *UV, "pip", "compile", "--quiet", *wanted, "--python", sys.executable,
        "--generate-hashes", "--no-header", "--no-annotate",
    )  # fmt: skip


def fetch(listing: str, wheels: Path, work: Path) -> None:
    """Wheels of exact requirements; what has none is built."""
    requirements, tools = work / "requirements.txt", work / "tools"
    requirements.write_text(listing, encoding="utf-8")
    run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", tools)
    pip = (tools / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--requirement", requirements, "--wheel-dir", wheels)


def write_manifest(folder: Path) -> None:
    """bundle.json: for what the bundle is, from what it was made, and its wheels' digests."""
    manifest: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "version": project_version(),
        "commit": output("git", "rev-parse", "HEAD").strip(),
        "changed_since_commit": bool(output("git", "status", "--porcelain").strip()),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "platform": sysconfig.get_platform(),
        "extras": EXTRAS,
        "wheels": digests(folder / "wheels"),
    }
    if (folder / "wheels-labelling").is_dir():
        manifest["labelling"] = digests(folder / "wheels-labelling")
    (folder / "bundle.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def digests(wheels: Path) -> dict[str, str]:
    return {wheel.name: digest(wheel) for wheel in sorted(wheels.iterdir())}


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(folder: Path, archive: Path) -> Path:
    """One tar without compression, for wheels are compressed; appears under its name when whole."""
    unfinished = archive.with_suffix(".part")
    with tarfile.open(unfinished, "w") as tar:
        tar.add(folder, arcname=folder.name, filter=ownerless)
    return unfinished.replace(archive)


def ownerless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def output(*words: str) -> str:
    """What a program prints; its own messages say what failed."""
    done = subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"`{' '.join(words)}` failed with exit code {done.returncode}.")
    return done.stdout


def run(*words: str | Path) -> None:
    """Run a program that may use the network; its own messages say what failed."""
    done = subprocess.run(as_text(words), cwd=ROOT, check=False, env=os.environ)
    if done.returncode:
        sys.exit(f"`{' '.join(as_text(words))}` failed with exit code {done.returncode}.")


def as_text(words: Iterable[str | Path]) -> list[str]:
    return [str(word) for word in words]


if __name__ == "__main__":
    main()
