"""What an operation changes of a dataset that goes into its result, and what it knows of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from aileron.data.annotation import Annotation

LabelSet = tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What operations decide by; one entry per sample, in the order of the dataset."""

    ids: pa.Array
    parts: pa.Array
    """The given part, null for none."""
    annotated: pa.Array
    label_sets: Sequence[LabelSet]
    """The different sets of labels that samples have, each sorted."""
    codes: np.ndarray[Any, Any]
    """Which of `label_sets` each sample has."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> list[LabelSet]:
        """The labels of each sample."""
        return [self.label_sets[code] for code in self.codes]


@dataclass(frozen=True)
class Edit:
    """A dataset that goes into the result, and what changes on the way; by default nothing."""

    folder: Path
    keep: pa.Array | None = None
    """Whether each sample is kept; None: all are."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Sample id -> its new one."""
    parts: pa.Array | None = None
    """The new part of each sample, null for none; None: the parts stay."""
    names: Mapping[str, str | None] = field(default_factory=dict)
    """Label -> its new name, or None: it is taken off the samples."""
    labels: Mapping[str, LabelSet] = field(default_factory=dict)
    """Sample id -> its labels instead of those it has."""
    annotations: Mapping[str, Annotation] = field(default_factory=dict)
    """Sample id -> all that is said of it, instead of what was."""


def label_codes(labels: Iterable[LabelSet]) -> tuple[list[LabelSet], np.ndarray[Any, Any]]:
    """The different sets of labels, and which of them each sample has."""
    import numpy as np

    known: dict[LabelSet, int] = {}
    codes = [known.setdefault(names, len(known)) for names in labels]
    return list(known), np.array(codes, dtype=np.int32)
