"""Sweeping this installation in the asker's name."""

from __future__ import annotations

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.sweeping import SweepVerbs
from aileron.core.access import authorize
from aileron.core.errors import Refused
from aileron.retention import Findings, Retention, load_policy


class LocalSweeping(SweepVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def sweep(
        self, *, dry_run: bool = True, everywhere: bool = False, claim: bool = False
    ) -> r.Swept:
        scope = self._scope
        authorize(scope.actor, "storage.sweep", scope.project)
        if everywhere and scope.actor.project is not None:
            values = {"actor": scope.actor.name, "project": scope.actor.project}
            raise Refused("retention.whole_installation", **values)
        spec = load_policy(scope.settings.workspace)
        project = None if everywhere else scope.project
        retention = Retention(scope.settings, scope.ledger, scope.store, spec, project)
        found = retention.sweep(dry_run=dry_run, claim=claim)
        return _told(scope, found, project, spec.grace_hours, dry_run=dry_run)


def _told(
    scope: Scope, found: Findings, project: str | None, grace_hours: int, *, dry_run: bool
) -> r.Swept:
    return r.Swept(
        dry_run=dry_run,
        project=project,
        grace_hours=grace_hours,
        bytes=found.bytes,
        going=tuple(
            r.SweptItem(
                where=one.where,
                kind=one.kind,
                why=one.why,
                sentence=scope.say(f"retention.why_{one.why}"),
                count=one.count,
                bytes=one.bytes,
            )
            for one in found.going
        ),
        kept=tuple(
            r.KeptItem(
                because=one.because,
                sentence=scope.say(f"retention.because_{one.because}"),
                count=one.count,
                bytes=one.bytes,
            )
            for one in found.kept
        ),
    )
