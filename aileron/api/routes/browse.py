"""Looking into a dataset version: its samples, their pictures and recordings, its rows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from aileron.api.documents import PAGE, page
from aileron.api.language import LanguageQuery
from aileron.api.ranges import BYTES, part_of
from aileron.api.request import ClientOf, NameInPath, needs_of_dataset
from aileron.client import records as r
from aileron.client.records.browse import MOST_SAMPLES

router = APIRouter(prefix="/datasets", tags=["datasets"])
VersionQuery = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="default: the newest version")
]
OffsetQuery = Annotated[int, Query(ge=0, le=2**31 - 1)]
LimitQuery = Annotated[int, Query(ge=1, le=MOST_SAMPLES)]


@router.get(
    "/{name}/samples", summary="Samples of a version", dependencies=[needs_of_dataset("read")]
)
def samples(
    client: ClientOf,
    name: NameInPath,
    version: VersionQuery = None,
    part: Annotated[
        str | None, Query(description="train, validation, test; or `none`: in no part")
    ] = None,
    label: Annotated[str | None, Query(description="of the sample, or of a thing in it")] = None,
    annotated: bool | None = None,
    search: Annotated[
        str | None, Query(max_length=200, description="words in id, text, labels or attributes")
    ] = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 60,
) -> r.SamplePage:
    """Of pictures, texts and recordings. 503 while a large version is looked into first."""
    return client.samples(
        name,
        version,
        part=part,
        label=label,
        annotated=annotated,
        search=search,
        offset=offset,
        limit=limit,
    )


@router.get(
    "/{name}/medium",
    summary="A picture or recording",
    **BYTES,
    dependencies=[needs_of_dataset("read")],
)
def medium(
    client: ClientOf,
    name: NameInPath,
    sample: Annotated[str, Query(description="its id")],
    version: VersionQuery = None,
    size: Annotated[
        r.MediumSize,
        Query(description="full: as it was imported; thumb, screen: a JPEG of at most 320, 1600"),
    ] = "full",
    wanted: Annotated[str | None, Header(alias="Range", description="`bytes=FIRST-LAST`")] = None,
) -> Response:
    """The bytes of a sample, or a part of them."""
    found = client.medium(name, version, sample, size)
    return part_of(found.content, found.type, wanted, forever=version is not None)


@router.get("/{name}/rows", summary="Rows of a version", dependencies=[needs_of_dataset("read")])
def rows(
    client: ClientOf,
    name: NameInPath,
    version: VersionQuery = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 50,
) -> r.RowPage:
    """Of tables."""
    return client.rows(name, version, offset=offset, limit=limit)


@router.get(
    "/{name}/vocabulary",
    summary="Names in a version",
    dependencies=[needs_of_dataset("read")],
)
def vocabulary(client: ClientOf, name: NameInPath, version: VersionQuery = None) -> r.Vocabulary:
    """Its columns and labels: what options of operations may name."""
    return client.vocabulary(name, version)


@router.get(
    "/{name}/refused",
    summary="Samples that an import left out",
    dependencies=[needs_of_dataset("read")],
)
def refused(
    client: ClientOf,
    name: NameInPath,
    version: VersionQuery = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 50,
) -> r.RefusedPage:
    """With file, line and reason, of the import that made the version."""
    return client.refused_samples(name, version, offset=offset, limit=limit)


@router.get(
    "/{name}/profile", summary="Profile of a version", dependencies=[needs_of_dataset("read")]
)
def profile(client: ClientOf, name: NameInPath, version: VersionQuery = None) -> dict[str, Any]:
    """What its values are like: `profile.json`, whose `format_version` says what it holds."""
    return dict(client.dataset_profile(name, version))


@router.get(
    "/{name}/report",
    summary="Profile of a version as a page",
    **PAGE,
    dependencies=[needs_of_dataset("read")],
)
def report(
    client: ClientOf,
    name: NameInPath,
    version: VersionQuery = None,
    language: LanguageQuery = None,
) -> Response:
    """HTML in a sandbox: it runs no script and loads nothing. It has both languages."""
    del language  # read by the guard; declared here for the documentation
    return page(client.dataset_report(name, version))
