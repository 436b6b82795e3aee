"""Rar archives, read where something that reads them is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from plugins.picture_folders import Gallery, two_classes
from plugins.rar_files import block, rarred

from aileron.core.errors import InvalidInput
from aileron.data.trees import archive as archives
from aileron.data.trees.archive import open_archive
from aileron.data.trees.rar import PROGRAM, RarAsTar


@pytest.fixture
def installed() -> None:
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"{PROGRAM} is not installed (Debian: libarchive-tools)")


def refused(path: Path, work: Path) -> str:
    with pytest.raises(InvalidInput) as error:
        open_archive(path, work)
    return error.value.render("en")


@pytest.mark.usefixtures("installed")
def test_a_rar_of_pictures_is_a_dataset(gallery: Gallery, tmp_path: Path) -> None:
    files = {f"宠物/{name}": content for name, content in two_classes().items()}
    imported = gallery.ingest(rarred(tmp_path / "pets.rar", files))
    assert imported.contents == two_classes()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["../../evil.png", "/tmp/evil.png"])
def test_a_name_that_leads_out_refuses_the_archive(tmp_path: Path, name: str) -> None:
    assert "evil.png" in refused(rarred(tmp_path / "bad.rar", {name: b"x"}), tmp_path)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
def test_a_damaged_one_is_refused(tmp_path: Path, share: float) -> None:
    whole = rarred(tmp_path / "whole.rar", two_classes()).read_bytes()
    cut = tmp_path / "cut.rar"
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert "cannot be read" in refused(cut, tmp_path)


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (b"Rar!\x1a\x07\x00", b"\xc4\x3d\x7b\x00\x40\x07\x00", None),
        (b"Rar!\x1a\x07\x00", b"\xc4\x3d\x7b\x00\x40\x07", "ends too early"),
        (b"Rar!\x1a\x07\x01\x00", b"\x1d\x77\x56\x51\x03\x05\x04\x00", None),
        (b"Rar!\x1a\x07\x01\x00", b"\x1d\x77\x56\x51\x03\x05\x04\x01", "ends too early"),
        (b"Rar!\x1a\x07\x01\x00", block(b"\x05\x04\x01"), "join the volumes"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_the_block_at_the_end_is_looked_for(
    tmp_path: Path, start: bytes, end: bytes, fault: str | None
) -> None:
    path = tmp_path / "a.rar"
    path.write_bytes(start + bytes(300) + end)
    if fault is None:
        RarAsTar(path).close()
    else:
        with pytest.raises(EOFError, match=fault):
            RarAsTar(path)


@pytest.mark.usefixtures("installed")
def test_one_that_grows_too_much_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_BYTES", 1)
    monkeypatch.setattr(archives, "MOST_RATIO", 1)
    assert "unpacks to" in refused(rarred(tmp_path / "a.rar", {"a.png": b"x"}), tmp_path)


def test_without_the_program_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "libarchive-tools" in refused(rarred(tmp_path / "a.rar", {"a.png": b"x"}), tmp_path)
