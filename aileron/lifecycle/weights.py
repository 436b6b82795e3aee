"""The backbone that a training step starts from: a local folder that becomes a source.

The step reads it at its port `weights`; the folder's path is its parameter of the same name.
As a source its files have digests, so that other weights at the same path train anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aileron.core.catalogue import step_class
from aileron.core.settings import Settings
from aileron.graph.pipeline import SOURCE
from aileron.lifecycle.workflow import Lifecycle

WEIGHTS: Final = "weights"
"""The port, the parameter and the source."""


def weights_input(step: str) -> Mapping[str, str]:
    """What connects the port of training step `step`; nothing if it has none."""
    return {WEIGHTS: f"{SOURCE}{WEIGHTS}"} if WEIGHTS in step_class(step).inputs else {}


def weights_files(workflow: Lifecycle, settings: Settings) -> dict[str, Path]:
    """Name -> file of the backbone; empty if the algorithm starts from none.

    Raises:
        InvalidInput: the folder is not there, not whole, or holds pickled weights.
    """
    from aileron.train.images.weights import weight_files

    train = workflow.spec.train
    if WEIGHTS not in step_class(train.step).inputs:
        return {}
    where = workflow.document.where(("train", "parameters", WEIGHTS))
    folder = settings.workspace / Path(str(train.parameters.get(WEIGHTS))).expanduser()
    return weight_files(folder, where)
