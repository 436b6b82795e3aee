"""Connections to other servers, and uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from aileron.client.records.common import Asked, Permissions, Record

MOST_PREVIEWED = 200


class ConnectionBrief(Record):
    """A server that data may come from."""

    name: str
    display_name: str | None
    kind: str = Field(description="postgresql, mysql, sqlite, s3, ftp or webhdfs")
    place: str = Field(description="address, without user and password")
    user: str | None
    secret: str | None = Field(description="where the password is: a variable or a file")
    database: bool = Field(description="whether it has tables to preview")
    permissions: Permissions


class ConnectionTest(Record):
    """Whether a server answered, and what."""

    name: str
    ok: bool
    sentence: str
    milliseconds: int


class PreviewColumn(Record):
    """A column of a preview."""

    name: str
    type: str


class TablePreview(Record):
    """The first rows of a table or of one SELECT; cells are text, null where there is none."""

    columns: tuple[PreviewColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: bool = Field(description="whether there are more rows")


class PreviewConnection(Asked):
    """What to look at: a table, or the rows of one SELECT."""

    table: Annotated[str, Field(min_length=1, max_length=257)] | None = None
    select: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    limit: int = Field(20, ge=1, le=MOST_PREVIEWED)

    @model_validator(mode="after")
    def _one(self) -> PreviewConnection:
        if (self.table is None) == (self.select is None):
            raise ValueError("give either `table` or `select`")
        return self


class Upload(Record):
    """A file that was sent, or is being sent."""

    id: str = Field(description="what a source names: `source: {upload: ID}`")
    name: str
    size: int
    offset: int = Field(description="bytes that are here")
    complete: bool
    begun: datetime
    expires: datetime | None = Field(description="when it is removed unless it goes on")


class Tidy(Asked):
    """What of the things that were sent or fetched is to go."""

    dry_run: bool = Field(True, description="only say what would go")


class Tidied(Record):
    """What went, or would go: nobody has used it for as long as the limits say."""

    dry_run: bool
    uploads: tuple[str, ...] = Field(description="ids")
    drafts: tuple[int, ...] = Field(description="numbers of those that lost their samples")
    downloads: int = Field(description="copies of sources elsewhere")
    bytes: int = Field(description="freed")
