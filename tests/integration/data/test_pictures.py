"""Real pictures from a folder to a version and back, and a suite about their facts."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from plugins.datasets import Caller, Notebook
from plugins.picture_folders import Gallery, gallery, picture, two_classes
from plugins.shared_data import shared
from pydantic import SecretStr

from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.data.images import ImageDataset
from aileron.data.images.digits import materialise_digits
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.validate import ValidateConfig, ValidateDataset
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions
from aileron.ledger import Ledger

__all__ = ["gallery"]


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str) -> Settings:
    home = tmp_path / "home"
    return Settings(workspace=tmp_path, home=home, ledger_url=SecretStr(ledger_url))


def test_insulators(gallery: Gallery) -> None:
    imported = gallery.ingest(shared("insulators"), classes=["normal", "defective"])
    card = imported.card
    assert card.class_counts == {"normal": 240, "defective": 120}
    assert (card.counts.rows, card.counts.pictures, card.counts.refused) == (360, 359, 0)
    split = SplitDataset().run(
        Notebook(gallery.new()), SplitConfig(), {"dataset": imported.folder}
    )["split"]
    parted = ImageDataset.read(imported.folder, split)
    for name in parted.parts:
        part = parted.part(name)
        share = part.labels.count((1,)) / len(part)
        assert share == pytest.approx(1 / 3, abs=0.02)


def test_digits(gallery: Gallery, tmp_path: Path) -> None:
    digits = materialise_digits(tmp_path / "samples")
    assert materialise_digits(tmp_path / "samples") == digits
    imported = gallery.ingest(digits)
    assert imported.card.classes == tuple("0123456789")
    assert imported.card.counts.rows == 1797
    assert imported.reasons == {}


def test_pictures_become_a_version_and_come_back(
    gallery: Gallery, settings: Settings, ledger: Ledger, tmp_path: Path
) -> None:
    versions = Versions.of(settings)
    step, caller = VersionDataset(), Caller(settings, tmp_path / "work")
    files = two_classes()
    first = gallery.ingest_files(files)
    record = step.apply(caller, VersionConfig(), {"dataset": first.folder})
    assert (record["tag"], record["created"]) == ("default/pets@v1", True)
    assert step.observe(caller, VersionConfig(), {"dataset": first.folder}) is not None
    moved = {name.replace("cat/0", "dog/was_cat"): data for name, data in files.items()}
    second = gallery.ingest_files(moved)
    assert step.observe(caller, VersionConfig(), {"dataset": second.folder}) is None
    objects = set(Path(versions.remote.objects.path).rglob("*"))
    assert step.apply(caller, VersionConfig(), {"dataset": second.folder})["version"] == 2
    added = {p for p in set(Path(versions.remote.objects.path).rglob("*")) - objects if p.is_file()}
    assert len(added) == 3, "card, samples and listing: no media"

    restored = versions.get("default", "pets", 1, tmp_path / "restored")
    assert restored.card == first.card
    dataset = ImageDataset.read(tmp_path / "restored").all()
    found = {name: dataset.picture(i) for i, name in enumerate(dataset.sample_ids)}
    assert found == files
    assert [row.tag for row in ledger.datasets.list("default", "pets")]


def test_expectations_are_about_labels_and_sizes(gallery: Gallery) -> None:
    dataset = gallery.ingest_files(two_classes() | {"cat/dot.png": picture(9, (1, 1))}).folder

    def validate(*expectations: dict[str, object]) -> list[str]:
        notebook = Notebook(gallery.new())
        config = ValidateConfig.model_validate({"expectations": expectations})
        outputs = ValidateDataset().run(notebook, config, {"dataset": dataset})
        page = (outputs["report"] / "report.html").read_text(encoding="utf-8")
        assert "<td>cat</td>" in page
        return notebook.lines

    known = {"column": "label", "value_set": ["cat", "dog"]}
    passed = validate({"type": "expect_column_values_to_be_in_set", "kwargs": known})
    assert passed[0].startswith("passed")
    with pytest.raises(StepFailed) as error:
        validate(
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": "width", "min_value": 8},
            }
        )
    assert "cat/dot.png (1)" in error.value.render("en")


def test_memory_does_not_grow_with_the_pictures(gallery: Gallery) -> None:
    """200 MB of pictures, most of them no more than bytes behind a whole picture."""
    filler = bytes(1 << 20)
    files = {
        f"{'cat' if i % 2 else 'dog'}/{i}.bmp": picture(i, (8, 8), "BMP") + filler + bytes([i])
        for i in range(200)
    }
    folder = gallery.new() / "pets"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    files.clear()
    gallery.ingest_files(two_classes())  # libraries are loaded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert gallery.ingest(folder).card.counts.bytes > 200 << 20
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 100, f"{grown:.0f} MB more"
