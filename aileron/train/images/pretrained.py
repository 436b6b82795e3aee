"""A `transformers` image classifier from a local folder, as the loop and the export want it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from aileron.core.errors import InvalidInput
from aileron.serve.pictures import Preparation
from aileron.train.images.backbone import ImageBackboneConfig
from aileron.train.images.config import Fit
from aileron.train.images.network import Classifier, Group, decayed
from aileron.train.images.weights import CONFIG, PREPROCESSOR, read_json


class Backbone(Classifier):
    """A pretrained body and a new head.

    Args:
        freeze_epochs: in how many first epochs the head learns alone.
        head_factor: how many times faster the head learns than the body.
    """

    def __init__(self, model: Any, freeze_epochs: int, head_factor: float) -> None:
        super().__init__()
        self.model = model
        self._freeze_epochs = freeze_epochs
        self._head_factor = head_factor

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.model(pixel_values=pictures).logits
        return logits

    def groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        body = list(self._body().parameters())
        known = {id(weight) for weight in body}
        head = [weight for weight in self.parameters() if id(weight) not in known]
        return [
            *decayed(body, learning_rate, weight_decay),
            *decayed(head, learning_rate * self._head_factor, weight_decay),
        ]

    def before_epoch(self, epoch: int) -> None:
        frozen = epoch < self._freeze_epochs
        self._body().requires_grad_(not frozen)
        if frozen:  # nor may batch norms learn the new pictures' statistics
            self._body().eval()

    def _body(self) -> nn.Module:
        body: nn.Module = self.model.base_model
        return body


def load_backbone(folder: Path, config: ImageBackboneConfig, classes: int) -> Backbone:
    """The model in `folder`, with a new head for `classes`. Reads safetensors alone.

    Raises:
        InvalidInput: it is no image classifier that transformers knows, or the weights are
            not those of its config.
    """
    transformers = _transformers()
    kind = str(read_json(folder / CONFIG).get("model_type"))
    try:
        model, report = transformers.AutoModelForImageClassification.from_pretrained(
            folder,
            num_labels=classes,
            ignore_mismatched_sizes=True,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            attn_implementation="eager",  # what the ONNX exporter can trace
            output_loading_info=True,
            dtype=torch.float32,
        )
    except (ValueError, KeyError, OSError, RuntimeError, SafetensorError) as error:
        raise InvalidInput("train.backbone_unusable", kind=kind, problem=_first(error)) from error
    if model.base_model is model:
        raise InvalidInput("train.backbone_unusable", kind=kind, problem="it has no head.")
    body = {f"{model.base_model_prefix}.{name}" for name, _ in model.base_model.named_parameters()}
    missing = sorted(body & {*report["missing_keys"], *_mismatched(report)})
    if missing:
        raise InvalidInput(
            "train.weights_of_another", kind=kind, count=len(missing), name=missing[0]
        )
    return Backbone(model, config.freeze_epochs, config.head_factor)


def check_size(backbone: Backbone, preparation: Preparation) -> None:
    """Ask it about one empty picture: some backbones take one size alone.

    Raises:
        InvalidInput: it does not take pictures of this size.
    """
    try:
        with torch.inference_mode():
            backbone.eval()(torch.zeros(1, *preparation.shape))
    except (ValueError, RuntimeError) as error:
        raise InvalidInput(
            "train.backbone_size",
            size=" x ".join(map(str, preparation.size)),
            problem=_first(error),
        ) from error


def _mismatched(report: Mapping[str, Any]) -> set[str]:
    return {str(entry[0]) for entry in report["mismatched_keys"]}


def preparation_of(folder: Path, image_size: int | None, fit: Fit) -> Preparation:
    """How the backbone's own pictures were prepared, by ``preprocessor_config.json``.

    Raises:
        InvalidInput: the file does not say it in a way that is known.
    """
    found = read_json(folder / PREPROCESSOR)
    channels = int(read_json(folder / CONFIG).get("num_channels", 3))
    if channels not in (1, 3):
        raise InvalidInput("train.backbone_channels", count=channels)
    try:
        size = (image_size, image_size) if image_size else _size(found)
        mean, std = _statistics(found, channels)
        return Preparation(size, "RGB" if channels == 3 else "L", fit, mean, std)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            "train.weights_unreadable", name=PREPROCESSOR, problem=str(error) or repr(error)
        ) from error


def _size(found: Mapping[str, Any]) -> tuple[int, int]:
    size = found.get("crop_size") if found.get("do_center_crop") else None
    size = size or found["size"]
    if isinstance(size, int):
        return size, size
    if "shortest_edge" in size:
        return int(size["shortest_edge"]), int(size["shortest_edge"])
    return int(size["height"]), int(size["width"])


def _statistics(
    found: Mapping[str, Any], channels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not found.get("do_normalize", True):
        return (0.0,) * channels, (1.0,) * channels
    mean, std = (tuple(map(float, found[name])) for name in ("image_mean", "image_std"))
    return mean, std


def _transformers() -> Any:
    """The library, told to stay off the network and to keep quiet."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    transformers: Any = import_module("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
