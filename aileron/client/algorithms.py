"""The verbs of algorithms, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from aileron.client import records as r


class AlgorithmVerbs(ABC):
    """The library: what a lifecycle may name in `train`."""

    @abstractmethod
    def algorithms(self) -> tuple[r.AlgorithmBrief, ...]:
        """The preset algorithms, then those of the library that the asker may see."""

    @abstractmethod
    def algorithm(self, name: str) -> r.Algorithm:
        """One algorithm with its parameters and the points of the contract that it misses."""

    @abstractmethod
    def register_algorithm(self, definition: Mapping[str, Any], upload: str) -> r.Algorithm:
        """Put an algorithm into the library, offline.

        Args:
            definition: the fields of ``algorithm.yaml``; `apiVersion` and `kind` may be left out.
            upload: id of the upload with its code.

        Raises:
            Conflict: there is one of that name.
        """

    @abstractmethod
    def change_algorithm(
        self, name: str, *, online: bool | None = None, visibility: str | None = None
    ) -> r.Algorithm:
        """Put an algorithm online or offline, or say who may use it.

        Raises:
            InvalidInput: it does not keep to the contract; each unmet point is named.
            Refused: it is another's, or a preset.
        """

    @abstractmethod
    def delete_algorithm(self, name: str) -> None:
        """Remove an algorithm with its code; models that it made stay.

        Raises:
            Conflict: a lifecycle names it.
        """
