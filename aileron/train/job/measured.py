"""What a job's model was measured on: ``measured.json`` in its MODEL.

A job measures itself, so its figures compare with another model's only where both were taken on
the same dataset version and split.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aileron.data.card import read_card
from aileron.data.layout import SPLIT_FILE

FORMAT_VERSION: Final = 1
MEASURED_FILE: Final = "measured.json"


def write_measured(model: Path, dataset: Path, split: Path, metrics: Mapping[str, float]) -> None:
    """Note in the MODEL in `model` what `metrics` were taken on."""
    document = {
        "format_version": FORMAT_VERSION,
        "data": data_identity(dataset, split),
        "metrics": dict(metrics),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (model / MEASURED_FILE).write_text(text + "\n", encoding="utf-8")


def read_measured(model: Path) -> Mapping[str, Any] | None:
    """``data`` and ``metrics`` of a job's MODEL; None of a model that did not measure itself."""
    path = model / MEASURED_FILE
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def data_identity(dataset: Path, split: Path) -> Mapping[str, str]:
    """The identity of a dataset version and of a split of it."""
    from aileron.core.digest import digest_file

    return {"dataset": read_card(dataset).digest, "split": digest_file(split / SPLIT_FILE)}
