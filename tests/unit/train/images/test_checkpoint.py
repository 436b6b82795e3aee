"""A checkpoint is whole or not there, and reading one never runs code."""

import os
from pathlib import Path

import pytest
import torch

from aileron.train.images.checkpoint import LAST, CheckpointFolder


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path, said: list[str]) -> CheckpointFolder:
    return CheckpointFolder(tmp_path / "checkpoint", said.append)


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "checkpoint").iterdir()}


def test_the_last_state_and_the_best_weights_are_kept(
    folder: CheckpointFolder, tmp_path: Path
) -> None:
    assert folder.load() is None
    for epoch, best in enumerate((0, 1, 1)):
        weights = {"w": torch.full((2,), float(epoch))} if best == epoch else None
        folder.save({"best_epoch": best, "epoch": epoch}, weights)
    state, kept = folder.load() or ({}, {})
    assert (state["epoch"], kept["w"].tolist()) == (2, [1.0, 1.0])
    assert names(tmp_path) == {LAST, "best-00001.pt"}


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 and then nothing"])
def test_a_broken_checkpoint_is_told_and_not_used(
    damage: bytes, folder: CheckpointFolder, tmp_path: Path, said: list[str]
) -> None:
    folder.save({"best_epoch": 0}, {"w": torch.zeros(1)})
    (tmp_path / "checkpoint" / LAST).write_bytes(damage)
    assert folder.load() is None
    assert "starts anew" in said[0]


class Harm:
    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, ("touch harmed",))


def test_code_in_a_checkpoint_is_not_run(
    folder: CheckpointFolder,
    tmp_path: Path,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    folder.save({"best_epoch": 0}, {"w": torch.zeros(1)})
    torch.save({"best_epoch": 0, "harm": Harm()}, tmp_path / "checkpoint" / LAST)
    assert folder.load() is None
    assert not Path("harmed").exists()
    assert "starts anew" in said[0]
