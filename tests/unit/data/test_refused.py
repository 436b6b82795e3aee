"""What an import cannot use is named by file, line and reason, and handed back as a file; a
strict import takes nothing then, a lenient one takes the rest."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plugins.annotated import HEIGHT, WIDTH
from plugins.datasets import Notebook
from plugins.picture_folders import claimed_png, picture, two_classes, zipped
from plugins.sound_files import pets, sound

from aileron.core.errors import InvalidInput
from aileron.data.audio.ingest import IngestAudio
from aileron.data.card import read_card
from aileron.data.images.ingest import IngestImages
from aileron.data.texts.ingest import IngestTexts

STEPS: Mapping[str, Any] = {"image": IngestImages, "text": IngestTexts, "audio": IngestAudio}
Files = Mapping[str, bytes]


@dataclass
class Result:
    """What an import left behind, whether it failed or not."""

    folder: Path
    outputs: Mapping[str, Path]
    error: InvalidInput | None
    lines: list[str]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """File, line and reason of each problem of the zip; it has the reason in Chinese too."""
        with zipfile.ZipFile(self.folder / "refused" / "refused.zip") as file:
            text = file.read("problems.csv").decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text))
        assert head == ["file", "line", "reason", "reason_zh"]
        assert all(zh and zh != en for _, _, en, zh in rows)
        return [(file, line, reason) for file, line, reason, _ in rows]

    @property
    def originals(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.folder / "refused" / "refused.zip") as file:
            names = [name for name in file.namelist() if name.startswith("files/")]
            return {name.removeprefix("files/"): file.read(name) for name in names}


Import = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Import:
    def start(modality: str, files: Files, **config: Any) -> Result:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        source = folder / "source"
        source.mkdir(parents=True)
        zipped(source / "data.zip", dict(files))
        step, notebook = STEPS[modality], Notebook(folder)
        checked = step.Config.model_validate({"name": "data"} | config)
        try:
            outputs = step().run(notebook, checked, {"source": source})
        except InvalidInput as error:
            return Result(folder, {}, error, notebook.lines)
        return Result(folder, outputs, None, notebook.lines)

    return start


def coco(box: list[float], label: int = 1) -> Files:
    pictures = {f"{i}.png": picture(i, (WIDTH, HEIGHT)) for i in range(30)}
    boxes = [
        {"id": i, "image_id": i, "category_id": label if i == 7 else 1, "area": 1, "iscrowd": 0}
        | {"bbox": box if i == 7 else [1, 1, 4, 4]}
        for i in range(30)
    ]
    images = [
        {"id": i, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for i, name in enumerate(pictures)
    ]
    kinds = [{"id": 1, "name": "car"}, {"id": 2, "name": "tree"}]
    said = {"images": images, "annotations": boxes, "categories": kinds}
    return {**pictures, "instances.json": json.dumps(said).encode()}


TABLE = "file,labels\n" + "".join(f"{i}.png,{'cat' if i % 2 else 'dog'}\n" for i in range(30))
LISTED = {f"{i}.png": picture(i) for i in range(30)}
TEXTS = "text,label\n" + "".join(f"text {i},{'good' if i % 2 else 'bad'}\n" for i in range(30))
CASES: Mapping[str, tuple[str, Files, dict[str, Any], str, str]] = {
    "a broken picture": (
        "image", {**two_classes(30), "cat/cut.png": picture(7, (64, 64))[:-60]}, {},
        "cat/cut.png", "ends too early",
    ),
    "a picture of 0 bytes": (
        "image", {**two_classes(30), "cat/empty.png": b""}, {}, "cat/empty.png", "no bytes",
    ),
    "a bomb": (
        "image", {**two_classes(30), "cat/bomb.png": claimed_png(20_000, 20_000)}, {},
        "cat/bomb.png", "Make it smaller",
    ),
    "a picture of an unknown class": (
        "image", {**two_classes(30), "cow/1.png": picture(77)}, {"classes": ["cat", "dog"]},
        "cow/1.png", "There is no class cow",
    ),
    "a line of a table without a label": (
        "image", {**LISTED, "labels.csv": TABLE.replace("4.png,dog\n5", "4.png,\n5").encode()}, {},
        "labels.csv:6", "4.png has 0 labels",
    ),
    "a line of a table without its picture": (
        "image", {**LISTED, "labels.csv": f"{TABLE}lost.png,cat\n".encode()}, {},
        "labels.csv:32", "There is no picture lost.png",
    ),
    "a picture twice in a table": (
        "image", {**LISTED, "labels.csv": f"{TABLE}1.png,dog\n".encode()}, {},
        "labels.csv:32", "1.png has a line already: line 3",
    ),
    "a box outside": (
        "image", coco([WIDTH + 5, 1, 4, 4]), {"task": "detection"}, "instances.json (7.png)",
        "lies outside the picture",
    ),
    "a box of an unknown class": (
        "image", coco([1, 1, 4, 4], label=2), {"task": "detection", "classes": ["car"]},
        "7.png", "There is no class tree",
    ),
    "a text of an unknown class": (
        "text", {"texts.csv": f"{TEXTS}more,odd\n".encode()}, {"classes": ["bad", "good"]},
        "texts.csv:32", "There is no class odd",
    ),
    "a text without its label": (
        "text", {"texts.csv": f"{TEXTS}more\n".encode()}, {}, "texts.csv:32", "",
    ),
    "a text file of a wrong encoding": (
        "text",
        {f"{c}/{i}.txt": f"{c} {i}".encode() for c in ("bad", "good") for i in range(15)}
        | {"bad/x.txt": b"\xff\xfe\xff"},
        {}, "bad/x.txt:1", "",
    ),
    "a text of 0 bytes": (
        "text",
        {f"{c}/{i}.txt": f"{c} {i}".encode() for c in ("bad", "good") for i in range(15)}
        | {"bad/x.txt": b""},
        {}, "bad/x.txt", "",
    ),
    "a broken recording": (
        "audio", {**pets(15), "cat/cut.flac": sound("FLAC")[:300]}, {}, "cat/cut.flac",
        "cannot be decoded",
    ),
    "a recording of 0 bytes": (
        "audio", {**pets(15), "cat/empty.wav": b""}, {}, "cat/empty.wav", "0 bytes",
    ),
    "a recording of an unknown class": (
        "audio", {**pets(15), "cow/1.wav": sound(tone=333)}, {"classes": ["cat", "dog"]},
        "cow/1.wav", "There is no class cow",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_lenient_import_takes_the_rest_and_hands_back_what_it_left_out(
    case: str, run: Import
) -> None:
    modality, files, config, place, reason = CASES[case]
    result = run(modality, files, **config)
    assert result.error is None, result.error
    card = read_card(result.outputs["dataset"])
    assert card.counts.refused == 1  # type: ignore[union-attr]
    ((file, line, why),) = result.rows
    where = f"{file}:{line}" if line else file
    assert where == place
    assert reason in why
    assert f"{where} is left out: {why}" in result.lines
    assert [(one.path, one.reason) for one in card.refused] == [(where, why)]  # type: ignore[union-attr]
    if not line and len(files) > 1 and file in files:
        assert result.originals == {file: files[file]}


@pytest.mark.parametrize("case", CASES)
def test_a_strict_import_takes_nothing_and_says_the_same(case: str, run: Import) -> None:
    modality, files, config, place, reason = CASES[case]
    result = run(modality, files, **config, on_problem="refuse")
    assert result.error is not None
    assert result.error.message_id == "data.strict_refused"
    said = result.error.render("en")
    assert f"The first is {place}: " in said
    assert reason in said
    assert not (result.folder / "dataset").exists()
    assert len(result.rows) == 1


@pytest.mark.parametrize("modality", STEPS)
def test_a_name_that_leads_out_of_the_archive_fails_any_import(modality: str, run: Import) -> None:
    for config in ({}, {"on_problem": "refuse"}):
        result = run(modality, {**two_classes(), "../out.png": picture()}, **config)
        assert result.error is not None
        assert result.error.message_id == "data.unsafe_member"
        assert "../out.png" in result.error.render("en")


def test_a_repeat_is_no_problem_and_dropped_on_demand(run: Import) -> None:
    files = {**two_classes(), "dog/again.png": two_classes()["cat/0.png"]}
    result = run("image", files, on_problem="refuse", repeats="drop")
    assert read_card(result.outputs["dataset"]).counts.rows == 6
    assert set(result.outputs) == {"dataset"}


def test_too_much_is_handed_back_as_well(run: Import) -> None:
    result = run("image", {**two_classes(), "cat/text.png": b"no picture"})
    assert result.error is not None
    assert "`aileron dataset refused` fetches them" in result.error.render("en")
    assert [file for file, _, _ in result.rows] == ["cat/text.png"]
    assert not (result.folder / "dataset").exists()


def test_the_zip_says_what_does_not_fit_into_it(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.data import refused_file

    monkeypatch.setattr(refused_file, "MOST_FILES", 1)
    bad = {"cat/a.png": b"a", "cat/b.png": b"b"}
    result = run("image", {**two_classes(), **bad}, max_refused=0.5)
    facts = json.loads((result.outputs["refused"] / "export.json").read_text())
    assert (facts["file"], facts["format"]) == ("refused.zip", "zip")
    assert facts["losses"]["files"].startswith("1 refused files are not in it")
    assert result.originals == {"cat/a.png": b"a"}
    assert len(result.rows) == 2


def test_chinese_names_are_readable_in_a_spreadsheet(run: Import) -> None:
    result = run("image", {**two_classes(30), "cat/坏图.png": b"x"})
    assert [file for file, _, _ in result.rows] == ["cat/坏图.png"]
    with zipfile.ZipFile(result.outputs["refused"] / "refused.zip") as file:
        assert file.read("problems.csv").startswith(b"\xef\xbb\xbf")
