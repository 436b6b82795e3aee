"""The verb of retention over HTTP."""

from __future__ import annotations

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.sweeping import SweepVerbs


class RemoteSweeping(Asking, SweepVerbs):
    """What `RemoteClient` inherits."""

    def sweep(
        self, *, dry_run: bool = True, everywhere: bool = False, claim: bool = False
    ) -> r.Swept:
        asked = r.Sweep(dry_run=dry_run, everywhere=everywhere, claim=claim)
        return self._post(r.Swept, "admin/gc", asked)
