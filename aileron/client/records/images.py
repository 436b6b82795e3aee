"""Container images of people's own: what they are made of, and whether they may be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Asked, Permissions, Record
from aileron.container.recipe import Recipe, Use
from aileron.core.names import Name

ImageState = Literal["building", "ready", "refused", "failed", "stopped"]
"""refused: it does not meet the contract. failed: its build did not come to an end."""


class BuildImage(Asked):
    """A version that is to be built; the first of a name makes the image."""

    name: Name
    description: str = Field("", max_length=500)
    recipe: Recipe


class ImagePoint(Record):
    """A point of the contract, met or not, in the reader's language."""

    rule: str
    passed: bool
    sentence: str


class ImageVersion(Record):
    """One version of an image."""

    name: str
    version: int
    description: str
    state: ImageState
    reason: str | None = Field(None, description="why it failed or was refused")
    recipe: dict[str, Any] = Field(description="what it was made of, as it was asked for")
    run_id: str | None = Field(None, description="the run that builds it")
    digest: str | None = Field(None, description="of the image's manifest")
    size: int | None = Field(None, description="bytes, as its layers are packed")
    platform: str | None = Field(None, description="the version of Aileron that checked it")
    findings: tuple[ImagePoint, ...] = Field((), description="the contract, point by point")
    places: dict[str, str] = Field({}, description="pool -> what its nodes call it")
    loaded_as: str | None = Field(
        None, description="its name in an exported tar: what nodes without a registry have it as"
    )
    created_by: str
    created: datetime
    built: datetime | None = None


class ImageBrief(Record):
    """An image in a few words."""

    name: str
    description: str
    latest: int | None = Field(description="the newest version that may be used")
    versions: int
    state: ImageState = Field(description="of the newest version")
    uses: tuple[Use, ...] = Field((), description="where the latest may be used")
    pools: tuple[str, ...] = Field((), description="pools that have the latest")
    created_by: str
    created: datetime = Field(description="of the newest version")


class Image(Record):
    """An image with its versions, the newest first."""

    name: str
    versions: tuple[ImageVersion, ...]
    permissions: Permissions
