"""Builds from a Dockerfile, by a program that can: docker, podman or buildah.

Such a build runs what its author wrote, as the image's root, with the network. It gets no
variable of this process but the system's own and the proxies', no secret and no folder of this
machine: the context is empty. What it leaves in the program's storage goes, when it is stopped too.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from aileron.container.archive import read_archive, write_archive
from aileron.container.layout import Image, Layout
from aileron.container.packages import LAST_LINES, Log, run_logged
from aileron.container.settings import PROXIES
from aileron.core.errors import InvalidInput, StepFailed, Unavailable

NAME: Final = "localhost/aileron-build"
OLD_SECONDS: Final = 24 * 3600.0
"""What a build left so long ago is nobody's: that one was killed."""
BUILDER_VARIABLES: Final = ("XDG_RUNTIME_DIR", "DOCKER_HOST", "CONTAINER_HOST")
"""By which the programs find their servers."""
INHERITED: Final = ("PATH", "HOME", "LANG", "TMPDIR", *BUILDER_VARIABLES, *PROXIES)
_OURS: Final = re.compile(rf"{NAME}(?:-base)?:(\d+)-.*")
APT: Final = """\
ARG BASE
FROM ${{BASE}}
USER 0:0
RUN apt-get update \\
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages} \\
    && rm -rf /var/lib/apt/lists/*
USER {user}
"""


class Builder(ABC):
    """Makes an image of a Dockerfile."""

    @abstractmethod
    def build(
        self, dockerfile: str, base: Layout | None, folder: Path, work: Path, log: Log, most: int
    ) -> Image:
        """Write the image as the new layout `folder`.

        Args:
            base: an image that the Dockerfile knows as the argument ``BASE``.
            work: an empty folder for what is needed meanwhile.
            log: told each line as it comes.
            most: bytes that the image may have.

        Raises:
            InvalidInput: the build failed; with its last lines. Or the image is too large.
            StepFailed: what was built cannot be taken over.
        """


class ProgramBuilder(Builder):
    """docker, podman or buildah by their command lines, which agree in what is used here.

    Args:
        program: its name on PATH.
    """

    def __init__(self, program: str) -> None:
        self.program = program

    def build(
        self, dockerfile: str, base: Layout | None, folder: Path, work: Path, log: Log, most: int
    ) -> Image:
        context = work / "context"
        context.mkdir()
        file = work / "Dockerfile"
        file.write_text(dockerfile, encoding="utf-8")
        label = f"{time.time():.0f}-{work.name}".lower()
        tag, loaded = f"{NAME}:{label}", f"{NAME}-base:{label}"
        self._forget(list(self._old()))
        with _unwinding():
            try:
                if base is not None:
                    self._load(base, loaded, work, log)
                self._build(file, context, tag, loaded if base is not None else None, log)
                tar = self._save(tag, work, log)
                return read_archive(tar, folder, most)
            finally:
                self._forget([tag, loaded] if base is not None else [tag])

    def _build(self, file: Path, context: Path, tag: str, base: str | None, log: Log) -> None:
        words = [self.program, "build", "--file", str(file), "--tag", tag]
        if self.program == "buildah":
            words += ["--isolation", "chroot", "--format", "oci"]
        if base is not None:
            words += ["--build-arg", f"BASE={base}"]
        said = run_logged([*words, str(context)], log, env=environment())
        if said.code:
            problem = "\n".join(said.lines[-LAST_LINES:])
            raise InvalidInput("container.build_failed", problem=problem)

    def _load(self, base: Layout, name: str, work: Path, log: Log) -> None:
        """Give the builder the base, as `name`."""
        tar = work / "base.tar"
        with tar.open("wb") as file:
            write_archive(base, name, file)
        if self.program == "buildah":
            found = self._answer(["pull", "--quiet", f"oci-archive:{tar}"])
            self._answer(["tag", found[-1], name])
        else:
            self._answer(["load", "--input", str(tar)])
        tar.unlink()
        log(f"{self.program} has the base image as the argument BASE.")

    def _save(self, tag: str, work: Path, log: Log) -> Path:
        tar = work / "built.tar"
        if self.program == "buildah":
            self._answer(["push", "--quiet", tag, f"oci-archive:{tar}"])
        else:
            self._answer(["save", "--output", str(tar), tag])
        log(f"{tar.stat().st_size:,} bytes were built.")
        return tar

    def _forget(self, names: list[str]) -> None:
        """What this build left in the builder's own storage goes; others' images stay."""
        for name in names:
            words = [self.program, "rmi", "--force", name]  # with containers that a stop left
            subprocess.run(words, env=environment(), capture_output=True, check=False)

    def _old(self) -> Iterator[str]:
        """Names of what builds left that had no time to remove it."""
        field = ".Name" if self.program == "buildah" else ".Repository"
        listed = self._answer(["images", "--format", f"{{{{{field}}}}}:{{{{.Tag}}}}"])
        for name in listed:
            match = _OURS.fullmatch(name.strip())
            if match and float(match[1]) < time.time() - OLD_SECONDS:
                yield name.strip()

    def _answer(self, words: list[str]) -> list[str]:
        """The lines that the program says."""
        done = subprocess.run(
            [self.program, *words], env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StepFailed(
                "container.builder_failed", program=self.program, problem=done.stderr.strip()
            )
        return done.stdout.strip().splitlines()


@contextmanager
def _unwinding() -> Iterator[None]:
    """Let SIGTERM, by which a build is stopped, end this process in order: `finally` is run."""

    def end(number: int, _: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left to do is short
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def environment() -> dict[str, str]:
    """All that a builder sees of this process's variables."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "BUILDAH_ISOLATION": "chroot"
    }


def find_builder(works: Callable[[str], bool] | None = None) -> Builder:
    """The first of docker, podman and buildah that works here.

    Raises:
        Unavailable: none does; says what to install.
    """
    works = works or _works
    for program in ("docker", "podman", "buildah"):
        if works(program):
            return ProgramBuilder(program)
    raise Unavailable("container.no_builder")


def apt_dockerfile(packages: tuple[str, ...], image: Image) -> str:
    """What adds Debian packages to a base: the user stays as it was."""
    user = str(image.run.get("User") or "0:0")
    return APT.format(packages=" ".join(packages), user=user)


@cache
def _works(program: str) -> bool:
    """docker may be there without its server."""
    if shutil.which(program) is None:
        return False
    done = subprocess.run(
        [program, "info"], env=environment(), capture_output=True, check=False, timeout=60
    )
    return done.returncode == 0
