"""The working directory of a job: its code, ``./train_data``, ``./test_data``, ``./output``.

In a lifecycle the parts of the split lie in ``./train_data``, ``./validation_data`` and
``./test_data``. All of it is the job's own copy, to write into as it likes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.layout import Part
from aileron.train.job.config import DataWanted, TrainJobConfig
from aileron.train.job.datafiles import given_part, split_part, write_samples
from aileron.train.job.unpack import lay_out

TRAIN_DATA: Final = "train_data"
VALIDATION_DATA: Final = "validation_data"
TEST_DATA: Final = "test_data"
OUTPUT: Final = "output"
FOLDERS: Final[Mapping[Part, str]] = {
    "train": TRAIN_DATA,
    "validation": VALIDATION_DATA,
    "test": TEST_DATA,
}
"""Part of the split -> the folder that its samples are written to."""


@dataclass(frozen=True)
class Workplace:
    """Where a job works."""

    folder: Path
    """The working directory."""
    code: Path | None
    """The code as it was snapshotted, untouched by the job; None if it is in the image."""

    @property
    def output(self) -> Path:
        return self.folder / OUTPUT


def make_workplace(
    context: Context, config: TrainJobConfig, inputs: Mapping[str, Path]
) -> Workplace:
    """Lay out what the job finds.

    Raises:
        InvalidInput: the code or data cannot be unpacked or written, or hides one of the folders.
    """
    folder, code = context.work / "job", None
    if "code" in inputs:
        code = context.work / "code"
        count = lay_out(inputs["code"], code, context.work / "packed")
        context.log(f"code: {count:,} files")
        shutil.copytree(code, folder)
    else:
        folder.mkdir()
    if (folder / OUTPUT).exists():  # what an earlier run elsewhere left is no result of this one
        context.log("the ./output of the code is left out")
        shutil.rmtree(folder / OUTPUT)
    _lay_out_data(context, config, inputs, folder)
    for name in (TRAIN_DATA, TEST_DATA, OUTPUT):
        (folder / name).mkdir(exist_ok=True)
    return Workplace(folder, code)


def _lay_out_data(
    context: Context, config: TrainJobConfig, inputs: Mapping[str, Path], folder: Path
) -> None:
    if "split" in inputs:
        for part, name in FOLDERS.items():
            ids = split_part(inputs["split"], part)
            if ids:
                _check_free(folder / name)
                dataset = inputs["dataset"]
                write_samples(context, dataset, folder / name, config.train_data.format, ids)
        return
    _one(context, inputs, "train", config.train_data, folder / TRAIN_DATA)
    _one(context, inputs, "test", config.test_data, folder / TEST_DATA)


def _one(
    context: Context, inputs: Mapping[str, Path], which: str, wanted: DataWanted, folder: Path
) -> None:
    if f"{which}_files" in inputs:
        _check_free(folder)
        count = lay_out(inputs[f"{which}_files"], folder, context.work / "packed")
        context.log(f"./{folder.name}: {count:,} files")
    elif f"{which}_dataset" in inputs:
        _check_free(folder)
        dataset = inputs[f"{which}_dataset"]
        only = given_part(dataset, wanted.part) if wanted.part else None
        write_samples(context, dataset, folder, wanted.format, only)


def _check_free(folder: Path) -> None:
    """Raise `InvalidInput` if the code brings a folder that the data is to lie in."""
    if folder.exists():
        raise InvalidInput("train.job.folder_of_code", folder=folder.name)
