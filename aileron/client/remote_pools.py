"""The verbs of pools over HTTP."""

from __future__ import annotations

from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.pools import PoolVerbs


class RemotePools(Asking, PoolVerbs):
    """What `RemoteClient` inherits."""

    def pools(self) -> tuple[r.PoolBrief, ...]:
        return self._get(tuple[r.PoolBrief, ...], "pools")

    def pool(self, name: str) -> r.Pool:
        return self._get(r.Pool, _path(name))

    def sync_pool(self, name: str) -> r.Pool:
        return self._post(r.Pool, f"{_path(name)}/sync")


def _path(name: str) -> str:
    return f"pools/{quote(name, safe='')}"
