"""Builds by a real builder: what they leave in its storage goes, however they end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plugins.own_images import Workshop, layer, made
from plugins.waiting import wait_until
from plugins.workspaces import Workspace

from aileron.container.builder import NAME, ProgramBuilder, environment
from aileron.container.layout import Layout
from aileron.core.errors import InvalidInput
from aileron.ledger import Ledger

MOST = 1 << 30
BUILD = """
import sys
from pathlib import Path
from aileron.container.builder import ProgramBuilder
from aileron.container.layout import Layout
here = Path(sys.argv[1])
(here / "work-of-one").mkdir()
dockerfile = "ARG BASE\\nFROM ${BASE}\\nRUN echo begun && sleep 600\\n"
say = lambda line: print(line, flush=True)
base = Layout(here / "base")
work = here / "work-of-one"
ProgramBuilder("buildah").build(dockerfile, base, here / "image", work, say, 1 << 30)
"""


@pytest.fixture
def base(tmp_path: Path) -> Layout:
    """An image with a shell."""
    if shutil.which("buildah") is None:
        pytest.skip("no builder: Debian's package buildah is not installed")
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("no shell for an image: Debian's package busybox-static is not installed")
    program = Path(busybox).read_bytes()
    files = {"bin/": "", "bin/sh": program, "bin/sleep": program, "tmp/": "", "proc/": ""}
    made(tmp_path / "base", layer(files), run={"Env": ["PATH=/bin"]})
    return Layout(tmp_path / "base")


def buildah(*words: str) -> list[str]:
    done = subprocess.run(
        ["buildah", *words], env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def ours() -> list[str]:
    listed = buildah("images", "--format", "{{.Name}}:{{.Tag}}")
    return [name for name in listed if name.startswith(NAME)]


def containers() -> int:
    return len(buildah("containers", "--quiet"))


def test_a_build_adds_to_its_base_and_leaves_nothing(base: Layout, tmp_path: Path) -> None:
    before, lines = (ours(), containers()), []
    work = tmp_path / "work"
    work.mkdir()
    image = ProgramBuilder("buildah").build(
        "ARG BASE\nFROM ${BASE}\nRUN echo made > /made\n",
        base, tmp_path / "image", work, lines.append, MOST,
    )  # fmt: skip
    assert len(image.layers) > len(base.image().layers)
    assert (ours(), containers()) == before


def test_a_build_that_fails_leaves_nothing(base: Layout, tmp_path: Path) -> None:
    before = (ours(), containers())
    (tmp_path / "work").mkdir()
    with pytest.raises(InvalidInput, match="The build failed"):
        ProgramBuilder("buildah").build(
            "ARG BASE\nFROM ${BASE}\nRUN exit 7\n",
            base, tmp_path / "image", tmp_path / "work", print, MOST,
        )  # fmt: skip
    assert (ours(), containers()) == before


def test_a_build_that_is_stopped_leaves_nothing(base: Layout, tmp_path: Path) -> None:
    before = (ours(), containers())
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD, str(tmp_path)],
            stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: "begun" in log.read_text().splitlines(), 60, "the build's first words")
        assert len(ours()) > len(before[0])
        os.killpg(process.pid, signal.SIGTERM)  # as runners do
        assert process.wait(30) == 128 + signal.SIGTERM
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert (ours(), containers()) == before


def test_what_a_killed_build_left_long_ago_is_removed_by_the_next(
    base: Layout, tmp_path: Path
) -> None:
    now = f"{time.time():.0f}"
    names = {f"{NAME}:1000-killed", f"{NAME}-base:1000-killed", f"{NAME}:{now}-at-work"}
    container = buildah("from", "scratch")[0]
    try:
        for name in names:
            buildah("commit", container, name)
    finally:
        buildah("rm", container)
    (tmp_path / "work").mkdir()
    try:
        with pytest.raises(InvalidInput):
            ProgramBuilder("buildah").build(
                "FROM scratch\nRUN no\n", None, tmp_path / "i", tmp_path / "work", print, MOST
            )
        assert names & set(ours()) == {f"{NAME}:{now}-at-work"}
    finally:
        for name in names & set(ours()):
            buildah("rmi", name)


def test_a_builder_sees_where_its_server_and_its_proxy_are(
    tmp_path: Path, ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = Workshop(Workspace(tmp_path / "workspace"), ledger_url, ledger)
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\necho "$1 $DOCKER_HOST $https_proxy-$SECRET"\n[ "$1" != build ]\n')
    docker.chmod(0o755)
    for name, value in {
        "PATH": f"{docker.parent}:{os.environ['PATH']}",
        "DOCKER_HOST": "unix:///run/other.sock",
        "https_proxy": "http://proxy.example:3128",
        "SECRET": "hush",
    }.items():
        monkeypatch.setenv(name, value)
    plan, _ = workshop.plan("mine", dockerfile="FROM scratch")
    with pytest.raises(
        InvalidInput, match=r"build unix:\S+other\.sock http://proxy\.example:3128-\n"
    ):
        workshop.execute(plan, "build")
    assert not [line for line in workshop.lines if "hush" in line]
