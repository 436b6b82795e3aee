"""A trained network as ONNX for serving and as safetensors for later training.

The graph is only believed after ONNX Runtime has given torch's answers to real pictures.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aileron.core.errors import StepFailed
from aileron.serve.image_model import INPUT, OUTPUT
from aileron.train.images.objective import Objective

MODEL_FILE: Final = "model.onnx"
WEIGHTS_FILE: Final = "weights.safetensors"
OPSET: Final = 17
TOLERANCE: Final = 1e-3
"""Largest difference of a probability."""


class _Scores(nn.Module):
    """The network with its probabilities."""

    def __init__(self, network: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.network = network
        self.objective = objective

    def forward(self, pictures: Tensor) -> Tensor:
        return self.objective.probabilities(self.network(pictures))


def write_onnx(folder: Path, network: nn.Module, objective: Objective, examples: Tensor) -> Path:
    """Write `network`, in 32 bits, to ``model.onnx`` and compare its answers to `examples`.

    Args:
        examples: normalised pictures [n, c, h, w].

    Raises:
        StepFailed: the graph answers something else than the network.
    """
    path = folder / MODEL_FILE
    scores = _Scores(network.float().cpu(), objective).eval()
    examples = examples.contiguous()
    with torch.inference_mode():
        wanted = scores(examples).numpy()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is old, and needs no more libraries
        torch.onnx.export(
            scores,
            (examples[:1],),
            str(path),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "pictures"}, OUTPUT: {0: "pictures"}},
            opset_version=OPSET,
            dynamo=False,
        )
    _check(path, examples.numpy(), wanted)
    return path


def _check(path: Path, examples: NDArray[np.float32], wanted: NDArray[np.float32]) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {INPUT: examples})
    difference = float(np.abs(found - wanted).max())
    if not difference <= TOLERANCE:
        raise StepFailed("train.export_differs", difference=f"{difference:.3g}")


def write_weights(folder: Path, network: nn.Module) -> Path:
    """Write the weights to ``weights.safetensors``."""
    from safetensors.torch import save_file

    path = folder / WEIGHTS_FILE
    weights = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(weights, path)
    return path


def example_indices(count: int, wanted: int = 8) -> Sequence[int]:
    """Some of `count` pictures, evenly spread."""
    places: list[int] = np.linspace(0, count - 1, min(count, wanted)).astype(int).tolist()
    return places
