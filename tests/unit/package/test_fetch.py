"""What the init container of a service's pod does before anything is served."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from aileron.core.ports import ArtifactKind, Reference
from aileron.package.fetch import FAILED, main
from aileron.store import Store, open_store
from aileron.store.store import blob_key

WEIGHTS = b"weights"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def package(store: Store, tmp_path: Path) -> Reference:
    """A package that pins what is here."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "requirements.txt").write_text(f"click=={version('click')}\n")
    (folder / "model.bin").write_bytes(WEIGHTS)
    return store.put(ArtifactKind.PACKAGE, folder)


def fetched(store: Store, package: Reference, target: Path) -> int:
    return main([store.root, package.model_dump_json(), str(target)])


def test_a_package_is_laid_out_once(store: Store, package: Reference, tmp_path: Path) -> None:
    assert fetched(store, package, tmp_path / "files") == 0
    assert (tmp_path / "files" / "model.bin").read_bytes() == WEIGHTS
    assert fetched(store, package, tmp_path / "files") == 0  # as a restarted container does


def test_a_package_of_other_bytes_is_refused(
    store: Store, package: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = store.manifest(package).entry("model.bin")
    assert entry is not None
    blob = Path(store.root, blob_key(entry.digest))
    blob.unlink()
    blob.write_bytes(WEIGHTS[::-1])
    assert fetched(store, package, tmp_path / "files") == FAILED
    assert "model.bin" in capsys.readouterr().err
    assert not (tmp_path / "files").exists()
