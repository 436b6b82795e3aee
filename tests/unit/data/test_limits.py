"""Limits: of the workspace, of a dataset, and what becomes of samples beyond them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from plugins.picture_folders import Gallery, picture, two_classes
from plugins.text_sets import Library
from plugins.workspaces import Workspace

from aileron.core.documents import check, parse_document
from aileron.core.errors import InvalidInput
from aileron.data.formats.records import Relation, Span, TextSample, Turn
from aileron.data.limits import LimitsSpec, load_limits
from aileron.data.texts.cutting import cut, length_of
from aileron.lifecycle import lint, load_lifecycle
from aileron.lifecycle.compiler import compile_lifecycle

ROOT = Path(__file__).parents[3]
HEAD = "apiVersion: aileron/v1\nkind: Limits\n"
PETS = "apiVersion: aileron/v1\nkind: Dataset\nmodality: image\nname: pets\nsource: {folder: .}\n"
PAGE = ROOT / "docs/how-to/import-datasets.md"


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path / "gallery")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def limits_of(workspace: Workspace) -> object:
    graph = compile_lifecycle(load_lifecycle(workspace.settings, "import_pets"), workspace.settings)
    return graph.node("ingest").config["limits"]


def test_what_a_dataset_says_wins_over_the_workspace(workspace: Workspace) -> None:
    workspace.write(
        "configs/limits.yaml", f"{HEAD}pictures: {{max_side: 100, min_side: 5}}\naudio: {{}}\n"
    )
    workspace.write("datasets/pets/dataset.yaml", f"{PETS}limits: {{pictures: {{max_side: null}}}}")
    found = limits_of(workspace)
    assert isinstance(found, dict)
    assert (found["pictures"]["max_side"], found["pictures"]["min_side"]) == (None, 5)
    assert set(found) == {"pictures", "dataset", "archive"}


def test_a_changed_limit_is_another_import(workspace: Workspace) -> None:
    workspace.write("datasets/pets/dataset.yaml", PETS)
    before = limits_of(workspace)
    workspace.write("configs/limits.yaml", f"{HEAD}dataset: {{max_samples: 5}}\n")
    assert limits_of(workspace) != before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f"{HEAD}pictures: {{max_sides: 5}}\n",
            "limits.yaml:3: There is no field pictures.max_sid",
        ),
        (f"{HEAD}pictures: {{max_side: 30000}}\n", "limits.yaml:3: .*max_side is 30000"),
        (f"{HEAD}pictures: {{max_side: 5, min_side: 6}}\n", "must not be below `min_side`"),
        ("kind: Limits\n", "limits.yaml:1: .*apiVersion"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_once(
    workspace: Workspace, text: str, sentence: str
) -> None:
    workspace.write("configs/limits.yaml", text)
    findings = [str(finding) for finding in lint(workspace.settings)]
    assert len(findings) == 1
    assert re.search(sentence, findings[0]), findings


def test_a_limit_of_another_modality_is_no_field(workspace: Workspace) -> None:
    workspace.write("datasets/pets/dataset.yaml", f"{PETS}limits: {{audio: {{max_seconds: 1}}}}\n")
    with pytest.raises(InvalidInput, match=r"dataset.yaml:6: There is no field limits.audio"):
        limits_of(workspace)


@pytest.mark.parametrize(
    ("limits", "extra", "reason"),
    [
        ({"max_bytes": 200}, picture(9, (99, 99), "BMP"), "and 200 are allowed"),
        ({"max_side": 20}, picture(9, (21, 9)), "21 x 9 pixels, and the longer side may have 20"),
        ({"min_side": 9}, picture(9, (12, 8)), "12 x 8 pixels, and the shorter side must have 9"),
        ({"max_aspect": 3}, picture(9, (31, 10)), "may be 3 times the shorter one"),
        ({"formats": ["PNG"]}, picture(9, (12, 9), "GIF"), "It is a GIF, and PNG are allowed"),
    ],
)
def test_pictures_beyond_a_limit_are_left_out(
    gallery: Gallery, limits: dict[str, object], extra: bytes, reason: str
) -> None:
    files = {**two_classes(), "cat/extra.png": extra}
    imported = gallery.ingest_files(files, limits={"pictures": limits}, max_refused=0.2)
    assert list(imported.reasons) == ["cat/extra.png"]
    assert reason in imported.reasons["cat/extra.png"]
    assert gallery.ingest_files(files).card.counts.rows == 7


def test_more_samples_than_there_may_be_fail_or_are_ignored(gallery: Gallery) -> None:
    files = two_classes()
    with pytest.raises(InvalidInput, match="more than 5 samples"):
        gallery.ingest_files(files, limits={"dataset": {"max_samples": 5}})
    imported = gallery.ingest_files(
        files, limits={"dataset": {"max_samples": 5, "on_more": "ignore"}}
    )
    assert (imported.card.counts.rows, imported.card.counts.refused) == (5, 0)
    assert "the first 5 samples are taken; those after them are ignored" in imported.lines
    assert gallery.ingest_files(files, limits={"dataset": {"max_samples": 6}}).card.counts.rows == 6


def test_a_source_may_be_too_large(gallery: Gallery, library: Library) -> None:
    with pytest.raises(InvalidInput, match=r"pets.tar: The source has [0-9,]+ bytes, and 99 are"):
        gallery.ingest_files(two_classes(), limits={"archive": {"max_bytes": 99}})
    with pytest.raises(InvalidInput, match=r"a.csv: The source has 24 bytes, and 23 are"):
        library.ingest_file(
            "a.csv", "text,label\nwell,a\nbad,b\n", limits={"archive": {"max_bytes": 23}}
        )


def test_long_texts_are_left_out_or_cut(library: Library) -> None:
    text = "text,label\nshort,a\nmuch too long,b\n"
    limits = {"texts": {"max_characters": 5}}
    imported = library.ingest_file("a.csv", text, limits=limits, max_refused=0.5)
    assert "13 characters, and 5 are allowed" in imported.reasons["a.csv:3"]
    limits["texts"]["on_longer"] = "cut"  # type: ignore[assignment]
    imported = library.ingest_file("a.csv", text, limits=limits)
    assert [one.text for one in imported.records.values()] == ["short", "much "]
    assert "1 texts are cut to 5 characters" in imported.lines


def test_what_is_said_of_the_end_goes_with_it() -> None:
    spans = (Span("a", 6, 9), Span("b", 0, 3), Span("c", 3, 5))
    sample = TextSample(
        "1", "0123456789", spans=spans, relations=(Relation("x", 1, 2), Relation("y", 0, 1))
    )
    piece = cut(sample, 5)
    assert piece is not None
    assert (piece.text, piece.spans) == ("01234", (Span("b", 0, 3), Span("c", 3, 5)))
    assert piece.relations == (Relation("x", 0, 1),)


def test_tokens_are_cut_whole_and_dialogues_never() -> None:
    tokens = TextSample("1", tokens=("北京", "很", "大"), tags=("B-LOC", "O", "O"))
    piece = cut(tokens, 3)
    assert piece is not None
    assert (piece.tokens, piece.tags) == (("北京", "很"), ("B-LOC", "O"))
    assert cut(tokens, 1) is None
    talk = TextSample("1", turns=(Turn("user", "hello"), Turn("assistant", "hi")))
    assert length_of(talk) == 7
    assert cut(talk, 3) is None


def test_the_shipped_limits_and_those_of_the_documentation_are_sound() -> None:
    assert load_limits(ROOT).archive.max_bytes
    (block,) = re.findall(r"```text\n(# configs/limits.yaml.*?)```", PAGE.read_text(), re.DOTALL)
    found = check(LimitsSpec, parse_document(block, PAGE))
    assert found.pictures.max_bytes == 4 << 20
    assert (found.pictures.min_side, found.pictures.max_side) == (31, 4095)
    assert (found.texts.max_characters, found.texts.on_longer) == (512, "cut")
    assert found.dataset.on_more == "ignore"
