"""Tiny backbones with random weights, saved as `transformers` saves them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

NewBackbone = Callable[..., Path]
KINDS = ("resnet", "convnext", "vit")
PREPROCESSOR: Mapping[str, Any] = {
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.25, 0.25, 0.25],
    "size": {"height": 32, "width": 32},
}


def _config(kind: str) -> Any:
    import transformers

    if kind == "resnet":
        return transformers.ResNetConfig(
            embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"
        )
    if kind == "convnext":
        return transformers.ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2)
    return transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
    )


def write_backbone(folder: Path, kind: str = "resnet", **preprocessor: Any) -> Path:
    """A folder with config, image processor and safetensors of 1,000 unknown classes."""
    import torch
    import transformers

    torch.manual_seed(0)
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    config = _config(kind)
    config.num_labels = 1000
    transformers.AutoModelForImageClassification.from_config(config).save_pretrained(folder)
    text = json.dumps({**PREPROCESSOR, **preprocessor})
    (folder / "preprocessor_config.json").write_text(text)
    return folder


@pytest.fixture
def new_backbone(tmp_path: Path) -> NewBackbone:
    """``new_backbone(kind, **preprocessor)``: see `write_backbone`."""

    def make(kind: str = "resnet", **preprocessor: Any) -> Path:
        return write_backbone(tmp_path / f"backbone_{kind}", kind, **preprocessor)

    return make
