"""Algorithms: the preset ones, and the library of one's own."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, NameInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/algorithms", tags=["algorithms"])


@router.get("", summary="List algorithms", dependencies=[needs("read")])
def algorithms(client: ClientOf) -> tuple[r.AlgorithmBrief, ...]:
    """The preset ones first; then those of the library that the asker may see."""
    return client.algorithms()


@router.get("/{name}", summary="Show an algorithm", dependencies=[needs("read")])
def algorithm(client: ClientOf, name: NameInPath) -> r.Algorithm:
    """With its parameters, and the points of the contract that it does not keep."""
    return client.algorithm(name)


@router.post(
    "",
    summary="Register an algorithm",
    status_code=201,
    dependencies=[needs("algorithm.register")],
)
def register(client: ClientOf, body: r.RegisterAlgorithm) -> r.Algorithm:
    """Its document and an upload of its code; it is offline until it is put online."""
    return client.register_algorithm(body.definition, body.upload)


@router.post("/{name}", summary="Change an algorithm", dependencies=[needs("algorithm.change")])
def change(client: ClientOf, name: NameInPath, body: r.ChangeAlgorithm) -> r.Algorithm:
    """Online or offline, and who may use it. Each unmet point of the contract is named."""
    return client.change_algorithm(name, online=body.online, visibility=body.visibility)


@router.delete(
    "/{name}",
    summary="Delete an algorithm",
    status_code=204,
    dependencies=[needs("algorithm.delete")],
)
def delete(client: ClientOf, name: NameInPath) -> None:
    """With its code; models that it made stay."""
    client.delete_algorithm(name)
