"""Parameters that every picture trainer has: how long, how fast, with which changes, on what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aileron.core.steps import StepConfig

DeviceName = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "32", "bf16", "16"]
Fit = Literal["resize", "pad"]
ClassWeight = Literal["balanced", "none"]


class ImageTrainingConfig(StepConfig):
    """What the loop needs, whatever the network."""

    epochs: int = Field(
        40, ge=1, le=10_000, title="Epochs", description="most passes over the training pictures"
    )
    batch_size: int = Field(
        32, ge=4, le=4096, title="Batch size", description="pictures per step of the optimizer"
    )
    learning_rate: float = Field(
        0.002, gt=0, le=1, title="Learning rate", description="the highest rate of the optimizer"
    )
    weight_decay: float = Field(
        0.02, ge=0, le=1, title="Weight decay", description="how much weights shrink by themselves"
    )
    early_stopping_epochs: int | None = Field(
        10,
        ge=1,
        title="Patience",
        description="stop after so many epochs without a better validation loss; null never stops",
    )
    class_weight: ClassWeight = Field(
        "balanced",
        title="Class weight",
        description="balanced gives every class the same say, however few pictures it has",
    )
    flip: bool = Field(
        False,
        title="Mirror",
        description="mirror half of the training pictures; not for text, digits or signs",
    )
    rotate: float = Field(
        10.0, ge=0, le=180, title="Rotate", description="largest random turn, degrees"
    )
    crop: float = Field(
        0.2, ge=0, le=0.9, title="Crop", description="largest share of a side cut off at random"
    )
    brightness: float = Field(
        0.2, ge=0, le=1, title="Brightness", description="largest change of brightness and contrast"
    )
    device: DeviceName = Field(
        "auto", title="Device", description="auto takes a GPU where there is one"
    )
    precision: Precision = Field(
        "auto",
        title="Precision",
        description="bits of a number; auto is bf16 or 16 on a GPU and 32 on a CPU",
    )
    threads: int | None = Field(
        None, ge=1, title="Threads", description="CPU threads; null is all that the step may use"
    )
