"""The verb of retention over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from aileron.client import records as r
from aileron.client.sweeping import SweepVerbs

AnswerT = TypeVar("AnswerT")


class RemoteSweeping(SweepVerbs):
    """What `RemoteClient` inherits; it says how a question is put."""

    @abstractmethod
    def _post(
        self, kind: type[AnswerT], path: str, body: r.Asked | None = None, *, in_path: bool = False
    ) -> AnswerT: ...

    def sweep(
        self, *, dry_run: bool = True, everywhere: bool = False, claim: bool = False
    ) -> r.Swept:
        asked = r.Sweep(dry_run=dry_run, everywhere=everywhere, claim=claim)
        return self._post(r.Swept, "admin/gc", asked)
