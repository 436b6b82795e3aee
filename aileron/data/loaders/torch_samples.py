"""`Samples` for torch: a `torch.utils.data.Dataset` of tensors, for a loader with workers.

torch is imported when the class is first asked for, so `TorchSamples` is made by `__getattr__`;
pickle finds it by its name all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aileron.data.loaders.samples import Item, Samples

if TYPE_CHECKING:
    from torch.utils.data import Dataset


def torch_samples(*args: Any, **options: Any) -> Dataset[Item]:
    """A torch dataset of the samples of a version; arguments are those of `Samples`.

    Pixels are uint8 tensors [channels, height, width], sounds float32 [channels, frames];
    several labels are a float32 tensor, boxes a dict of tensors as torchvision's detectors take
    it, segments a dict of tensors as well. `transform` gets the tensor.
    """
    made: Dataset[Item] = __getattr__("TorchSamples")(*args, **options)
    return made


def __getattr__(name: str) -> Any:
    if name != "TorchSamples":
        raise AttributeError(name)
    import torch
    from torch.utils.data import Dataset

    class TorchSamples(Samples, Dataset[Item]):
        """`Samples` as tensors."""

        def _medium(self, index: int, sample_id: str) -> Any:
            medium = super()._medium(index, sample_id)
            if self.card.modality == "image":
                return torch.from_numpy(medium).permute(2, 0, 1)
            return torch.from_numpy(medium.copy()) if self.card.modality == "audio" else medium

        def _label(self, index: int) -> Any:
            return _tensors(super()._label(index))

    def _tensors(label: Any) -> Any:
        if isinstance(label, dict):
            return {name: _tensors(value) for name, value in label.items()}
        return torch.from_numpy(label) if hasattr(label, "dtype") else label

    TorchSamples.__qualname__ = "TorchSamples"
    globals()["TorchSamples"] = TorchSamples
    return TorchSamples
