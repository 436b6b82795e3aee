"""The client of a BML call, and what it may find by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from aileron.api.request import ClientOf
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import Conflict, NotFound


def bml_client(
    client: ClientOf,
    access_token: Annotated[
        str | None, Query(description="an API token; or send it as `Authorization: Bearer`")
    ] = None,
) -> Client:
    """A client in the asker's name."""
    del access_token  # the guard read it; declared here so that every call documents it
    return client


BmlClient = Annotated[Client, Depends(bml_client)]


@dataclass(frozen=True)
class Place:
    """What the number of a BML dataset names: a version, or a draft and the newest made of it."""

    dataset: r.Dataset
    draft: r.Draft | None
    version: r.DatasetVersion | None


def place_of(client: Client, number: int) -> Place:
    """The draft or the version of that number, of the asker's project.

    Raises:
        NotFound: there is neither.
    """
    try:
        draft = client.draft(number)
    except NotFound:
        version = client.version_by_id(number)
        if version.project != client.session().project:
            raise NotFound("client.no_version_id", id=number) from None
        return Place(client.dataset(version.dataset), None, version)
    dataset = client.dataset(draft.dataset)
    return Place(dataset, draft, newest_of(dataset, draft))


def newest_of(dataset: r.Dataset, draft: r.Draft) -> r.DatasetVersion | None:
    """The newest version that was made of the draft, None if there is none."""
    return next((one for one in dataset.history if one.version in draft.versions), None)


def member(client: Client, number: int) -> r.DatasetVersion:
    """The version of that number; of a draft, the newest that was made of it.

    Raises:
        NotFound: there is neither.
        Conflict: the draft has not become a version yet.
    """
    version = place_of(client, number).version
    if version is None:
        raise Conflict("api.draft_has_no_version", id=number)
    return version


def group_of(client: Client, number: int) -> r.DatasetBrief:
    """The dataset of that number, of the asker's project.

    Raises:
        NotFound: there is none.
    """
    project = client.session().project
    for one in client.datasets(number=number):
        if one.project == project:
            return one
    raise NotFound("client.no_dataset_id", id=number)
