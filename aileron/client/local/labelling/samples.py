"""Samples of the dataset versions that are labelled, many at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.browse import medium_of
from aileron.client.local.browsing.index import SampleIndex, Wanted
from aileron.client.local.installation import Installation
from aileron.core.errors import NotFound
from aileron.ledger import DatasetVersion

LONG_LOOK: Final = 50.0
"""Seconds that what is done with all samples waits until they have been looked through; less
than who asks over HTTP waits for an answer."""


class BrowsedSamples:
    """Samples of a project's dataset versions, as their pages show them.

    It asks nobody's permission: who may see a package sees its samples.
    """

    def __init__(self, installation: Installation, project: str) -> None:
        self._installation = installation
        self._project = project

    def bodies(self, dataset: str, version: int, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Id -> the sample as JSON has it (`DatasetSample`); what is not there is left out.

        Raises:
            NotFound: there is no such version any more.
            Unavailable: the version is being looked through; ask again.
        """
        found = self._index(dataset, version).bodies(ids)
        return {sample_id: json.loads(body) for sample_id, body in found.items()}

    def records(self, dataset: str, version: int, ids: Sequence[str]) -> dict[str, r.DatasetSample]:
        """`bodies` as records, one for each id; a sample that is gone has its id alone."""
        found = self._index(dataset, version).bodies(ids)
        return {
            one: r.DatasetSample.model_validate_json(found[one])
            if one in found
            else r.DatasetSample(sample_id=one)
            for one in ids
        }

    def ids(self, dataset: str, version: int, *, waiting: bool) -> list[str]:
        """The ids of all samples, or of those that nobody has annotated yet, in order.

        Raises:
            NotFound: there is no such version any more.
            Unavailable: the version is being looked through, and takes long; ask again.
        """
        wanted = Wanted(annotated=False) if waiting else Wanted()
        return self._index(dataset, version, LONG_LOOK).ids(wanted)

    def medium(
        self, dataset: str, version: int, sample_id: str, size: r.MediumSize = "full"
    ) -> r.Medium:
        """A sample's picture or recording.

        Raises:
            NotFound: there is no such version or sample, or it has neither.
        """
        found = self._version(dataset, version)
        return medium_of(self._installation, found, sample_id, size)

    def _index(self, dataset: str, version: int, patience: float | None = None) -> SampleIndex:
        reference = self._version(dataset, version).reference
        return self._installation.browser.index(self._installation.store, reference, patience)

    def _version(self, dataset: str, version: int) -> DatasetVersion:
        found = self._installation.ledger.datasets.get(self._project, dataset, version)
        if found is None or found.deleted is not None:
            raise NotFound(
                "client.no_dataset_version", project=self._project, name=dataset, version=version
            )
        return found
