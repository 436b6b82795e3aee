"""Where a network learns and how exact its numbers are, chosen once and refused in words."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from aileron.core.errors import InvalidInput
from aileron.train.images.config import DeviceName, Precision


@dataclass(frozen=True)
class Place:
    """A device and the type of number that convolutions and products are computed in."""

    device: torch.device
    reduced: torch.dtype | None = None
    """None computes everything in 32 bits."""

    def autocast(self) -> AbstractContextManager[object]:
        """Inside it torch chooses, operation by operation, where fewer bits do no harm."""
        if self.reduced is None:
            return nullcontext()
        return torch.autocast(self.device.type, self.reduced)

    def scaler(self) -> torch.amp.GradScaler:
        """Keeps small gradients above zero in 16 bits; does nothing otherwise."""
        return torch.amp.GradScaler(self.device.type, enabled=self.reduced is torch.float16)

    def __str__(self) -> str:
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "CPU"
        bits = str(self.reduced or torch.float32).removeprefix("torch.")
        return f"{name}, {bits}, {torch.get_num_threads()} threads"


def choose_place(device: DeviceName, precision: Precision, threads: int | None) -> Place:
    """The place that was asked for, and torch set up to repeat its results there.

    Raises:
        InvalidInput: there is no such device, or it cannot compute in this precision.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # before CUDA starts
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise InvalidInput("train.no_gpu")
    if threads is not None:
        torch.set_num_threads(threads)
    chosen = torch.device("cuda" if there and device != "cpu" else "cpu")
    torch.use_deterministic_algorithms(True, warn_only=chosen.type == "cuda")
    torch.backends.cudnn.benchmark = False
    return Place(chosen, _reduced(chosen, precision))


def _reduced(device: torch.device, precision: Precision) -> torch.dtype | None:
    on_gpu = device.type == "cuda"
    has_bf16 = not on_gpu or torch.cuda.is_bf16_supported()
    if precision == "auto":
        precision = "32" if not on_gpu else "bf16" if has_bf16 else "16"
    if precision == "16" and not on_gpu:
        raise InvalidInput("train.no_half_on_cpu")
    if precision == "bf16" and not has_bf16:
        raise InvalidInput("train.no_bf16", device=torch.cuda.get_device_name(device))
    return {"32": None, "bf16": torch.bfloat16, "16": torch.float16}[precision]
