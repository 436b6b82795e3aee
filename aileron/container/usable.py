"""Which version of an image a name means, whether it may be used there, and how nodes have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aileron import __version__
from aileron.container.recipe import OURS, Recipe, Use, address_part
from aileron.container.settings import ImageSettings
from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.ledger import ImageState

if TYPE_CHECKING:
    from aileron.cluster.pools import Pool
    from aileron.ledger import ImageVersion, Ledger

LOCAL: Final = "localhost/aileron"
"""What references begin with in pools without a registry: nodes have such images loaded."""


def is_ours(image: str) -> bool:
    """Whether `image` is written as an image of this installation: ``NAME`` or ``NAME@v3``."""
    return OURS.fullmatch(image) is not None


def find_image(ledger: Ledger, project: str, image: str) -> ImageVersion:
    """The version that ``NAME@v3`` names, or the newest usable one of ``NAME``.

    Raises:
        NotFound: there is none.
    """
    match = OURS.fullmatch(image)
    name, number = (match[1], match[2]) if match else (image, None)
    found = ledger.images.find(project, name, int(number) if number else None)
    if found is not None:
        return found
    known = {row.name for row in ledger.images.list(project)}
    if name in known and number is None:
        raise NotFound("container.no_usable_version", name=name)
    hint = suggestion(name, sorted(known))
    raise NotFound("container.no_image_named", name=image, project=project, hint=hint)


def check_ready(row: ImageVersion) -> None:
    """Raise `InvalidInput` unless the version was built and meets its contract."""
    if row.state is not ImageState.READY:
        raise InvalidInput(
            "container.not_ready", name=row.name, version=row.version, state=row.state.value
        )


def usable_reference(row: ImageVersion, use: Use, pool: Pool, settings: ImageSettings) -> str:
    """By which reference, with a digest, the nodes of `pool` have the version.

    Raises:
        InvalidInput: it is not ready, or was checked by another version of Aileron.
        Refused: it is not for that use, or not for that pool.
    """
    check_ready(row)
    recipe = Recipe.model_validate(row.recipe)
    named: dict[str, Any] = {"name": row.name, "version": row.version}
    if use not in recipe.uses:
        raise Refused("container.other_use", **named, uses=", ".join(recipe.uses), use=use)
    if row.platform != __version__:
        raise InvalidInput(
            "container.older_platform", **named, found=row.platform, wanted=__version__
        )
    reference = reference_of(row, str(row.digest), pool, settings)
    places = row.places or {}
    listed = pool.name in recipe.pools or not recipe.pools
    if not listed or (pool.registry is not None and places.get(pool.name) != reference):
        pools = ", ".join(recipe.pools or places) or "-"
        raise Refused("container.not_for_pool", **named, pool=pool.name, pools=pools)
    return reference


def reference_of(row: ImageVersion, digest: str, pool: Pool, settings: ImageSettings) -> str:
    """What the nodes of `pool` call the version: by digest in a registry, else by a tag with it."""
    if pool.registry is None:
        return local_reference(row, digest)
    registry = settings.registry(pool.registry)
    return f"{registry.address}/{repository_of(row)}@{digest}"


def local_reference(row: ImageVersion, digest: str) -> str:
    """What nodes without a registry have it loaded as, and archives name it."""
    return f"{LOCAL}/{repository_of(row)}:v{row.version}-{digest.partition(':')[2][:12]}"


def repository_of(row: ImageVersion) -> str:
    """Where the image lies in a registry: project and name, as such names may be."""
    return f"{address_part(row.project)}/{address_part(row.name)}"
