"""The pictures of one part as tensors: decoded once, kept small on disk, read by the batch.

A decoded picture is kept as 8-bit values of the model's size in a scratch file, so that
later epochs cost a read and memory stays flat. What exceeds `CACHE_BYTES` is decoded anew
each time. Decoding runs in threads; it lets go of Python's lock.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aileron.core.errors import InvalidInput
from aileron.data.images import ImagePart
from aileron.serve.picture_errors import PictureError
from aileron.serve.pictures import Preparation, read

CACHE_BYTES: Final = 8 << 30
"""Most bytes of decoded pictures in the scratch file of one part."""

Values = NDArray[np.uint8]


@dataclass(frozen=True)
class Pictures:
    """Pictures of a part, of one size, with their targets.

    `targets` has class indices [n] int64 for single labels, and 0 or 1 [n, classes] float32
    for many. Use `Pictures.read`.
    """

    part: ImagePart
    targets: Tensor
    preparation: Preparation
    file: Path
    kept: int
    """How many pictures, from the first, are in the file."""

    @classmethod
    def read(
        cls, part: ImagePart, targets: Tensor, preparation: Preparation, file: Path
    ) -> Pictures:
        """Decode every picture once; what fits is kept in `file`, a new file.

        Raises:
            InvalidInput: a picture cannot be decoded; names the sample.
        """
        raw = replace(
            preparation,
            mean=(0.0,) * len(preparation.mean),
            std=(1.0,) * len(preparation.std),
        )
        kept = min(len(part), CACHE_BYTES // int(np.prod(preparation.shape)))
        pictures = cls(part, targets, raw, file, kept)
        with file.open("wb") as output:
            for values in pictures._decoded(range(kept)):
                output.write(values.tobytes())
        return pictures

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, indices: Sequence[int]) -> Tensor:
        """Pictures [n, c, h, w], values 0 to 1."""
        shape = (len(indices), *self.preparation.shape)
        values = np.empty(shape, dtype=np.uint8)
        size = values[0].nbytes
        later = [place for place, index in enumerate(indices) if index >= self.kept]
        with self.file.open("rb", buffering=0) as file:
            for place, index in enumerate(indices):
                if index < self.kept:
                    os.preadv(file.fileno(), [values[place]], index * size)
        for place, decoded in zip(later, self._decoded([indices[p] for p in later]), strict=True):
            values[place] = decoded
        return torch.from_numpy(values).float() / 255

    def statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel, values 0 to 1, over at most 5,000."""
        seen = np.linspace(0, len(self) - 1, min(len(self), 5000)).astype(int).tolist()
        total = torch.zeros(2, self.preparation.shape[0], dtype=torch.float64)
        for start in range(0, len(seen), 64):
            batch = self.batch(seen[start : start + 64]).double()
            total += torch.stack(
                [batch.mean(dim=(2, 3)).sum(0), (batch**2).mean(dim=(2, 3)).sum(0)]
            )
        mean, square = (total / len(seen)).unbind()
        std = (square - mean**2).clamp(min=1e-4).sqrt()
        return tuple(round(v, 6) for v in mean.tolist()), tuple(round(v, 6) for v in std.tolist())

    def _decoded(self, indices: Sequence[int]) -> Iterator[Values]:
        """8-bit values [c, h, w] of each, in order."""
        workers = torch.get_num_threads()
        with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
            for start in range(0, len(indices), 16 * workers):
                yield from pool.map(self._decode, indices[start : start + 16 * workers])

    def _decode(self, index: int) -> Values:
        try:
            values = read(self.part.picture(index), self.preparation)
        except PictureError as error:
            sample = self.part.sample_ids[index]
            raise InvalidInput("train.bad_picture", sample=sample, problem=str(error)) from error
        return (values * 255).round().astype(np.uint8)


def targets_of(part: ImagePart, classes: int, *, multi: bool) -> Tensor:
    """The labels of a part as `Pictures.targets`."""
    if not multi:
        return torch.tensor([labels[0] for labels in part.labels], dtype=torch.int64)
    targets = torch.zeros(len(part.labels), classes)
    for row, labels in enumerate(part.labels):
        targets[row, list(labels)] = 1
    return targets
