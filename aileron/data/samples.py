"""Small public tables that scikit-learn bundles, written to CSV: data without a network."""

from __future__ import annotations

import csv
import re
import tempfile
from pathlib import Path
from typing import Any, Literal, get_args

SampleName = Literal["breast_cancer", "diabetes", "iris", "wine"]
SAMPLES: tuple[SampleName, ...] = get_args(SampleName)

_TARGETS: dict[SampleName, str] = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "iris": "species",
    "wine": "cultivar",
}


def materialise_sample(name: SampleName, folder: Path) -> Path:
    """``folder/NAME.csv``, written the first time; several processes may call this at once."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=folder, suffix=".tmp", delete=False, newline="", encoding="utf-8"
        ) as file:
            csv.writer(file, lineterminator="\n").writerows(_rows(name))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    return path


def _rows(name: SampleName) -> list[list[Any]]:
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    classes = getattr(bunch, "target_names", None)
    targets = bunch.target.tolist()
    labels = targets if classes is None else [str(classes[i]) for i in targets]
    header = [*(_column(feature) for feature in bunch.feature_names), _TARGETS[name]]
    return [header, *([*row, y] for row, y in zip(bunch.data.tolist(), labels, strict=True))]


def _column(feature: str) -> str:
    """``sepal length (cm)`` -> ``sepal_length_cm``."""
    return re.sub(r"[^a-z0-9]+", "_", feature.lower()).strip("_")
