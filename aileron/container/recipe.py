"""What a version of an image is made of: one way out of four, and what is added.

A recipe is what people write (form, HTTP, command line); the ledger keeps it beside the version.
It names no secret: those of registries are in ``configs/images.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.names import NAME_PATTERN, Name

Use = Literal["job", "service"]
"""Where an image may be used: nodes and jobs in pods; services."""
USES: Final[tuple[Use, ...]] = ("job", "service")
MOST_LINES: Final = 500
Line = Annotated[str, Field(max_length=1000)]
OURS: Final = re.compile(rf"({NAME_PATTERN})(?:@v([1-9]\d*))?")
"""An image of this installation: ``NAME`` or ``NAME@v3``."""
_DEBIAN: Final = re.compile(r"[a-z0-9][a-z0-9+.\-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~\-]+)?")
_INDEX: Final = re.compile(r"(?:-i|--index-url)[ =]+(\S+)")
_PINNED: Final = re.compile(r"https?://[^\s@]+")


class Recipe(BaseModel):
    """How a version is made: exactly one of `base`, `upload`, `pull` and `dockerfile`.

    `dockerfile` may have a `base` beside it, which its build knows as the argument ``BASE``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str | None = Field(
        None,
        pattern=rf"^{NAME_PATTERN}(@v[1-9]\d*)?$",
        description="an image of this installation that things are added to: NAME or NAME@v3",
    )
    upload: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="id of an upload: the tar of an image"
    )
    pull: str | None = Field(
        None,
        max_length=300,
        pattern=r"^[a-z0-9][A-Za-z0-9.:_\-/]*/[A-Za-z0-9._\-/]+(:[\w.\-]+)?(@sha256:[0-9a-f]{64})?$",
        description="address in a registry of configs/images.yaml: HOST/NAME:TAG",
    )
    dockerfile: str | None = Field(
        None, max_length=100_000, description="text of a Dockerfile; needs the role operator"
    )
    pip: tuple[Line, ...] = Field(
        (), max_length=MOST_LINES, description="a package a line; `-i URL` is another index"
    )
    apt: tuple[Line, ...] = Field(
        (), max_length=MOST_LINES, description="a Debian package a line; needs the role operator"
    )
    uses: tuple[Use, ...] = Field(
        ("job",), min_length=1, description="where it may be used: job, service"
    )
    pools: tuple[Name, ...] = Field(
        (), description="pools that get it; default: all of the project's"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Recipe:
        given = [name for name in ("base", "upload", "pull", "dockerfile") if getattr(self, name)]
        if len(given) != 1 and given != ["base", "dockerfile"]:
            raise ValueError("give one of `base`, `upload`, `pull` and `dockerfile`")
        if self.dockerfile and (self.pip or self.apt):
            raise ValueError("a Dockerfile says itself what is added: leave `pip` and `apt` out")
        if self.upload and (self.pip or self.apt):
            raise ValueError("an uploaded image is taken as it is: add to it as a `base` later")
        if self.pull and (self.pip or self.apt):
            raise ValueError("a pulled image is taken as it is: add to it as a `base` later")
        parse_pip(self.pip)
        parse_apt(self.apt)
        return self

    @property
    def index(self) -> str | None:
        """The index that the pip list names."""
        return parse_pip(self.pip).index

    @property
    def as_root(self) -> bool:
        """Whether its build runs what somebody wrote as the image's root."""
        return bool(self.dockerfile or self.apt)


@dataclass(frozen=True)
class PipList:
    """A pip list: what is wanted, and the index that it names."""

    requirements: tuple[str, ...]
    index: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The distributions that are asked for, without versions."""
        return tuple(re.split(r"[^A-Za-z0-9._-]", line)[0] for line in self.requirements)


def address_part(name: str) -> str:
    """`name` of a project or an image as a part of an address in a registry."""
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def parse_pip(lines: Iterable[str]) -> PipList:
    """The list that `lines` are.

    Raises:
        ValueError: a line that is no package of an index; says which and what is taken.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    wanted, index = [], None
    for line in _meant(lines):
        found = _INDEX.fullmatch(line)
        if found:
            if not _PINNED.fullmatch(found[1]):
                raise ValueError(f"{line!r}: an index is http(s)://..., without a password")
            index = found[1]
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            raise ValueError(
                f"{line!r} is no package: write NAME, NAME==1.2 or `-i https://INDEX/simple/`"
            ) from None
        if requirement.url is not None:
            raise ValueError(f"{line!r}: packages come from an index, not from an address")
        wanted.append(str(requirement))
    return PipList(tuple(wanted), index)


def parse_apt(lines: Iterable[str]) -> tuple[str, ...]:
    """The Debian packages that `lines` name.

    Raises:
        ValueError: a line that is no name of a package.
    """
    found = tuple(_meant(lines))
    for line in found:
        if not _DEBIAN.fullmatch(line):
            raise ValueError(f"{line!r} is no Debian package: write NAME or NAME=VERSION")
    return found


def _meant(lines: Iterable[str]) -> Iterator[str]:
    """Lines without comments and spaces around them; none that are empty."""
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if text:
            yield text
