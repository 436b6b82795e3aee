"""Dataset versions on real Git and DVC: what is made, what parallel writers do, what breaks."""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plugins.datasets import CARS, CARS_CONFIG, Workbench

from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Unavailable
from aileron.core.settings import SILENT
from aileron.data import read_card
from aileron.data.version_files import DatasetVersion
from aileron.data.versions import Versions

DVC = Path(sys.executable).with_name("dvc")
WRITER = """
import sys
from pathlib import Path
from aileron.data.versions import Versions
repository, remote, *folders = sys.argv[1:]
for folder in folders:
    print(Versions(Path(repository), remote).publish(Path(folder), "default", "writer").tag)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def versions(home: Path) -> Versions:
    return Versions(home / "data.git", str(home / "dvc-remote"))


def cars(workbench: Workbench, speed: int = 100) -> Path:
    """The cars, the first with another speed: another content."""
    return workbench.ingest(CARS.replace("100", str(speed)))


def git(home: Path, *arguments: str) -> str:
    command = ["git", f"--git-dir={home / 'data.git'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def tags(home: Path) -> list[str]:
    return git(home, "tag", "--list").splitlines()


def same(one: Path, other: Path) -> bool:
    names = [str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()]
    found = [str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()]
    return sorted(names) == sorted(found) and filecmp.cmpfiles(one, other, names, False)[0] == names


def objects(versions: Versions) -> Iterator[Path]:
    return (path for path in Path(versions.remote.url).rglob("*") if path.is_file())


def dvc_get(url: str, version: DatasetVersion, target: Path, **env: str) -> None:
    """What a user types, in a folder that knows nothing of the workspace."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [DVC, "get", url, version.path, "--rev", version.tag, "-o", target.name],
        cwd=target.parent,
        check=True,
        env={**os.environ, **SILENT, **env},
    )


