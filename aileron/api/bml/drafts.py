"""BML's calls that make a dataset and fill it: a version that is being filled is a draft here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter

from aileron.api.bml import records as b
from aileron.api.bml.client import BmlClient, group_of, place_of
from aileron.api.bml.kinds import DEFINITIONS, kind_of, types_of
from aileron.api.request import needs
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import Conflict, InvalidInput

router = APIRouter(tags=["bml"])
NAME_LENGTH: Final = 30
"""Of the name that is made of a display name; a number may follow."""


@router.post("/create", summary="BML: make a dataset", dependencies=[needs("dataset.edit")])
def create(client: BmlClient, body: b.Create) -> b.Created:
    """With an empty version: `addentity` and `createImportTask` fill it."""
    declared = DEFINITIONS.get((body.type, body.template_type))
    if declared is None:
        raise InvalidInput("api.other_template", field="template_type", type=body.type)
    project = client.session().project
    names = [one for one in client.datasets() if one.project == project]
    if any(body.dataset_name in (one.display_name, one.name) for one in names):
        raise Conflict("api.dataset_exists", name=body.dataset_name)
    definition = {"display_name": body.dataset_name, **declared, "source": {"draft": "new"}}
    made = _define(client, body.dataset_name, definition)
    draft = client.begin_draft(made.name, kind=kind_of(body.type, body.template_type))
    (dataset,) = (one for one in client.datasets() if one.name == made.name)
    return b.Created(dataset_id=draft.number, dataset_group_id=dataset.id or 0)


@router.post(
    "/createDatasetVersion", summary="BML: make a version", dependencies=[needs("dataset.edit")]
)
def create_dataset_version(client: BmlClient, body: b.CreateVersion) -> b.CreatedVersion:
    """An empty one; nothing of the versions before is in it."""
    dataset = group_of(client, body.dataset_group_id)
    kind = kind_of(body.type, body.template_type)
    for draft in client.drafts(dataset.name)[:1]:
        _check_kind(draft, kind)
    made = client.begin_draft(dataset.name, kind=kind, description=body.description)
    return b.CreatedVersion(dataset_id=made.number)


@router.post("/addentity", summary="BML: add a sample", dependencies=[needs("dataset.edit")])
def add_entity(client: BmlClient, body: b.AddEntity) -> b.EntityAdded:
    """A picture or a text; it is in the dataset at once, and in a version some minutes later."""
    place = place_of(client, body.dataset_id)
    kind = kind_of(body.type, body.template_type)
    own = types_of(place.dataset.modality, place.dataset.task, place.dataset.card or {})
    if place.draft is None and own != (body.type, body.template_type):
        raise InvalidInput("api.other_kind", field="type", kind="/".join(map(str, own)), found=kind)
    draft = place.draft or _draft_of(client, place.version)
    _check_kind(draft, kind)
    labels = [
        r.SampleLabel(name=one.label_name, **one.model_dump(exclude={"label_name"}))
        for one in body.labels
    ]
    client.add_sample(draft.number, body.entity_content, labels, replace=not body.append_label)
    return b.EntityAdded()


def _define(client: Client, wanted: str, definition: Mapping[str, Any]) -> r.DatasetBrief:
    """Under a name made of the wanted one; with a number behind it, if that is taken."""
    words = re.findall(r"[a-z0-9]+", wanted.lower())
    stem = "_".join(words)[:NAME_LENGTH].strip("_") or "dataset"
    stem = stem if stem[0].isalpha() else f"dataset_{stem}"
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}_{number}"
        try:
            return client.define_dataset({"name": name, **definition})
        except Conflict:
            number += 1


def _draft_of(client: Client, version: r.DatasetVersion | None) -> r.Draft:
    """The draft that a version was made of; of an imported one, the draft that follows it.

    Raises:
        Conflict: there is a newer version or draft.
    """
    if version is None:
        raise Conflict("api.version_is_closed", tag="-")
    drafts = client.drafts(version.dataset)
    for draft in drafts:
        if version.version in draft.versions:
            return draft
    if drafts and drafts[0].after == version.version:
        return drafts[0]
    if client.dataset(version.dataset).latest != version.version:
        raise Conflict("api.version_is_closed", tag=version.tag)
    return client.begin_draft(version.dataset, joins=True)


def _check_kind(draft: r.Draft, kind: str) -> None:
    if draft.kind is not None and draft.kind != kind:
        raise InvalidInput("api.other_kind", field="type", kind=draft.kind, found=kind)
