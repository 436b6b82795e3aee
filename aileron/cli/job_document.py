"""What is submitted: a YAML file, and options that say more or otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.cli.job_packing import code_place, data_place
from aileron.core.documents import read_document
from aileron.core.errors import InvalidInput

if TYPE_CHECKING:
    from aileron.client.base import Client

HEAD: Final = ("name", "description")
_KIND: Final = {"apiVersion": "aileron/v1", "kind": "Job"}
_OF_PODS: Final = ("pool", "size", "image")


@dataclass(frozen=True)
class Asked:
    """A job that is to be submitted."""

    name: str
    description: str
    spec: dict[str, Any]


def asked_for(client: Client, file: Path | None, options: Mapping[str, Any]) -> Asked:
    """The document of `file`, with what `options` say on top; local files are sent.

    Raises:
        InvalidInput: there is no name, or an option cannot be read.
    """
    document = dict(read_document(file).values) if file is not None else {}
    for field, wanted in _KIND.items():
        found = document.pop(field, wanted)
        if found != wanted:
            raise InvalidInput("cli.no_job_file", where=str(file), field=field, found=found)
    head = {field: options[field] or document.pop(field, "") for field in HEAD}
    for field in HEAD:
        document.pop(field, None)
    if not head["name"]:
        raise InvalidInput("cli.nameless_job")
    spec = {**document, **_fields(client, document, options)}
    return Asked(str(head["name"]), str(head["description"]), spec)


def _fields(
    client: Client, document: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    plain = ("command", "framework", "hours", "nodes", "memory_mb", "seed", "model_file")
    found = {name: options[name] for name in plain if options[name] is not None}
    if options["code"]:
        found["code"] = code_place(client, options["code"])
    for name in ("train_data", "test_data"):
        if options[name]:
            found[name] = data_place(client, options[name])
    for name in ("parameters", "env"):
        given = _assignments(options[name], as_text=name == "env")
        if given:
            found[name] = {**(document.get(name) or {}), **given}
    for name, given in (("serving", _serving(options)), ("resources", _resources(options))):
        if given:
            found[name] = {**(document.get(name) or {}), **given}
    if "resources" in found:
        found["runner"] = "kubernetes"
    return found


def bounds(least: Sequence[str], most: Sequence[str]) -> dict[str, dict[str, float]]:
    """Metric -> {min, max}, from texts ``METRIC=VALUE``.

    Raises:
        InvalidInput: one is no such text.
    """
    from aileron.lifecycle import parse_assignment

    found: dict[str, dict[str, float]] = {}
    for side, texts in (("min", least), ("max", most)):
        for text in texts:
            metric, value = parse_assignment(text)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InvalidInput("lifecycle.bad_assignment", text=text)
            found.setdefault(metric, {})[side] = value
    return found


def _assignments(texts: Sequence[str], *, as_text: bool) -> dict[str, Any]:
    from aileron.lifecycle import parse_assignment

    pairs = [(parse_assignment(text), text.partition("=")[2]) for text in texts]
    return {name: text if as_text else value for (name, value), text in pairs}


def _serving(options: Mapping[str, Any]) -> dict[str, Any]:
    said = {"module": options["serve"], "sample": options["sample"]}
    given = {name: value for name, value in said.items() if value}
    if options["requirements"]:
        given["requirements"] = list(options["requirements"])
    return given


def _resources(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in _OF_PODS if options[name]}
