"""The verbs of algorithms over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.algorithms import AlgorithmVerbs
from aileron.client.asking import Asking
from aileron.core.documents import check_values


class RemoteAlgorithms(Asking, AlgorithmVerbs):
    """What `RemoteClient` inherits."""

    def algorithms(self) -> tuple[r.AlgorithmBrief, ...]:
        return self._get(tuple[r.AlgorithmBrief, ...], "algorithms")

    def algorithm(self, name: str) -> r.Algorithm:
        return self._get(r.Algorithm, _path(name))

    def register_algorithm(self, definition: Mapping[str, Any], upload: str) -> r.Algorithm:
        given = {"definition": dict(definition), "upload": upload}
        return self._post(r.Algorithm, "algorithms", check_values(r.RegisterAlgorithm, given))

    def change_algorithm(
        self, name: str, *, online: bool | None = None, visibility: str | None = None
    ) -> r.Algorithm:
        given = {"online": online, "visibility": visibility}
        return self._post(r.Algorithm, _path(name), check_values(r.ChangeAlgorithm, given))

    def delete_algorithm(self, name: str) -> None:
        self._call("DELETE", _path(name), self._query())


def _path(name: str) -> str:
    return f"algorithms/{quote(name, safe='')}"
