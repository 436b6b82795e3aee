"""Beginning a campaign: its specification is completed, its samples are found."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.browse import find_version
from aileron.client.local.dataset_access import writable
from aileron.client.local.installation import Scope
from aileron.client.local.labelling.rules import work_of
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.core.access import authorize
from aileron.core.documents import check_values
from aileron.core.errors import Conflict, InvalidInput
from aileron.data.card import parse_card
from aileron.data.card_base import CARD_FILE
from aileron.label.spec import LabelSpec, complete, load_spec
from aileron.label.suggesting.suggesting import Suggesting
from aileron.ledger import Campaign, DatasetVersion

CREATE: Final = "label.create"
NAME_LENGTH: Final = 40
NAMES: Final = 1000
"""Campaigns of one dataset among whose names a free one is looked for."""
HEAD: Final = ("apiVersion", "api_version", "kind")
SEEDS: Final = 2**63


def create(
    scope: Scope, dataset: str, version: int | None, name: str | None, spec: Mapping[str, Any]
) -> Campaign:
    """Keep a campaign with its packages, which nobody has yet.

    Raises:
        NotFound: there is no such dataset, or it is not for the asker.
        Refused: the asker may not change the dataset, into which the labels are to go.
        InvalidInput: the specification does not fit, names nobody, or no sample waits.
        Conflict: another campaign has the name.
    """
    authorize(scope.actor, CREATE, scope.project)
    given = {"dataset": dataset, "version": version, "name": name, "spec": dict(spec)}
    asked = check_values(r.CreateCampaign, given)
    found = _version(scope, asked.dataset, asked.version)
    full = _completed(scope, found, asked.spec)
    if len(full.annotators) < full.overlap:
        raise InvalidInput(
            "client.few_annotators",
            dataset=dataset,
            count=len(full.annotators),
            overlap=full.overlap,
        )
    samples = BrowsedSamples(scope.installation, scope.project)
    ids = samples.ids(dataset, found.version, waiting=full.only_waiting)
    if not ids:
        raise InvalidInput("client.nothing_to_label", name=dataset, version=found.version)
    return work_of(scope).create(
        asked.name or _free_name(scope, dataset),
        dataset,
        found.version,
        full,
        ids,
        seed=secrets.randbelow(SEEDS),
    )


def spec_of(scope: Scope, dataset: str, version: int | None) -> r.LabellingSpec:
    """The label spec with which a campaign would begin.

    Raises:
        NotFound, Refused, InvalidInput: as `create`.
    """
    authorize(scope.actor, CREATE, scope.project)
    found = _version(scope, dataset, version)
    full = _completed(scope, found, {})
    return r.LabellingSpec(dataset=dataset, version=found.version, spec=full.to_json())


def _version(scope: Scope, dataset: str, version: int | None) -> DatasetVersion:
    """What is to be labelled, if the asker may change the dataset."""
    writable(scope, dataset, "dataset.edit")
    return find_version(scope, dataset, version)


def _completed(scope: Scope, found: DatasetVersion, changes: Mapping[str, Any]) -> LabelSpec:
    """The dataset's label spec with `changes`, and what they leave out."""
    spec = load_spec(scope.settings, found.name)
    if changes:
        said = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
        changed = {name: value for name, value in changes.items() if name not in HEAD}
        spec = check_values(LabelSpec, {**said, **changed})
    full = complete(spec, parse_card(scope.store.read_bytes(found.reference, CARD_FILE)))
    Suggesting(scope.settings, scope.ledger, scope.store).check(scope.project, full)
    return full


def _free_name(scope: Scope, dataset: str) -> str:
    """The dataset's name, with the next free number behind it where that is taken."""
    taken = {one.name for one in scope.ledger.labelling.campaigns(scope.project, ended=True)}
    for number in range(1, NAMES):
        end = f"_{number}" if number > 1 else ""
        wanted = dataset[: NAME_LENGTH - len(end)] + end
        if wanted not in taken:
            return wanted
    raise Conflict("ledger.campaign_exists", name=dataset)
