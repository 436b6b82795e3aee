"""Real Chinese texts from their files to a version and back, and a suite about their facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.datasets import Caller, Notebook
from plugins.shared_data import shared
from plugins.text_sets import ImportedTexts, Library
from pydantic import SecretStr

from aileron.client.local.difference import difference
from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.data.export import export
from aileron.data.formats import Problems, find_format
from aileron.data.trees.tree import open_tree
from aileron.data.validate import ValidateConfig, ValidateDataset
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def reviews(library: Library) -> ImportedTexts:
    path = shared("hotel_reviews_zh/ChnSentiCorp_htl_all.csv")
    return library.ingest_file(path.name, path.read_bytes(), name="reviews")


@pytest.fixture(scope="module")
def entities(library: Library) -> ImportedTexts:
    path = shared("msra_ner_zh/dh_msra.zip")
    return library.ingest_file(path.name, path.read_bytes(), name="msra", task="sequence_labelling")


def test_the_hotel_reviews_come_in(reviews: ImportedTexts) -> None:
    card = reviews.card
    assert (card.counts.rows, card.counts.refused) == (7765, 1)
    assert card.class_counts == {"0": 2443, "1": 5322}
    assert "6376" in next(iter(reviews.reasons))


def test_the_entities_come_in_with_their_types(entities: ImportedTexts) -> None:
    card = entities.card
    assert (card.counts.rows, card.counts.refused) == (55289, 0)
    assert card.classes == ("LOC", "ORG", "PER")
    assert card.class_counts["PER"] > 10_000


def test_a_version_is_made_restored_and_compared(
    library: Library, reviews: ImportedTexts, tmp_path: Path, ledger_url: str
) -> None:
    home = tmp_path / "home"
    settings = Settings(workspace=tmp_path, home=home, ledger_url=SecretStr(ledger_url))
    step, caller = VersionDataset(), Caller(settings, tmp_path / "work")
    record = step.apply(caller, VersionConfig(), {"dataset": reviews.folder})
    assert record["tag"] == "default/reviews@v1"
    restored = Versions.of(settings).get("default", "reviews", 1, tmp_path / "restored")
    assert restored.card == reviews.card
    assert Versions.of(settings).check("default", "reviews", 1) == []
    path = shared("hotel_reviews_zh/ChnSentiCorp_htl_all.csv")
    turned = path.read_text(encoding="utf-8").replace("\n0,", "\n1,", 1)
    other = library.ingest_file(path.name, turned, name="reviews")
    found = difference(reviews.folder, other.folder)
    assert found["rows"]["kept"] == 7765
    assert found["classes"][0] == {"label": "0", "before": 2443, "after": 2442}


def test_expectations_are_about_labels_and_lengths(
    reviews: ImportedTexts, library: Library
) -> None:
    def validate(**expectation: object) -> list[str]:
        notebook = Notebook(library.new())
        config = ValidateConfig.model_validate({"expectations": [expectation]})
        ValidateDataset().run(notebook, config, {"dataset": reviews.folder})
        return notebook.lines

    known = {"column": "label", "value_set": ["0", "1"]}
    assert validate(type="expect_column_values_to_be_in_set", kwargs=known)[0].startswith("passed")
    with pytest.raises(StepFailed, match="characters"):
        validate(
            type="expect_column_values_to_be_between",
            kwargs={"column": "characters", "max_value": 500},
        )


def test_what_goes_out_says_the_same(entities: ImportedTexts, tmp_path: Path) -> None:
    format_ = find_format("sequence_tags")
    export(entities.folder, tmp_path / "out.zip", format_)
    tree = open_tree(tmp_path / "out.zip", tmp_path)
    problems = Problems()
    reading = format_.read(tree, "sequence_labelling", problems)
    found = [(one.tokens, one.tags) for one in reading.samples]
    assert list(problems) == []
    assert sorted(found) == sorted((one.tokens, one.tags) for one in entities.dataset.records())
