"""A stranger's image is run where it sees nothing of the machine, and has no rights."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.nobody import NOBODY, run_python
from plugins.own_images import Workshop, layer, made
from plugins.workspaces import Workspace

from aileron.container import sandbox
from aileron.core.errors import Unavailable
from aileron.ledger import Ledger

IMAGES = """\
apiVersion: aileron/v1
kind: Images
registries: {team: {address: "127.0.0.1:9", tls: false}}
"""

RUN = """
import sys
from pathlib import Path
from aileron.container.layout import Layout
from aileron.container.sandbox import run_in_image
layout = Layout(Path(sys.argv[1]))
done = run_in_image(layout, layout.image(), sys.argv[3:], Path(sys.argv[2]), 1 << 30, 60.0)
print(done.stdout, done.stderr)
"""
ESCAPE = """
mkdir "/tmp/x"; chroot "/tmp/x"; chdir ".." for 1..40; chroot ".";
print "seen\n" if -e "MARKER" || -e ".MARKER" || -e "/etc/os-release" || -e "/..MARKER";
"""
STATUS = 'open F, "/proc/self/status"; while (<F>) { print if /^(Cap|NoNewPrivs|Uid)/ }'
MOUNTS = 'open F, "/proc/self/mountinfo"; while (<F>) { print((split)[4], "\n") }'
PROCESSES = 'opendir D, "/proc"; print "$_\n" for grep /^[0-9]+$/, readdir D;'
WRITES = 'open(F, ">/tmp/a") and open(F, ">/dev/null") and print "written\n";'


@pytest.fixture(params=[os.geteuid(), NOBODY] if os.geteuid() == 0 else [os.geteuid()])
def user(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, user: int) -> Iterator[Path]:
    """A folder of that user."""
    folder = Path("/var/tmp") / f"aileron-sandbox-test-{os.getpid()}-{user}"
    folder.mkdir()
    os.chown(folder, user, -1)
    yield folder
    shutil.rmtree(folder)


def image_of_perl(folder: Path) -> None:
    """An image with a program that can call what an attacker would."""
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("no perl, which every Debian has")
    listed = subprocess.run(["ldd", perl], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"(/\S+) \(0x", listed)
    files = {f"{path.lstrip('/')}": Path(path).read_bytes() for path in (perl, *needed)}
    made(folder, layer({"etc/": "", "marked": "", **files}), run={"Env": ["PATH=/usr/bin"]})


def run(user: int, place: Path, program: str) -> str:
    """What `program` says in the image, run by that user."""
    image_of_perl(place / "image")
    (place / "work").mkdir()
    os.chown(place / "work", user, -1)
    words = ("-c", RUN, str(place / "image"), str(place / "work"), "perl", "-e", program)
    said = run_python(user, *words)
    assert sandbox.READY in said
    return said.partition(sandbox.READY)[0]


def test_nobody_walks_out_of_the_image(user: int, place: Path) -> None:
    (place / "marker").write_text("the machine's")
    said = run(user, place, ESCAPE.replace("MARKER", str(place / "marker")) + 'print "tried\n";')
    assert said.split() == ["tried"]


def test_the_program_has_no_right_and_gets_none(user: int, place: Path) -> None:
    said = dict(line.split(":", 1) for line in run(user, place, STATUS).split("\n") if ":" in line)
    rights = {name: int(said[name], 16) for name in said if name.startswith("Cap")}
    assert set(rights) == {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}
    assert not any(rights.values())
    assert said["NoNewPrivs"].strip() == "1"
    assert said["Uid"].split()[0] == (str(sandbox.USER) if user == 0 else "0")


def test_nothing_of_the_machine_is_mounted_there(user: int, place: Path) -> None:
    assert set(run(user, place, MOUNTS).split()) == {"/", "/proc", *sandbox.DEVICES}


def test_it_sees_its_own_processes_and_writes_where_programs_do(user: int, place: Path) -> None:
    assert run(user, place, PROCESSES + WRITES).split() == ["1", "written"]


def test_what_the_image_was_laid_out_in_is_gone_afterwards(user: int, place: Path) -> None:
    run(user, place, "1")
    assert list((place / "work").iterdir()) == []


@pytest.fixture
def refusing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a container that may make no namespaces."""
    refusing = tmp_path / "refusing" / "unshare"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{refusing.parent}:{os.environ['PATH']}")
    sandbox._problem.cache_clear()
    yield
    sandbox._problem.cache_clear()


def test_it_is_known_beforehand_whether_images_can_be_run(
    monkeypatch: pytest.MonkeyPatch, refusing: None
) -> None:
    with pytest.raises(Unavailable, match="unshare failed: Operation not permitted"):
        sandbox.check_possible()
    monkeypatch.undo()
    sandbox.check_possible()


def test_where_images_cannot_be_checked_none_is_planned(
    tmp_path: Path, ledger: Ledger, ledger_url: str, refusing: None
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    workspace.write("configs/images.yaml", IMAGES)
    workshop = Workshop(workspace, ledger_url, ledger)
    with pytest.raises(Unavailable, match="so none is built"):  # not that the registry is away
        workshop.plan("mine", pull="127.0.0.1:9/trainer:1")
