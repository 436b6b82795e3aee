"""A trained model of pictures: its card, its ONNX graph, scores of prepared pictures.

The graph is loaded from bytes whose digest is the one in model.json, so that a file beside
it is never read and nothing but the graph can run. Needs numpy, onnxruntime and Pillow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .model import FORMAT_VERSION, ModelBroken
from .pictures import PictureArray, Preparation

__all__ = ["INPUT", "OUTPUT", "ImageModel", "ImageModelCard", "ImageTask", "ModelBroken", "load"]

INPUT: Final = "pictures"
"""float32, shape (pictures, channels, height, width)."""
OUTPUT: Final = "scores"
"""Probabilities, shape (pictures, classes)."""
DEFAULT_THRESHOLD: Final = 0.5

ImageTask = Literal["single_label", "multi_label"]
ImageScores = NDArray[np.float64]
"""Shape (pictures, classes)."""


@dataclass(frozen=True)
class ImageModelCard:
    """model.json of a model of pictures: all there is to know about it but its weights."""

    algorithm: str
    framework: Literal["onnx"]
    file: str
    file_digest: str
    task: ImageTask
    classes: tuple[str, ...]
    preparation: Preparation
    parameters: Mapping[str, Any]
    best_round: int | None
    threshold: float | None
    """Score from which a label is given; of a model with one label it is null."""
    requirements: tuple[str, ...]
    library_versions: Mapping[str, str]
    contract: Literal["image"] = "image"

    @classmethod
    def read(cls, folder: Path) -> ImageModelCard:
        """model.json of `folder`.

        Raises:
            ModelBroken: it is missing, of another contract or format version, or incomplete.
        """
        try:
            data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelBroken(f"model.json of {folder} cannot be read: {error}") from error
        if data.pop("format_version", None) != FORMAT_VERSION:
            raise ModelBroken(f"model.json of {folder} is not of format version {FORMAT_VERSION}.")
        if data.get("contract") != "image":
            raise ModelBroken(f"model.json of {folder} is not of a model of pictures.")
        try:
            data["preparation"] = Preparation.from_json(data["preparation"])
            data["classes"] = tuple(str(label) for label in data["classes"])
            data["requirements"] = tuple(data["requirements"])
            return cls(**data)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelBroken(f"model.json of {folder} is incomplete: {error}") from error

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "format_version": FORMAT_VERSION,
            "classes": list(self.classes),
            "preparation": self.preparation.to_json(),
            "requirements": list(self.requirements),
        }


class ImageModel:
    """A loaded model. Its methods may be called by many threads at once."""

    def __init__(
        self, card: ImageModelCard, score: Callable[[NDArray[np.float32]], NDArray[Any]]
    ) -> None:
        self.card = card
        self._score = score

    @property
    def threshold(self) -> float:
        """Score from which a label is given, if nobody says otherwise."""
        return DEFAULT_THRESHOLD if self.card.threshold is None else self.card.threshold

    def scores(self, batch: NDArray[np.float32] | Sequence[PictureArray]) -> ImageScores:
        """Probabilities of `card.classes` in order, of prepared pictures.

        Raises:
            ValueError: the pictures are not prepared as `card.preparation` wants it.
        """
        pictures = np.asarray(batch, dtype=np.float32)
        if pictures.shape[1:] != self.card.preparation.shape:
            wanted = self.card.preparation.shape
            raise ValueError(f"pictures have the shape {pictures.shape[1:]}, not {wanted}")
        return np.asarray(self._score(pictures), dtype=np.float64)

    def chosen(self, scores: ImageScores) -> NDArray[np.bool_]:
        """Which classes are given to each picture, shape (pictures, classes)."""
        if self.card.task == "multi_label":
            return scores >= self.threshold
        return np.asarray(np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, None])


def load(folder: Path, threads: int = 1) -> ImageModel:
    """The model in `folder`; `threads` is what one call of `scores` may use.

    Raises:
        ModelBroken: a file is missing or its digest is another, or it is not a graph with the
            input and output that model.json promises.
    """
    card = ImageModelCard.read(folder)
    path = folder / card.file
    if path.parent != folder or not path.is_file():
        raise ModelBroken(f"The model file {card.file} is missing in {folder}.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != card.file_digest:
        raise ModelBroken(f"{path} is not the file that was trained: its digest differs.")
    return ImageModel(card, _session(card, data, threads))


def _session(
    card: ImageModelCard, data: bytes, threads: int
) -> Callable[[NDArray[np.float32]], NDArray[Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no other base
        raise ModelBroken(f"{card.file} is not loaded: {error}") from error
    _check_ports(card, session)

    def score(batch: NDArray[np.float32]) -> NDArray[Any]:
        return np.asarray(session.run([OUTPUT], {INPUT: batch})[0])

    return score


def _check_ports(card: ImageModelCard, session: Any) -> None:
    """Refuse a graph with other ports than the contract's."""
    inputs = {port.name: port.shape for port in session.get_inputs()}
    outputs = {port.name: port.shape for port in session.get_outputs()}
    if set(inputs) != {INPUT} or OUTPUT not in outputs:
        found = f"{sorted(inputs)} and {sorted(outputs)}"
        raise ModelBroken(f"{card.file} has the ports {found}, not {INPUT} and {OUTPUT}.")
    fits = _fits(inputs[INPUT], (None, *card.preparation.shape))
    if not fits or not _fits(outputs[OUTPUT], (None, len(card.classes))):
        shapes = f"{inputs[INPUT]} and {outputs[OUTPUT]}"
        raise ModelBroken(f"{card.file} has ports of the shapes {shapes}, unlike model.json.")


def _fits(shape: Sequence[Any], wanted: Sequence[int | None]) -> bool:
    """Whether the sides that both name are the same; a side of any size is a word or None."""
    return len(shape) == len(wanted) and all(
        not isinstance(side, int) or other is None or side == other
        for side, other in zip(shape, wanted, strict=True)
    )
