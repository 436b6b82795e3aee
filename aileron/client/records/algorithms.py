"""Algorithms: the preset ones, and those of one's own."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Asked, Permissions, Record
from aileron.ledger import Visibility


class AlgorithmBrief(Record):
    """An algorithm as a list shows it."""

    name: str
    display_name: str | None
    preset: bool = Field(description="shipped with the platform, or installed as a step")
    modality: str
    tasks: tuple[str, ...] = Field(description="what its models are for")
    framework: str | None
    owner: str | None
    visibility: Visibility
    online: bool = Field(description="whether runs may use it")
    problem: str | None = Field(None, description="why its document cannot be read")


class Algorithm(AlgorithmBrief):
    """An algorithm with its parameters, and what it takes to go online."""

    description: str
    command: str | None = Field(description="null of a preset one")
    parameters: dict[str, Any] = Field(description="the JSON Schema of its parameters")
    serves: bool = Field(description="whether its models can be served")
    files: tuple[str, ...] = Field(description="of its code")
    unmet: tuple[str, ...] = Field(description="points of the contract that it does not keep")
    lifecycles: tuple[str, ...] = Field(description="those that name it")
    permissions: Permissions


class RegisterAlgorithm(Asked):
    """An algorithm to be put into the library."""

    definition: dict[str, Any] = Field(
        description="the fields of algorithm.yaml; apiVersion and kind may be left out"
    )
    upload: str = Field(description="id of the upload with its code: one file, a zip or a tar")


class ChangeAlgorithm(Asked):
    """What is to be said of an algorithm; null leaves it as it is."""

    online: bool | None = None
    visibility: Literal["private", "project", "public", "preset"] | None = Field(
        None,
        description="who may use it: its owner, the project, all; preset is all, and an "
        "administrator's to say",
    )
