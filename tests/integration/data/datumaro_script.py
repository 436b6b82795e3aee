"""Runs in an environment of its own, with Datumaro: reads and writes datasets for the referee.

    python datumaro_script.py JOBS

JOBS is a JSON file: rows of ``read``, format, folder, or of ``write``, format, folder, kind. It
prints what was read as JSON, a row for each row.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import datumaro as dm
import numpy as np
from datumaro.components.annotation import (
    AnnotationType,
    Bbox,
    Label,
    LabelCategories,
    Mask,
    Points,
    PointsCategories,
    Polygon,
)
from datumaro.components.media import Image
from pycocotools import mask as coco_mask

WIDTH, HEIGHT = 40, 30
NAMES = ["cat", "dog"]


def told(annotation: Any, names: list[str]) -> dict[str, Any]:
    made = {"type": annotation.type.name, "label": names[annotation.label]}
    if annotation.type == AnnotationType.bbox:
        made["numbers"] = list(annotation.get_bbox())
    elif annotation.type == AnnotationType.mask:
        pixels = np.asfortranarray(annotation.image.astype(np.uint8))
        made["mask"] = coco_mask.encode(pixels)["counts"].decode()
    elif annotation.type in (AnnotationType.polygon, AnnotationType.points):
        made["numbers"] = list(annotation.points)
    if annotation.type == AnnotationType.points:
        made["seen"] = [int(value.value) for value in annotation.visibility]
    made["numbers"] = [round(float(value), 2) for value in made.get("numbers", ())]
    return made


def read(kind: str, folder: str) -> dict[str, Any]:
    dataset = dm.Dataset.import_from(folder, kind)
    names = [label.name for label in dataset.categories()[AnnotationType.label]]
    items = {
        f"{item.subset}/{item.id}": [told(found, names) for found in item.annotations]
        for item in dataset
    }
    return {"labels": names, "items": items}


def annotations(kind: str, number: int) -> list[Any]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[3:8, 4 : 9 + number] = 1
    mask[3, 4] = 0
    return {
        "boxes": [
            Bbox(1 + number, 2, 10, 5, label=0),
            Bbox(20, 10, 5, 6, label=1),
        ],
        "outlines": [
            Polygon([1, 1, 9 + number, 1, 9, 9], label=1, group=1),
            Mask(mask, label=0, group=2),
        ],
        "points": [
            Points([2, 3, 4, 5], [2, 1], label=0, group=1),
            Bbox(1, 1, 8, 9, label=0, group=1),
        ],
        "masks": [Mask(mask, label=0)],
        "labels": [Label(number % 2)],
    }[kind]


def write(form: str, folder: str, kind: str) -> None:
    points = PointsCategories()
    points.add(0, ["nose", "left"], joints={(0, 1)})
    categories: dict[Any, Any] = {AnnotationType.label: LabelCategories.from_iterable(NAMES)}
    if kind == "points":
        categories[AnnotationType.points] = points
    items = [
        dm.DatasetItem(
            f"{number}",
            subset=subset,
            media=Image.from_numpy(np.full((HEIGHT, WIDTH, 3), 40 * number, np.uint8)),
            annotations=annotations(kind, number),
        )
        for number, subset in enumerate(("train", "train", "val"))
    ]
    dataset = dm.Dataset.from_iterable(items, categories=categories)
    dataset.export(folder, form, save_media=True)


if __name__ == "__main__":
    done = []
    for verb, *values in json.loads(Path(sys.argv[1]).read_text()):
        try:
            done.append({"read": read, "write": write}[verb](*values))
        except Exception as error:  # noqa: BLE001  # the referee tells which job failed
            done.append({"error": f"{type(error).__name__}: {error} {error.__cause__}"})
    print(json.dumps(done))
