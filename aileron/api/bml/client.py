"""The client of a BML call, and what it may find by number."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from aileron.api.request import ClientOf
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import NotFound


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


def member(client: Client, number: int) -> r.DatasetVersion:
    """The version of that number, of the asker's project.

    Raises:
        NotFound: there is none.
    """
    version = client.version_by_id(number)
    if version.project != client.session().project:
        raise NotFound("client.no_version_id", id=number)
    return version
