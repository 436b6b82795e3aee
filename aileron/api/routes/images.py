"""Container images of people's own: build, list, look at, hand out, forget."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import FileResponse

from aileron.api.downloads import send
from aileron.api.ranges import BYTES
from aileron.api.request import NAMED, ClientOf, NameInPath, NumberInPath, needs
from aileron.client import records as r
from aileron.client.images import ImageNode

router = APIRouter(prefix="/images", tags=["images"])
PoolQuery = Annotated[
    str | None, Query(pattern=NAMED, description="only images that this pool has")
]


@router.get("", summary="List images", dependencies=[needs("read")])
def images(client: ClientOf, pool: PoolQuery = None) -> tuple[r.ImageBrief, ...]:
    """By name, each with its latest usable version."""
    return client.images(pool)


@router.post("", summary="Build an image", status_code=202, dependencies=[needs("image.build")])
def build(client: ClientOf, body: r.BuildImage) -> r.ImageVersion:
    """A version that is being built; a Dockerfile and `apt` need the role operator."""
    recipe = body.recipe.model_dump(mode="json", exclude_unset=True)
    return client.build_image(body.name, recipe, description=body.description)


@router.get("/{name}", summary="Show an image", dependencies=[needs("read")])
def image(client: ClientOf, name: NameInPath) -> r.Image:
    """With its versions: what each was made of, and what its check said."""
    return client.image(name)


@router.get(
    "/{name}/versions/{number}/log", summary="The log of a build", dependencies=[needs("read")]
)
def log(
    client: ClientOf,
    name: NameInPath,
    number: NumberInPath,
    node: ImageNode = "build",
    offset: Annotated[int, Query(ge=0)] = 0,
) -> r.LogPiece:
    """From byte `offset` on, while it runs too."""
    return client.image_log(name, number, node, offset)


@router.get(
    "/{name}/versions/{number}/archive",
    summary="A version as a tar",
    **BYTES,
    dependencies=[needs("read")],
)
def archive(
    request: Request, client: ClientOf, name: NameInPath, number: NumberInPath
) -> FileResponse:
    """What `docker load`, `podman load` and `ctr images import` take."""
    return send(
        request, f"{name}-v{number}.tar", lambda path: client.export_image(name, number, path)
    )


@router.delete(
    "/{name}/versions/{number}",
    summary="Delete a version",
    status_code=204,
    dependencies=[needs("image.delete")],
)
def delete(client: ClientOf, name: NameInPath, number: NumberInPath) -> Response:
    """Its number is not given again."""
    client.delete_image(name, number)
    return Response(status_code=204)
