"""A store on a shared volume serves users of one group, whatever their umasks."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from aileron.core.ports import ArtifactKind, Reference
from aileron.store import open_store

GROUP = 54_321
POD = """
import os, sys
from pathlib import Path
from aileron.core.ports import ArtifactKind, Reference
from aileron.store import open_store
store = open_store(sys.argv[1])
os.umask(0o077)
os.setgroups([])
os.setgid({group})
os.setuid({group})
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder of the group, on a path that everybody may walk."""
    with TemporaryDirectory(prefix="aileron-shared-") as folder:
        Path(folder).chmod(0o711)
        root = Path(folder, "store")
        root.mkdir()
        os.chown(root, -1, GROUP)
        root.chmod(0o2770)
        yield root


def as_pod(root: Path, code: str) -> str:
    """What the code prints as another user of the group, with a careful umask."""
    words = [sys.executable, "-c", POD.format(group=GROUP) + code, str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def careful() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careful")
def test_either_side_reads_and_removes_what_the_other_wrote(shared: Path, tmp_path: Path) -> None:
    store = open_store(str(shared))
    made = tmp_path / "made"
    made.mkdir()
    (made / "data.json").write_text("[1]")
    ours = store.put(ArtifactKind.SOURCE, made, given=True)
    store.write_object("executions/a/request.json", b"asked")
    theirs = as_pod(
        shared,
        f"""
ours = Reference.model_validate_json({ours.model_dump_json()!r})
assert store.read_json(ours, "data.json") == [1]
assert store.read_object("executions/a/request.json") == b"asked"
store.write_object("executions/a/request.json", b"again")
store.write_object("executions/a/log/1.txt", b"line")
print(store.put_json(ArtifactKind.REPORT, "report.json", [2]).model_dump_json())
""",
    )
    assert store.read_json(Reference.model_validate_json(theirs), "report.json") == [2]
    assert store.read_object("executions/a/request.json") == b"again"
    store.write_object("executions/b/x", b"")
    as_pod(shared, 'store.remove_objects("executions/")')
    assert store.object_keys("executions/") == []


@pytest.mark.usefixtures("careful")
def test_all_of_it_belongs_to_the_group_and_to_nobody_else(shared: Path) -> None:
    store = open_store(str(shared))
    store.put_json(ArtifactKind.REPORT, "report.json", [2])
    store.direct_folder("executions/checkpoints/p/k/")
    for path in shared.rglob("*"):
        facts = path.stat()
        wanted = 0o2770 if path.is_dir() else 0o440
        assert (facts.st_gid, stat.S_IMODE(facts.st_mode)) == (GROUP, wanted), path


@pytest.mark.usefixtures("careful")
def test_a_store_that_is_not_shared_stays_its_owners(tmp_path: Path) -> None:
    open_store(str(tmp_path / "own")).put_json(ArtifactKind.REPORT, "report.json", [2])
    for path in (tmp_path / "own").rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
