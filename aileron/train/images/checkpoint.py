"""How far a training got, on disk: written whole after each epoch, read by the next try.

``last.pt`` has the state after the last finished epoch and names the file with the weights of
the best one. Random numbers need no state: those of an epoch (order, augmentation, dropout)
follow from seed and epoch alone, and the learning rate from the step's number.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

LAST: Final = "last.pt"
FORMAT_VERSION: Final = 1

State = Mapping[str, Any]
Weights = Mapping[str, Tensor]


class CheckpointFolder:
    """The checkpoints of one training. The folder is made when the first one is written."""

    def __init__(self, folder: Path, log: Callable[[str], None]) -> None:
        self._folder = folder
        self._log = log

    def save(self, state: State, best: Weights | None) -> None:
        """Keep `state`, which has the number of its best epoch; `best` if that is a new one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if best is not None:
            _write(self._best(state["best_epoch"]), dict(best))
        _write(self._folder / LAST, {"format_version": FORMAT_VERSION, **state})
        for old in set(self._folder.glob("best-*.pt")) - {self._best(state["best_epoch"])}:
            old.unlink(missing_ok=True)

    def load(self) -> tuple[State, Weights] | None:
        """The last state and the best weights; None if there are none that can be read.

        Loaded with ``weights_only``: numbers and tensors, no code.
        """
        try:
            state = torch.load(self._folder / LAST, map_location="cpu", weights_only=True)
            best = torch.load(
                self._best(state["best_epoch"]), map_location="cpu", weights_only=True
            )
        except FileNotFoundError:
            return None
        except (RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
            self._log(f"the checkpoint cannot be read, training starts anew: {error}")
            return None
        return (state, best) if state.get("format_version") == FORMAT_VERSION else None

    def _best(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:05d}.pt"


def _write(path: Path, value: Any) -> None:
    """Write `value` aside, see it on the disk, and rename it: there is never half a file."""
    draft = path.with_suffix(f".{os.getpid()}.part")
    with draft.open("wb") as file:
        torch.save(value, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
