"""Packages of an index as one layer upon an image: no daemon, no root, nothing of theirs is run.

uv chooses wheels that fit the image's Python, beside the distributions that the image has, which
stay as they are: what would change one is refused. So a build cannot break the platform's part,
and the same wheels are the same layer.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.container import layout as oci
from aileron.container.contents import Contents, Environment, contents, opened, python_of
from aileron.container.layout import Blob, Image, Layout
from aileron.container.recipe import PipList
from aileron.core.errors import InvalidInput, StepFailed

ARCHITECTURE: Final = "x86_64-manylinux_2_28"
BESIDE: Final = ("bin", "etc", "include", "share")
"""Folders of a wheel's data that belong into the environment, not among its modules."""
ADDED: Final = "ai.aileron.pip"
"""Label of an image: the distributions that its last build was asked for."""
_INFO: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.\-]*)-(?P<version>[\w.!+]+)\.dist-info", re.ASCII
)
LAST_LINES: Final = 30
STOP_SECONDS: Final = 10.0
"""Between SIGTERM and SIGKILL for a program that is to end."""
Log = Callable[[str], None]


@dataclass(frozen=True)
class Indexes:
    """Where packages come from."""

    index: str | None = None
    extra: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """As uv is told."""
        main = ["--default-index", self.index] if self.index else []
        more = [word for url in self.extra for word in ("--index", url)]
        return [*main, *more, *(word for place in self.wheels for word in ("--find-links", place))]


def add_packages(
    base: Layout, target: Layout, wanted: PipList, indexes: Indexes, work: Path, log: Log
) -> Image:
    """Write the image of `base` with the packages as one more layer into `target`.

    Raises:
        InvalidInput: a package is not to be had, has no wheel for the image's Python, or wants
            another version of something that the image holds; with uv's words.
    """
    image = base.image()
    found = contents(base, image)
    python = python_of(image, found)
    site = work / "site"
    had = dict(_had(base, image, found, python, site))
    log(f"The image has Python {python.version} in /{python.prefix} and {len(had)} distributions.")
    _install(site, wanted, indexes, python, had, work, log)
    layer = target.take(oci.LAYER, _packed(site, had, python, work / "layer.tar"))
    for blob in image.layers:
        base.copy(blob, target)
    return target.add(_settings(image, layer, wanted), (*image.layers, layer))


def added_names(image: Image) -> tuple[str, ...]:
    """The distributions that the image's builds were asked for."""
    labels = image.run.get("Labels") or {}
    return tuple(str(labels.get(ADDED, "")).split())


def _had(
    base: Layout, image: Image, found: Contents, python: Environment, site: Path
) -> Iterator[tuple[str, str]]:
    """Folder -> requirement, of each distribution of the image; its metadata go into `site`."""
    start = f"{python.site}/"
    infos = {}
    for path in found.below(python.site):
        match = _INFO.match(path.removeprefix(start))
        if match:
            infos[match[0]] = f"{match['name']}=={match['version']}"
    site.mkdir()
    for number, layer in enumerate(image.layers):
        with opened(base, layer) as archive:
            for member in archive:
                path = member.name.lstrip("./")
                parts = path.removeprefix(start).split("/")
                ours = path.startswith(start) and found.paths.get(path) == number
                if ours and len(parts) == 2 and parts[0] in infos and member.isreg():
                    file = archive.extractfile(member)
                    assert file is not None  # noqa: S101 - a regular file
                    place = site / parts[0] / parts[1]
                    place.parent.mkdir(exist_ok=True)
                    place.write_bytes(file.read())
    yield from infos.items()


def _install(
    site: Path,
    wanted: PipList,
    indexes: Indexes,
    python: Environment,
    had: dict[str, str],
    work: Path,
    log: Log,
) -> None:
    from uv import find_uv_bin

    pins, listed = work / "pins.txt", work / "wanted.txt"
    pins.write_text("\n".join(sorted(had.values())) + "\n", encoding="utf-8")
    listed.write_text("\n".join(wanted.requirements) + "\n", encoding="utf-8")
    if wanted.index:
        indexes = Indexes(wanted.index, indexes.extra, indexes.wheels)
    words = [
        *(find_uv_bin(), "--no-config", "--no-progress", "--color", "never"),
        *("pip", "install", "--target", str(site), "--no-build", "--link-mode", "copy"),
        *("--python-version", python.version, "--python-platform", ARCHITECTURE),
        *("--constraint", str(pins), "--requirement", str(listed), *indexes.words),
    ]
    said = run_logged(words, log, hidden=(str(work), "/"))
    if said.code:
        text = "\n".join(said.lines[-LAST_LINES:]).replace(f"{work}/", "")
        raise InvalidInput("container.packages_refused", problem=text)


def _packed(site: Path, had: dict[str, str], python: Environment, tar: Path) -> Path:
    """A layer of what is new in `site`, the same for the same files."""
    for info in had:
        shutil.rmtree(site / info, ignore_errors=True)
    for name in (".lock", "__pycache__"):
        _remove(site / name)
    _correct_programs(site / "bin", python)
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(site.rglob("*")):
            inside = path.relative_to(site)
            root = python.prefix if inside.parts[0] in BESIDE else python.site
            archive.add(path, f"{root}/{inside.as_posix()}", recursive=False, filter=_plain)
    return tar


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Root's, readable for all, of no time."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member


def _correct_programs(folder: Path, python: Environment) -> None:
    """Let console scripts name the image's Python, not the one that installed them."""
    for path in sorted(folder.glob("*")):
        head = path.read_bytes().split(b"\n", 3)
        if head[0].startswith(b"#!") and head[0].rpartition(b"/")[2].startswith(b"python"):
            body = head[1:]
        elif len(head) > 3 and head[1].startswith(b"'''exec'"):
            body = head[3:]  # the path was too long for one line, so a shell finds it
        else:
            continue
        path.write_bytes(b"\n".join([f"#!/{python.prefix}/bin/python".encode(), *body]))


def _settings(image: Image, layer: Blob, wanted: PipList) -> dict[str, object]:
    """The config of the image with one more layer, whose tar is not packed."""
    names = dict.fromkeys((*added_names(image), *wanted.names))
    run = {**image.run, "Labels": {**(image.run.get("Labels") or {}), ADDED: " ".join(names)}}
    rootfs = image.settings["rootfs"]
    history = [
        *(image.settings.get("history") or ()),
        {"created_by": f"aileron: pip {' '.join(wanted.requirements)}"},
    ]
    return {
        **image.settings,
        "config": run,
        "rootfs": {**rootfs, "diff_ids": [*rootfs["diff_ids"], layer.digest]},
        "history": history,
    }


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


@dataclass(frozen=True)
class Said:
    """How a program ended, and its last lines."""

    code: int
    lines: Sequence[str]


def run_logged(
    words: Sequence[str],
    log: Log,
    *,
    hidden: tuple[str, str] = ("\0", ""),
    env: dict[str, str] | None = None,
) -> Said:
    """Run a program; each line that it says goes to `log` as it comes.

    Args:
        hidden: a text that is replaced in what it says.
        env: all of its variables; default: this process's own.
    """
    lines: list[str] = []
    try:
        with subprocess.Popen(
            list(words),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            try:
                for line in process.stdout:
                    text = line.rstrip("\n").replace(*hidden)
                    log(text)
                    lines.append(text)
                    del lines[:-200]
            except BaseException:  # we are to end: so is it
                _end(process)
                raise
    except FileNotFoundError:
        raise StepFailed("container.no_program", program=words[0]) from None
    return Said(process.returncode, lines)
