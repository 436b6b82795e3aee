"""Pretrained backbones get a new head and learn, from local safetensors and nothing else."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.backbones import KINDS, NewBackbone
from plugins.picture_sets import NewPictures, stripes
from plugins.tables import RecordingContext, TableInputs
from safetensors.torch import load_file, save_file
from torch import Tensor

from aileron.core.errors import InvalidInput
from aileron.serve.image_model import load
from aileron.train.images.backbone import TrainImageBackbone


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*values: object) -> None:
        raise AssertionError(f"something wanted the network: {values}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def tune(
    context: RecordingContext, inputs: TableInputs, weights: Path, **config: Any
) -> Mapping[str, Path]:
    step = TrainImageBackbone()
    values = {"weights": str(weights), "epochs": 2, "threads": 1} | config
    return step.run(context, step.Config(**values), inputs.ports(weights=weights))


def body_of(weights: Path) -> dict[str, Tensor]:
    """The weights in a folder, under the names that they have in a trained network."""
    from transformers import AutoModelForImageClassification

    model = AutoModelForImageClassification.from_pretrained(weights)
    named = model.state_dict().items()
    return {f"model.{name}": value for name, value in named if "classifier" not in name}


@pytest.mark.parametrize("kind", KINDS)
def test_a_backbone_learns_two_new_classes(
    kind: str, new_backbone: NewBackbone, new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs, weights = new_pictures(stripes(24)), new_backbone(kind)
    context = RecordingContext(tmp_path / "c")
    model = load(tune(context, inputs, weights, freeze_epochs=0, head_factor=3)["model"])
    assert model.card.classes == ("across", "down")
    assert model.card.preparation.mean == (0.5, 0.5, 0.5)
    assert model.card.preparation.size == (32, 32)
    before, after = body_of(weights), load_file(tmp_path / "c" / "model" / "weights.safetensors")
    assert before.keys() <= after.keys()
    assert any(not after[name].equal(value) for name, value in before.items())


def test_a_frozen_body_stays_as_it_was(
    new_backbone: NewBackbone, new_pictures: NewPictures, tmp_path: Path
) -> None:
    weights = new_backbone("resnet")
    tune(RecordingContext(tmp_path / "c"), new_pictures(stripes(24)), weights, freeze_epochs=2)
    after = load_file(tmp_path / "c" / "model" / "weights.safetensors")
    for name, value in body_of(weights).items():
        assert after[name].allclose(value), name


def test_the_size_is_the_crop_that_the_backbone_saw(
    new_backbone: NewBackbone, new_pictures: NewPictures, tmp_path: Path
) -> None:
    weights = new_backbone("convnext", size={"shortest_edge": 48}, crop_size=40, do_center_crop=1)
    model = load(
        tune(RecordingContext(tmp_path / "c"), new_pictures(stripes(24)), weights)["model"]
    )
    assert model.card.preparation.size == (40, 40)


def test_a_size_that_it_cannot_take_is_refused(
    new_backbone: NewBackbone, new_pictures: NewPictures, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="cannot take pictures of 48 x 48 pixels"):
        tune(
            RecordingContext(tmp_path / "c"),
            new_pictures(stripes(24)),
            new_backbone("vit"),
            image_size=48,
        )


def spoil_config(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_sizes": [8, 24]}))


def unknown_type(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "no_such_network"}')


def lose_weights(folder: Path) -> None:
    kept = dict(list(load_file(folder / "model.safetensors").items())[:2])
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def spoil_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"nothing safe")


def own_code(folder: Path) -> None:
    config = {"model_type": "mine", "auto_map": {"AutoConfig": "harm.Config"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "harm.py").write_text("open('harmed', 'w')")


def no_statistics(folder: Path) -> None:
    (folder / "preprocessor_config.json").write_text('{"size": 32}')


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (spoil_config, "holds other weights than config.json"),
        (unknown_type, "no_such_network cannot be loaded"),
        (lose_weights, "holds other weights than config.json"),
        (spoil_weights, "resnet cannot be loaded"),
        (own_code, "mine cannot be loaded"),
        (no_statistics, "preprocessor_config.json of the backbone cannot be used"),
        (pickled, "can run code when it is loaded"),
    ],
)
def test_a_folder_that_is_not_sound_is_refused_in_words(
    damage: Any,
    sentence: str,
    new_backbone: NewBackbone,
    new_pictures: NewPictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    weights = new_backbone("resnet")
    damage(weights)
    with pytest.raises(InvalidInput, match=sentence):
        tune(RecordingContext(tmp_path / "c"), new_pictures(stripes(8)), weights)
    assert not Path("harmed").exists()
