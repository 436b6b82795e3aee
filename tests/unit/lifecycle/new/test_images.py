"""`lifecycle new` of pictures: what it writes, what it says, and that this is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from plugins.picture_folders import lay_out, picture, two_classes, zipped
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.lifecycle import lint
from aileron.lifecycle.new import Created, NewOptions, create
from aileron.lifecycle.new import images as proposer


def new(workspace: Workspace, source: Path, **options: Any) -> Created:
    return create(workspace.settings, "pets", source, NewOptions(**options))


def written(workspace: Workspace, file: str) -> dict[str, Any]:
    text = (workspace.folder / file).read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def said(created: Created) -> dict[str, str]:
    """Name of each assumption -> its sentences."""
    return {
        item.what.message_id.removeprefix("lifecycle.images_").removesuffix("_what"): " ".join(
            part.render("en") for part in (item.what, item.because, item.change)
        )
        for item in created.assumptions
    }


def test_a_folder_becomes_a_dataset_a_suite_and_a_lifecycle(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = lay_out(tmp_path / "pictures", two_classes(20))
    created = new(workspace, folder)
    dataset = written(workspace, "datasets/pets/dataset.yaml")
    assert dataset["modality"] == "image"
    assert dataset["source"] == {"folder": str(folder)}
    assert dataset["classes"] == ["cat", "dog"]
    lifecycle = written(workspace, "configs/lifecycles/pets.yaml")
    assert lifecycle["train"]["algorithm"] == "image_cnn"
    assert lifecycle["gate"]["thresholds"] == {"accuracy": {"min": 0.5}}
    suite = written(workspace, "datasets/pets/expectations.yaml")
    assert {"expect_column_values_to_be_in_set", "expect_column_values_to_be_unique"} <= {
        item["type"] for item in suite["expectations"]
    }
    assert lint(workspace.settings, "pets") == []
    assert "cat (20), dog (20)" in said(created)["classes"]


def test_a_source_inside_the_workspace_is_named_relative_to_the_definition(
    workspace: Workspace,
) -> None:
    archive = zipped(workspace.folder / "pictures.zip", two_classes())
    new(workspace, archive)
    source = written(workspace, "datasets/pets/dataset.yaml")["source"]
    assert source == {"archive": "../../pictures.zip"}
    assert lint(workspace.settings, "pets") == []


@pytest.mark.parametrize(
    ("counts", "classes", "reason"),
    [
        ({"defective": 4, "normal": 4}, ["normal", "defective"], "positive_name"),
        ({"合格": 2, "划痕": 4}, ["合格", "划痕"], "positive_name"),
        ({"ant": 3, "bee": 6}, ["bee", "ant"], "positive_rare"),
        ({"ant": 6, "bee": 3}, ["ant", "bee"], "positive_rare"),
        ({"ant": 3, "bee": 3}, ["ant", "bee"], "positive_rare"),
    ],
)
def test_of_two_classes_the_one_that_is_looked_for_is_last(
    workspace: Workspace, tmp_path: Path, counts: dict[str, int], classes: list[str], reason: str
) -> None:
    files = {
        f"{label}/{i}.png": picture(10 * place + i)
        for place, (label, count) in enumerate(counts.items())
        for i in range(count)
    }
    created = new(workspace, lay_out(tmp_path / "pictures", files))
    assert written(workspace, "datasets/pets/dataset.yaml")["classes"] == classes
    assert f"{classes[-1]} is the positive class" in said(created)[reason]


def test_uneven_classes_get_weights_and_a_bar_above_guessing(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {f"a/{i}.png": picture(i) for i in range(30)}
    files |= {f"b/{i}.png": picture(100 + i) for i in range(10)}
    created = new(workspace, lay_out(tmp_path / "pictures", files))
    lifecycle = written(workspace, "configs/lifecycles/pets.yaml")
    assert lifecycle["train"]["parameters"]["class_weight"] == "balanced"
    assert lifecycle["gate"]["thresholds"]["accuracy"]["min"] == 0.75
    assert "a has 3.0 times the pictures of b" in said(created)["uneven"]
    assert "right in 75% of the cases" in said(created)["gate"]


@pytest.mark.parametrize(
    ("size", "side", "flip"), [((12, 9), 32, False), ((64, 64), 64, False), ((200, 150), 128, True)]
)
def test_the_size_of_pictures_decides_what_the_network_sees(
    workspace: Workspace, tmp_path: Path, size: tuple[int, int], side: int, flip: bool
) -> None:
    files = {f"{label}/{i}.png": picture(i, size) for label in "ab" for i in range(3)}
    files = {name: content + name.encode() for name, content in files.items()}
    created = new(workspace, lay_out(tmp_path / "pictures", files))
    parameters = written(workspace, "configs/lifecycles/pets.yaml")["train"]["parameters"]
    assert (parameters["image_size"], parameters["flip"]) == (side, flip)
    assert f"The usual picture has {size[0]} x {size[1]}" in said(created)["size"]


def test_what_is_odd_about_the_files_is_said(workspace: Workspace, tmp_path: Path) -> None:
    files = two_classes(20)
    files |= {"dog/copy.png": files["cat/0.png"], "cat/broken.png": b"x", "readme.txt": b"x"}
    archive = zipped(tmp_path / "pictures.zip", {f"all/{name}": c for name, c in files.items()})
    found = said(new(workspace, archive))
    assert "The folders below pictures.zip/all" in found["classes"]
    assert "1 files are left out" in found["refused"]
    assert "all/cat/broken.png" in found["refused"]
    assert "1 other files are left out" in found["others"]
    assert "all/cat/0.png and all/dog/copy.png" in found["contradiction"]


def test_parts_and_folders_without_pictures_are_said(workspace: Workspace, tmp_path: Path) -> None:
    files = {
        f"{part}/{label}/{i}.png": picture(i + 10 * place)
        for place, part in enumerate(("train", "test"))
        for label in ("cat", "dog")
        for i in range(4)
    }
    folder = lay_out(tmp_path / "pictures", files)
    (folder / "train" / "bird").mkdir()
    found = said(new(workspace, folder))
    assert "The source gives the parts test, train" in found["parts"]
    assert "bird is no class" in found["empty"]
    assert "2 classes have hardly any pictures" in found["scarce"]


def test_several_labels_are_found_in_the_table(workspace: Workspace, tmp_path: Path) -> None:
    files = {f"{i}.png": picture(i) for i in range(12)}
    rows = "".join(f"{name},{'cat;dog' if i % 2 else 'dog'}\n" for i, name in enumerate(files))
    table = {"labels.csv": b"file,labels\n" + rows.encode()}
    created = new(workspace, lay_out(tmp_path / "pictures", files | table))
    assert written(workspace, "datasets/pets/dataset.yaml")["label_type"] == "multi"
    assert "gate" not in written(workspace, "configs/lifecycles/pets.yaml")
    assert "any number of 2 labels: cat (6), dog (12)" in said(created)["labels"]
    assert lint(workspace.settings, "pets") == []


def test_of_many_pictures_some_are_looked_at(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposer, "LOOKED_AT", 10)
    created = new(workspace, lay_out(tmp_path / "pictures", two_classes(20)))
    assert "10 of 40 pictures were looked at" in said(created)["sampled"]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"notes/a.txt": b"x"}, "There is no picture in it"),
        ({"cat/1.png": picture()}, "All pictures are of one class: cat"),
        ({"1.png": picture(1), "2.png": picture(2)}, "2 of 2 samples cannot be used"),
        (two_classes(2) | {"cat/x.png": b"x"}, "1 of 5 samples cannot be used"),
    ],
)
def test_what_the_import_would_refuse_is_refused_at_once(
    workspace: Workspace, tmp_path: Path, files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        new(workspace, lay_out(tmp_path / "pictures", files))
    assert sentence in error.value.render("en")
    assert not (workspace.folder / "datasets/pets").exists()


@pytest.mark.parametrize(
    "option", [{"target": "x"}, {"header": False}, {"task": "regression"}, {"sheet": "1"}]
)
def test_options_of_tables_are_refused(
    workspace: Workspace, tmp_path: Path, option: dict[str, Any]
) -> None:
    folder = lay_out(tmp_path / "pictures", two_classes())
    with pytest.raises(InvalidInput, match="belongs to tables"):
        new(workspace, folder, **option)


def test_every_sentence_is_there_in_both_languages(workspace: Workspace, tmp_path: Path) -> None:
    created = new(workspace, lay_out(tmp_path / "pictures", two_classes(20)))
    for item in created.assumptions:
        for part in (item.what, item.because, item.change):
            assert part.render("zh") != part.render("en") or "`" in part.render("zh")
