"""A lifecycle on a dataset of pictures compiles to the steps of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.picture_folders import lay_out, two_classes, zipped
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.graph.pipeline import Graph
from aileron.lifecycle import (
    compile_lifecycle,
    form_parameters,
    lint,
    load_dataset,
    load_lifecycle,
    origin_of,
    resolve,
)
from aileron.store import open_store

REPOSITORY = Path(__file__).parents[3]
DATASET = """\
apiVersion: aileron/v1
kind: Dataset
modality: image
name: pets
source: {folder: pictures}
classes: [dog, cat]
"""
LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: pets
dataset: pets
train:
  algorithm: image_cnn
  parameters: {epochs: 3}
evaluate: {primary: accuracy}
gate:
  thresholds:
    accuracy: {min: 0.5}
"""


@pytest.fixture
def pets(workspace: Workspace) -> Workspace:
    workspace.write("datasets/pets/dataset.yaml", DATASET)
    lay_out(workspace.folder / "datasets/pets/pictures", two_classes())
    workspace.lifecycle("pets", LIFECYCLE)
    return workspace


def compiled(workspace: Workspace, name: str = "pets") -> Graph:
    return compile_lifecycle(load_lifecycle(workspace.settings, name), workspace.settings)


def plan(workspace: Workspace, number: int = 1):  # type: ignore[no-untyped-def]
    return resolve(workspace.settings, "pets", run_id=f"default/pets/{number}", actor="me")


def test_the_standard_path_of_pictures(pets: Workspace) -> None:
    steps = {node.name: node.step for node in compiled(pets).nodes}
    assert steps == {
        "ingest": "data.ingest_images",
        "version": "data.version",
        "validate": "data.validate",
        "split": "data.split",
        "train": "train.image_cnn",
        "evaluate": "evaluate.image",
        "gate": "evaluate.gate",
        "track": "registry.track",
        "register": "registry.register",
        "package": "package.bento",
        "boot_check": "package.boot_check",
        "release": "deploy.release",
    }


def test_the_definition_becomes_the_config_of_the_import(pets: Workspace) -> None:
    config = next(node for node in compiled(pets).nodes if node.name == "ingest").config
    assert config["classes"] == ["dog", "cat"]
    assert config["label_type"] == "single"
    origins = origin_of(load_lifecycle(pets.settings, "pets"), compiled(pets))
    assert origins["ingest.classes"].endswith("datasets/pets/dataset.yaml:6")
    assert origins["ingest.max_refused"] == "default (data.ingest_images)"


def test_a_sound_lifecycle_of_pictures_has_no_findings(pets: Workspace) -> None:
    assert lint(pets.settings, "pets") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (
            "pets",
            "image_cnn\n  parameters: {epochs: 3}",
            "xgboost",
            "xgboost learns from data of modality table, and dataset pets is of modality image.",
        ),
        (
            "fruit",
            "logistic_regression\n  parameters: {C: 0.5}",
            "image_cnn",
            "image_cnn learns from data of modality image, and dataset fruit is of modality table",
        ),
        ("pets", "primary: accuracy", "primary: hamming_loss", "no metric hamming_loss"),
        ("pets", "primary: accuracy", "primary: r2", "no metric r2"),
    ],
)
def test_algorithm_and_metrics_must_suit_the_pictures(
    pets: Workspace, name: str, old: str, new: str, sentence: str
) -> None:
    pets.edit(name, old, new)
    findings = lint(pets.settings, name)
    assert len(findings) == 1
    assert sentence in str(findings[0])
    assert f"{name}.yaml:" in str(findings[0].where)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{folder: pictures}", "{folder: nowhere}", "There is no folder"),
        ("{folder: pictures}", "{archive: pets.zip}", "There is no file"),
        ("{folder: pictures}", "{folder: a, archive: b}", "give one of `folder`, `archive`"),
        ("{folder: pictures}", "{file: pets.csv}", "There is no field source.file"),
        ("[dog, cat]", "[dog]", "`classes` must name at least two"),
        ("[dog, cat]", "[dog, dog]", "names a class twice"),
        (
            "modality: image",
            "modality: images",
            "`modality` is images; write what the data is, one of: table",
        ),
        ("modality: image\n", "", "`modality` is -; write what the data is, one of: table"),
        ("name: pets", "name: cats", "Give both the same name"),
    ],
)
def test_each_fault_of_the_definition_is_said(
    pets: Workspace, old: str, new: str, sentence: str
) -> None:
    path = pets.folder / "datasets/pets/dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    findings = lint(pets.settings, "pets")
    assert [f.severity for f in findings] == ["error"]
    assert sentence in str(findings[0])
    assert "dataset.yaml" in str(findings[0])


def test_the_form_has_the_parameters_of_the_network(pets: Workspace) -> None:
    form = form_parameters(load_lifecycle(pets.settings, "pets"))
    assert form["epochs"]["default"] == 3
    assert {"image_size", "flip", "class_weight", "gate_thresholds_accuracy_min"} <= form.keys()


def test_another_algorithm_of_the_form_must_be_of_pictures_too(pets: Workspace) -> None:
    form = {"algorithm_override": {"algorithm": "xgboost"}}
    with pytest.raises(InvalidInput, match="modality"):
        resolve(pets.settings, "pets", run_id="default/pets/1", actor="me", form=form)


def test_a_folder_enters_the_store_as_one_tar_and_is_read_again_when_it_changes(
    pets: Workspace,
) -> None:
    folder = pets.folder / "datasets/pets/pictures"
    first = plan(pets).sources["dataset"]
    store = open_store(pets.settings.store_root)
    assert [entry.path for entry in store.manifest(first).files] == ["pictures.tar"]
    assert plan(pets, 2).sources["dataset"] == first
    (folder / "notes.md").write_text("no picture")
    assert plan(pets, 3).sources["dataset"] == first
    (folder / "cat" / "0.png").rename(folder / "cat" / "9.png")
    assert plan(pets, 4).sources["dataset"] != first


def test_an_archive_enters_the_store_as_it_is(pets: Workspace) -> None:
    archive = zipped(pets.folder / "datasets/pets/pets.zip", two_classes())
    path = pets.folder / "datasets/pets/dataset.yaml"
    path.write_text(DATASET.replace("folder: pictures", "archive: pets.zip"), encoding="utf-8")
    store = open_store(pets.settings.store_root)
    reference = plan(pets).sources["dataset"]
    assert store.read_bytes(reference, "pets.zip") == archive.read_bytes()


def test_the_shipped_digits_are_sound(workspace: Workspace) -> None:
    from aileron.core.settings import Settings

    settings = Settings(workspace=REPOSITORY, home=workspace.folder / "home")
    assert lint(settings, "handwritten_digits") == []
    assert load_dataset(settings, "handwritten_digits").modality == "image"
