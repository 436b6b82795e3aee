"""A folder of weights is taken whole and without pickles, or refused in words."""

import json
from pathlib import Path

import pytest

from aileron.core.errors import InvalidInput
from aileron.train.images.weights import weight_files

WHOLE = ("config.json", "preprocessor_config.json", "model.safetensors")


def folder_of(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text("{}")
    return folder


def test_only_what_training_needs_is_named(tmp_path: Path) -> None:
    found = weight_files(folder_of(tmp_path, *WHOLE, "README.md", "pytorch_model.bin"))
    assert set(found) == set(WHOLE)


def test_shards_are_named_by_their_index(tmp_path: Path) -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    folder_of(tmp_path, *WHOLE[:2], *shards)
    index = {"weight_map": dict(zip("ab", shards, strict=True))}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert set(shards) < set(weight_files(tmp_path))
    (tmp_path / shards[0]).unlink()
    with pytest.raises(InvalidInput, match=f"has no {shards[0]}"):
        weight_files(tmp_path)


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder_of(tmp_path, *WHOLE)
    (tmp_path / name).unlink()
    with pytest.raises(InvalidInput, match=f"has no {name}"):
        weight_files(tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.ckpt"])
def test_pickled_weights_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=f"{name}, which is a format that can run code"):
        weight_files(folder_of(tmp_path, *WHOLE[:2], name))


def test_the_name_of_a_hub_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing is downloaded"):
        weight_files(tmp_path / "google/vit-base-patch16-224")


def test_an_index_that_points_outside_is_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, *WHOLE[:2])
    index = {"weight_map": {"a": "../../secret.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(InvalidInput, match="weight_map"):
        weight_files(tmp_path)
