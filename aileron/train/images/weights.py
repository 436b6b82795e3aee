"""A folder with the weights of a backbone, as `transformers` saves it: checked before any load.

It holds ``config.json``, ``preprocessor_config.json`` and ``model.safetensors`` (or its index and
shards). Pickled weights are refused: loading them would run code. Nothing is downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import InvalidInput

CONFIG: Final = "config.json"
PREPROCESSOR: Final = "preprocessor_config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = "model.safetensors.index.json"
PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
"""Endings of weights that are no safetensors."""


def weight_files(folder: Path, where: str | None = None) -> dict[str, Path]:
    """Name -> file of all that training needs of `folder`.

    Raises:
        InvalidInput: it is no folder, or not whole, or its weights are pickled; says which.
    """
    if not folder.is_dir():
        raise InvalidInput("train.no_weights_folder", where=where, folder=str(folder))
    names = [CONFIG, PREPROCESSOR, *_weight_names(folder, where)]
    for name in names:
        if not (folder / name).is_file():
            raise InvalidInput(
                "train.weights_incomplete", where=where, folder=str(folder), name=name
            )
    return {name: folder / name for name in names}


def read_json(path: Path) -> Mapping[str, Any]:
    """The JSON object in `path`.

    Raises:
        InvalidInput: it holds none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(
            "train.weights_unreadable", name=path.name, problem=str(error)
        ) from error
    if not isinstance(found, dict):
        raise InvalidInput("train.weights_unreadable", name=path.name, problem="no JSON object")
    return found


def _weight_names(folder: Path, where: str | None) -> list[str]:
    if (folder / INDEX).is_file() and not (folder / WEIGHTS).is_file():
        shards = set(dict(read_json(folder / INDEX).get("weight_map", {})).values())
        if any("/" in str(name) or not str(name).endswith(".safetensors") for name in shards):
            raise InvalidInput("train.weights_unreadable", name=INDEX, problem="weight_map")
        return [INDEX, *sorted(shards)]
    pickled = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickled and not (folder / WEIGHTS).is_file():
        raise InvalidInput(
            "train.weights_pickled", where=where, folder=str(folder), name=pickled[0]
        )
    return [WEIGHTS]
