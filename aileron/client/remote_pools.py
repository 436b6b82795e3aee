"""The verbs of pools over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.pools import PoolVerbs

AnswerT = TypeVar("AnswerT")


class RemotePools(PoolVerbs):
    """What `RemoteClient` inherits; it says how a question is put."""

    @abstractmethod
    def _get(self, kind: type[AnswerT], path: str, **query: Any) -> AnswerT: ...

    @abstractmethod
    def _post(
        self, kind: type[AnswerT], path: str, body: r.Asked | None = None, *, in_path: bool = False
    ) -> AnswerT: ...

    def pools(self) -> tuple[r.PoolBrief, ...]:
        return self._get(tuple[r.PoolBrief, ...], "pools")

    def pool(self, name: str) -> r.Pool:
        return self._get(r.Pool, _path(name))

    def sync_pool(self, name: str) -> r.Pool:
        return self._post(r.Pool, f"{_path(name)}/sync")


def _path(name: str) -> str:
    return f"pools/{quote(name, safe='')}"