def test_the_first_version_is_a_tag_with_card_and_dvc_file(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    folder = cars(workbench)
    version = versions.publish(folder, "default", "王 <w>", "default/cars/1")
    assert (version.tag, version.version) == ("default/cars@v1", 1)
    assert version.card == read_card(folder)
    assert (version.actor, version.run_id) == ("王 w", "default/cars/1")
    listed = git(home, "ls-tree", "-r", "--name-only", "default/cars@v1").splitlines()
    assert listed == [
        ".dvc/.gitignore",
        ".dvc/config",
        "default/cars/.gitignore",
        "default/cars/card.json",
        "default/cars/data.dvc",
    ]
    git(home, "fsck", "--strict")


def test_equal_content_makes_no_version_and_other_content_does(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    first = versions.publish(cars(workbench), "default", "me")
    assert versions.publish(cars(workbench), "default", "you") == first
    assert versions.publish(cars(workbench, 101), "default", "me").version == 2
    assert versions.publish(cars(workbench), "default", "me").version == 3
    assert [v.version for v in versions.list("default", "cars")] == [3, 2, 1]
    assert len(tags(home)) == 3


def test_projects_and_datasets_count_their_own_versions(
    workbench: Workbench, versions: Versions
) -> None:
    other = workbench.ingest(CARS, CARS_CONFIG | {"name": "cars2"})
    versions.publish(cars(workbench), "default", "me")
    versions.publish(other, "default", "me")
    versions.publish(other, "research", "me")
    assert [v.tag for v in versions.list("default")] == ["default/cars@v1", "default/cars2@v1"]
    assert [v.tag for v in versions.list("research")] == ["research/cars2@v1"]
    assert versions.list("nobody") == []


def test_stock_dvc_get_restores_every_version(
    workbench: Workbench, versions: Versions, home: Path, tmp_path: Path
) -> None:
    folders = [cars(workbench), cars(workbench, 101)]
    made = [versions.publish(folder, "default", "me") for folder in folders]
    for folder, version in zip(folders, made, strict=True):
        target = tmp_path / "foreign" / version.tag.replace("/", "-")
        dvc_get(str(home / "data.git"), version, target)
        assert same(folder, target)


def test_stock_dvc_get_works_on_a_clone(
    workbench: Workbench, versions: Versions, home: Path, tmp_path: Path
) -> None:
    folder = cars(workbench)
    version = versions.publish(folder, "default", "me")
    dvc_get(f"file://{home / 'data.git'}", version, tmp_path / "foreign" / "data")
    assert same(folder, tmp_path / "foreign" / "data")


def test_stock_dvc_get_works_after_the_home_was_moved(
    workbench: Workbench, versions: Versions, home: Path, tmp_path: Path
) -> None:
    folder = cars(workbench)
    version = versions.publish(folder, "default", "me")
    moved = home.rename(tmp_path / "elsewhere")
    dvc_get(str(moved / "data.git"), version, tmp_path / "foreign" / "data")
    assert same(folder, tmp_path / "foreign" / "data")


def test_get_restores_a_version_and_refuses_what_exists(
    workbench: Workbench, versions: Versions, tmp_path: Path
) -> None:
    folder = cars(workbench)
    versions.publish(folder, "default", "me")
    versions.publish(cars(workbench, 101), "default", "me")
    assert versions.get("default", "cars", 1, tmp_path / "a" / "b").version == 1
    assert same(folder, tmp_path / "a" / "b")
    with pytest.raises(InvalidInput, match="something at this path"):
        versions.get("default", "cars", 1, tmp_path / "a")


def test_an_unknown_version_is_answered_with_those_there_are(
    workbench: Workbench, versions: Versions
) -> None:
    with pytest.raises(NotFound, match=r"no dataset version default/cars; there are: -"):
        versions.show("default", "cars")
    versions.publish(cars(workbench), "default", "me")
    with pytest.raises(NotFound, match=r"no dataset version default/cars@v7; there are: v1"):
        versions.show("default", "cars", 7)


def test_parallel_writers_of_different_content_all_get_a_version_of_their_own(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    folders = [cars(workbench, 200 + i) for i in range(8)]
    made = write_in_parallel(home, [[folder] for folder in folders])
    assert sorted(made) == sorted(f"default/cars@v{i}" for i in range(1, 9))
    found = {v.digest for v in versions.list("default", "cars")}
    assert found == {read_card(folder).digest for folder in folders}
    history = git(home, "log", "--format=%s", "main").splitlines()
    assert history == [f"default/cars@v{i}" for i in range(8, 0, -1)]
    assert all(not versions.check("default", "cars", i) for i in range(1, 9))


def test_parallel_writers_of_the_same_content_make_one_version(
    workbench: Workbench, home: Path
) -> None:
    folder = cars(workbench)
    assert write_in_parallel(home, [[folder]] * 8) == ["default/cars@v1"] * 8
    assert tags(home) == ["default/cars@v1"]


def write_in_parallel(home: Path, folders: list[list[Path]]) -> list[str]:
    """The tags that as many processes as lists of folders print."""

    def write(mine: list[Path]) -> list[str]:
        command = [sys.executable, "-c", WRITER, home / "data.git", home / "dvc-remote", *mine]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    with ThreadPoolExecutor(len(folders)) as pool:
        return [tag for tags in pool.map(write, folders) for tag in tags]


def test_undo_takes_the_latest_version_back_once(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    first = versions.publish(cars(workbench), "default", "me")
    second = versions.publish(cars(workbench, 101), "default", "me")
    with pytest.raises(Conflict, match="v2 stands on it"):
        versions.undo(first)
    versions.undo(second)
    versions.undo(second)
    assert tags(home) == ["default/cars@v1"]
    assert git(home, "rev-parse", "main:default") == git(home, "rev-parse", f"{first.tag}:default")
    versions.undo(first)
    assert git(home, "ls-tree", "-r", "--name-only", "main:").startswith(".dvc/")
    assert versions.list("default") == []


def test_the_number_of_a_version_that_was_taken_back_is_not_given_again(
    workbench: Workbench, versions: Versions
) -> None:
    versions.undo(versions.publish(cars(workbench), "default", "me"))
    assert versions.publish(cars(workbench, 101), "default", "me").tag == "default/cars@v2"


def test_a_missing_object_is_named(workbench: Workbench, versions: Versions) -> None:
    versions.publish(cars(workbench), "default", "me")
    assert versions.check("default", "cars", 1) == []
    for path in list(objects(versions)):
        content = path.read_bytes()
        path.unlink()
        (broken,) = versions.check("default", "cars", 1)
        assert broken.message_id == "data.object_missing"
        assert path.parent.name + path.name in str(broken)
        path.write_bytes(content)
    assert versions.check("default", "cars", 1) == []


def test_a_corrupt_object_is_named_and_never_restored(
    workbench: Workbench, versions: Versions, tmp_path: Path
) -> None:
    versions.publish(cars(workbench), "default", "me")
    for path in list(objects(versions)):
        content = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(content[:-1] + b"!")
        (broken,) = versions.check("default", "cars", 1)
        assert broken.message_id == "data.object_corrupt"
        with pytest.raises(AileronError):
            versions.get("default", "cars", 1, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
        path.write_bytes(content)


def test_a_missing_tag_and_another_digest_are_named(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    version = versions.publish(cars(workbench), "default", "me")
    (broken,) = versions.check("default", "cars", 1, "0" * 64)
    assert broken.message_id == "data.tag_digest"
    git(home, "tag", "-d", version.tag)
    (broken,) = versions.check("default", "cars", 1)
    assert broken.message_id == "data.unknown_version"


def test_a_remote_that_cannot_be_written_leaves_no_tag(
    workbench: Workbench, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    versions = Versions(home / "data.git", str(tmp_path / "file" / "remote"))
    with pytest.raises(Unavailable, match="remote does not work"):
        versions.publish(cars(workbench), "default", "me")
    assert tags(home) == []


def test_a_remote_that_fills_up_leaves_no_tag_and_the_next_try_succeeds(
    workbench: Workbench, versions: Versions, home: Path
) -> None:
    folder = cars(workbench)
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (900, 900))\n"
    command = [sys.executable, "-c", limit + WRITER, home / "data.git", home / "dvc-remote", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "remote does not work: File too large" in done.stderr
    assert tags(home) == []
    assert versions.publish(folder, "default", "me").version == 1
    assert versions.check("default", "cars", 1) == []


def test_a_writer_gives_up_on_a_locked_repository_with_a_sentence(
    workbench: Workbench, versions: Versions, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions.publish(cars(workbench), "default", "me")
    (home / "data.git/refs/heads/main.lock").touch()
    monkeypatch.setattr("aileron.data.versions.PATIENCE", 0.3)
    with pytest.raises(Unavailable, match=r"main\.lock"):
        versions.publish(cars(workbench, 101), "default", "me")
    (home / "data.git/refs/heads/main.lock").unlink()
    assert versions.publish(cars(workbench, 101), "default", "me").version == 2
