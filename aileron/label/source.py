"""Where the samples of a dataset version come from, as a port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class SampleSource(Protocol):
    """Samples of one project's dataset versions."""

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Id -> the JSON of a `DatasetSample`; what the version has not is left out."""
        ...
