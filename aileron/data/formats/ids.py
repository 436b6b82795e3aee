"""Ids of samples from several files, each sample's its own."""

from __future__ import annotations

from aileron.data.formats.problems import Fault
from aileron.data.formats.text.pieces import NO_PART


class Ids:
    """The ids that were met. Many tools count in each file anew, so a file is part of an id
    that another file had before."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}

    def has(self, sample_id: str, path: str) -> bool:
        """Whether file `path` has a sample `sample_id` already."""
        return path in (self._files.get(sample_id), self._files.get(_below(path, sample_id)))

    def new(self, sample_id: str, path: str) -> str:
        """The id for sample `sample_id` of file `path`.

        Raises:
            Fault: the file has it twice.
        """
        found = sample_id
        if self._files.get(sample_id, path) != path:
            found = _below(path, sample_id)
        if found in self._files:
            raise Fault("twice", name=sample_id)
        self._files[found] = path
        return found


def _below(path: str, sample_id: str) -> str:
    return f"{path or NO_PART}/{sample_id}"
