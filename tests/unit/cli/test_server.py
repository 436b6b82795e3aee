"""`aileron server`: the workspace that it makes, and waiting for what is not prepared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aileron.cli import server
from aileron.cli.init import TEMPLATE, copy
from aileron.cli.server import is_prepared, make_workspace, versions


def test_an_empty_folder_becomes_a_workspace_and_another_time_nothing_changes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "workspace"
    (folder / "lost+found").mkdir(parents=True)  # as a fresh volume has it
    assert make_workspace(folder, None) == [*TEMPLATE]
    assert {*TEMPLATE} < {path.name for path in folder.iterdir()}
    (folder / "airflow.cfg").write_text("mine")
    (folder / "bento/README.md").unlink()
    assert make_workspace(folder, None) == []
    assert (folder / "airflow.cfg").read_text() == "mine"
    assert not (folder / "bento/README.md").exists()


def test_files_are_added_once_and_a_mounted_config_map_is_read_as_its_files(tmp_path: Path) -> None:
    more = tmp_path / "add"
    pools = more / "configs/pools"
    hidden = pools / "..2026_11_22"
    hidden.mkdir(parents=True)
    (hidden / "cluster.yaml").write_text("kind: Pool")
    (pools / "cluster.yaml").symlink_to("..2026_11_22/cluster.yaml")
    folder = tmp_path / "workspace"
    assert make_workspace(folder, more) == [*TEMPLATE, "configs/pools/cluster.yaml"]
    made = folder / "configs/pools/cluster.yaml"
    assert made.read_text() == "kind: Pool"
    made.write_text("mine")
    assert make_workspace(folder, more) == []
    assert made.read_text() == "mine"


def test_a_copy_that_was_interrupted_is_made_whole_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_within(source: Path, target: Path) -> None:
        if source.name == "configs":
            target.mkdir()
            (target / "half").touch()
            raise OSError("the machine went down")
        copy(source, target)

    folder = tmp_path / "workspace"
    with monkeypatch.context() as patched:
        patched.setattr(server, "copy", ends_within)
        with pytest.raises(OSError, match="went down"):
            make_workspace(folder, None)
    assert not (folder / "configs").exists()
    made = make_workspace(folder, None)
    assert made == [*TEMPLATE[TEMPLATE.index("configs") :]]
    assert {path.name for path in folder.iterdir()} == {*TEMPLATE}
    assert not (folder / "configs/half").exists()


@pytest.mark.parametrize("change", [{}, {"aileron": "0.0.1"}])
def test_prepared_is_what_these_versions_prepared(tmp_path: Path, change: dict[str, str]) -> None:
    note = tmp_path / "prepared.json"
    assert not is_prepared(note)
    note.write_text(json.dumps(versions() | change))
    assert is_prepared(note) is (not change)


@pytest.mark.parametrize("text", ["", '{"aileron": "0.'])
def test_a_note_that_is_half_written_is_none(tmp_path: Path, text: str) -> None:
    note = tmp_path / "prepared.json"
    note.write_text(text)
    assert not is_prepared(note)
