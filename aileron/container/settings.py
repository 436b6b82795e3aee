"""``configs/images.yaml``: where packages and images come from, and how large images may be.

An administrator writes it. It holds no secret, only where one is. Without the file images come
from no registry, and packages from where pip's and uv's own variables say, else from PyPI.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.container.recipe import address_part
from aileron.core.documents import check, read_document
from aileron.core.errors import InvalidInput, Refused
from aileron.core.names import Name
from aileron.core.secrets import LocalSecrets, SecretRef, SecretResolver

FILE: Final = Path("configs") / "images.yaml"
GIB: Final = 1 << 30
Index = Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]
PYPI: Final = "https://pypi.org/simple"
PROXIES: Final = (
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
)  # fmt: skip
_PART: Final = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
"""One part of a repository's name, as registries have them: none is ``..``."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Packages(_Section):
    """Where the packages of pip lists come from. Passwords of an index are in ``~/.netrc``."""

    index: Index | None = Field(
        None, description="the index; default: UV_DEFAULT_INDEX, PIP_INDEX_URL, else PyPI"
    )
    extra: tuple[Index, ...] = Field((), description="further indexes")
    wheels: tuple[str, ...] = Field(
        (), description="folders or pages of wheels; default: UV_FIND_LINKS, PIP_FIND_LINKS"
    )
    allowed: tuple[Index, ...] = Field(
        (), description="indexes that a list may take instead, by a line `-i URL`"
    )


class Registry(_Section):
    """A container registry."""

    address: str = Field(
        pattern=r"^[A-Za-z0-9.\-]+(:\d{1,5})?(/[a-z0-9._\-/]+)?$",
        description="HOST or HOST:PORT, and a path that names are put below; images are taken "
        "from ADDRESS/NAME and ADDRESS/PROJECT/NAME of the own project alone",
    )
    user: str | None = None
    password: SecretRef | None = Field(None, description="{env: NAME} or {file: PATH}")
    tls: bool = Field(True, description="false: http, for a registry of this machine or network")

    @property
    def host(self) -> str:
        return self.address.partition("/")[0]

    @property
    def path(self) -> tuple[str, ...]:
        """The parts that repositories' names begin with."""
        return tuple(part for part in self.address.split("/")[1:] if part)


class ImageLimits(_Section):
    """How large images may be, and how long their builds."""

    bytes: int = Field(20 * GIB, gt=0, description="of an image, packed and unpacked")
    build_seconds: float = Field(3600.0, gt=0, description="of one build, or one check")


class ImagesSpec(_Section):
    """``configs/images.yaml``."""

    api_version: Literal["aileron/v1"] = Field("aileron/v1", alias="apiVersion")
    kind: Literal["Images"] = "Images"
    packages: Packages = Packages()
    registries: Mapping[Name, Registry] = Field({}, description="name -> registry")
    limits: ImageLimits = ImageLimits()


@dataclass(frozen=True)
class ImageSettings:
    """The settings of a workspace, and who finds their secrets."""

    path: Path
    spec: ImagesSpec
    secrets: SecretResolver

    def registry_of(self, host: str, repository: str, project: str) -> Registry:
        """The registry that `project` may take the image of that repository from.

        Raises:
            InvalidInput: the file names none with that host and path; says which it names.
            Refused: the repository is another project's.
        """
        parts = tuple(repository.split("/"))
        near = [
            one
            for one in self.spec.registries.values()
            if one.host == host and parts[: len(one.path)] == one.path
        ]
        if not near or not all(_PART.fullmatch(part) for part in parts):
            known = ", ".join(one.address for one in self.spec.registries.values()) or "-"
            raise InvalidInput(
                "container.unknown_registry", host=f"{host}/{repository}", known=known
            )
        registry = max(near, key=lambda one: len(one.path))
        below = parts[len(registry.path) :]
        own = address_part(project)
        if len(below) > 1 and below[0] != own:
            raise Refused(
                "container.not_yours", name=f"{host}/{repository}", at=registry.address, own=own
            )
        return registry

    def check_index(self, url: str, environ: Mapping[str, str] | None = None) -> None:
        """Raise `Refused` unless a pip list may take packages from `url`."""
        main = str(self.packages(environ)["index"] or PYPI)
        known = (main, *self.spec.packages.extra, *self.spec.packages.allowed)
        if url.rstrip("/") not in {one.rstrip("/") for one in known}:
            raise Refused("container.unknown_index", url=url, known=", ".join(known))

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """Names of the variables that hold passwords of registries."""
        references = (one.password for one in self.spec.registries.values())
        return tuple(sorted({one.env for one in references if one and one.env}))

    def registry(self, name: str) -> Registry:
        """The registry of that name; raises as `registry_of`."""
        if name not in self.spec.registries:
            known = ", ".join(self.spec.registries) or "-"
            raise InvalidInput("container.unknown_registry", host=name, known=known)
        return self.spec.registries[name]

    def login(self, registry: Registry) -> tuple[str, str] | None:
        """User and password; None for a registry that wants none.

        Raises:
            Unavailable: the password is not where the file says.
        """
        if registry.password is None:
            return None
        return registry.user or "", self.secrets.resolve(registry.password).get_secret_value()

    def packages(self, environ: Mapping[str, str] | None = None) -> dict[str, object]:
        """What builds are told of indexes: the file's, else what pip's and uv's variables say."""
        environ = os.environ if environ is None else environ
        spec = self.spec.packages
        given = environ.get("UV_DEFAULT_INDEX") or environ.get("PIP_INDEX_URL") or ""
        links = environ.get("UV_FIND_LINKS") or environ.get("PIP_FIND_LINKS") or ""
        return {
            "index": spec.index or (given if "@" not in given else None) or None,
            "extra_indexes": list(spec.extra),
            "wheels": list(spec.wheels) or links.replace(",", " ").split(),
        }


def load_images(workspace: Path, secrets: SecretResolver | None = None) -> ImageSettings:
    """Read ``configs/images.yaml`` of `workspace`; without the file there are the defaults.

    Raises:
        InvalidInput: the first thing wrong with it, with file, line and field.
    """
    path = workspace / FILE
    secrets = secrets or LocalSecrets(workspace)
    if not path.is_file():
        return ImageSettings(path, ImagesSpec(), secrets)
    document = read_document(path)
    for name, registry in (document.values.get("registries") or {}).items():
        if isinstance(registry, dict) and isinstance(registry.get("password"), str | int):
            where = document.where(("registries", name, "password"))
            raise InvalidInput("container.plain_secret", where=where, name=name)
    return ImageSettings(path, check(ImagesSpec, document), secrets)
