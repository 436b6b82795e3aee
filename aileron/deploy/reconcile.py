"""Repairing projections: routes and MLflow aliases follow the champions' rows.

A release that dies between its row and its projections leaves them behind; whoever comes
next, the reconciler in the supervisor at the latest, writes them from the row.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from aileron.core.errors import AileronError
from aileron.core.settings import Settings
from aileron.deploy.orphans import Orphan, find_orphans, sites
from aileron.deploy.switch import route_to
from aileron.deploy.targets import Targets
from aileron.ledger import Champion, Desired, Ledger, Revision, RevisionState

LEFT_BEHIND: Final = timedelta(seconds=60)
"""A healthy revision without traffic for so long belongs to no release under way."""
RETIRED: Final = 3
"""So many stopped revisions of a service stay as they are: to go back to one takes a start."""
ORPHAN_SECONDS: Final = 15.0
ALIAS_SECONDS: Final = 60.0
ALIAS_RETRY_SECONDS: Final = 15.0
logger = logging.getLogger("aileron.supervisor")


class Reconciler:
    """Repairs again and again; remembers what it saw right, so that MLflow is left in peace."""

    def __init__(self, settings: Settings, ledger: Ledger, targets: Targets) -> None:
        self._settings = settings
        self._ledger = ledger
        self._targets = targets
        self._event = threading.Event()
        self._next_alias: dict[tuple[str, str, int], float] = {}
        self._next_orphans = 0.0
        self._orphans: set[Orphan] = set()
        """Seen the last time: what is in the making or on its way out is not there twice."""

    def wake(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)
        self._event.clear()

    def repair(self) -> list[str]:
        """Repair what is wrong; says what was.

        Raises:
            Unavailable: the ledger does not answer.
        """
        repaired: list[str] = []
        for champion in champions(self._ledger):
            repaired += reconcile_route(self._ledger, champion)
            repaired += self._alias(champion)
        repaired += self._remove_retired()
        repaired += self._remove_orphans()
        for sentence in repaired:
            logger.info("repaired: %s", sentence)
        return repaired

    def _remove_retired(self) -> list[str]:
        """Delete what is left of revisions that nobody will go back to, and of dead services."""
        removed = []
        for revision in self._ledger.revisions.retired(RETIRED):
            try:
                self._targets.of(revision).remove()
            except AileronError as error:
                logger.warning("what is left of %s stays: %s", revision.id, error)
                continue
            key = (revision.project, revision.service, revision.number)
            self._ledger.revisions.report(*key, RevisionState.REMOVED, reason=revision.reason)
            removed.append(f"what was left of revision {revision.id} is removed")
        return removed

    def _remove_orphans(self) -> list[str]:
        """Delete objects on clusters that no revision wants, if they are still there later."""
        if time.monotonic() < self._next_orphans:
            return []
        self._next_orphans = time.monotonic() + ORPHAN_SECONDS
        found: set[Orphan] = set()
        for site in sites(self._ledger):
            try:
                found.update(find_orphans(self._ledger, self._targets, site))
            except AileronError as error:
                logger.warning("%s is not searched for what nobody wants: %s", site, error)
        again, self._orphans = found & self._orphans, found
        return [
            f"{one}, which no revision wants, is removed"
            for one in sorted(again, key=str)
            if _is_removed(one)
        ]

    def _alias(self, champion: Champion) -> list[str]:
        key = (champion.project, champion.model, champion.fence)
        if time.monotonic() < self._next_alias.get(key, 0):
            return []
        self._next_alias[key] = time.monotonic() + ALIAS_RETRY_SECONDS
        try:
            changed = project_alias(self._settings, self._ledger, champion)
        except AileronError as error:
            logger.warning("the alias of %s is not checked: %s", champion.model, error)
            return []
        self._next_alias[key] = time.monotonic() + ALIAS_SECONDS
        return [f"alias of {champion.project}/{champion.model}"] if changed else []


def _is_removed(orphan: Orphan) -> bool:
    try:
        orphan.remove()
    except AileronError as error:
        logger.warning("%s, which no revision wants, stays: %s", orphan, error)
        return False
    return True


def champions(ledger: Ledger) -> list[Champion]:
    """The champions of all projects that have services."""
    projects = sorted({service.project for service in ledger.services.list()})
    return [champion for project in projects for champion in ledger.champions.list(project)]


def reconcile_route(ledger: Ledger, champion: Champion) -> list[str]:
    """Make the champion's service run and route to it; says what had to be changed."""
    service = ledger.services.get(champion.project, champion.service)
    revision = ledger.revisions.get(champion.project, champion.service, champion.revision)
    if service is None or revision is None or service.desired == Desired.STOPPED:
        return []
    if not champion.is_of(service):
        return []
    repaired: list[str] = []
    if revision.desired != Desired.RUNNING:
        ledger.revisions.set_desired(
            revision.project, revision.service, revision.number, Desired.RUNNING
        )
        repaired.append(f"revision {revision.id} is wanted running")
    if revision.state == RevisionState.HEALTHY and not _follows(ledger, champion):
        route_to(ledger, champion)
        repaired.append(f"route of {champion.project}/{champion.service}")
    return repaired + _retire_left_behind(ledger, champion)


def project_alias(settings: Settings, ledger: Ledger, champion: Champion) -> bool:
    """Let MLflow's alias ``champion`` follow the row; whether it had to be changed.

    Does nothing without an MLflow server, or for a version that is not registered there.

    Raises:
        Unavailable: MLflow does not answer.
    """
    from aileron.registry import champion_alias, set_champion_alias

    version = ledger.models.get(champion.project, champion.model, champion.version)
    if settings.mlflow_url is None or version is None or version.mlflow_version is None:
        return False
    if champion_alias(settings, champion.project, champion.model) == version.mlflow_version:
        return False
    set_champion_alias(settings, champion.project, champion.model, version.mlflow_version)
    return True


def alias_or_later(
    settings: Settings, ledger: Ledger, champion: Champion, log: Callable[[str], None]
) -> None:
    """Project the alias now; if MLflow is away, say so and leave it to the reconciler.

    What serves has changed already: a page that is behind must not make that look failed.
    """
    try:
        project_alias(settings, ledger, champion)
    except AileronError as error:
        log(f"the alias in MLflow will follow later: {error}")


def _follows(ledger: Ledger, champion: Champion) -> bool:
    """Whether the route is this champion's, perhaps shared with others, or a later one's."""
    route = ledger.routes.get(champion.project, champion.service)
    if route is None or route.fence < champion.fence:
        return False
    routed = {share.revision for share in route.weights if share.weight}
    return route.fence > champion.fence or champion.revision in routed


def _retire_left_behind(ledger: Ledger, champion: Champion) -> list[str]:
    route = ledger.routes.get(champion.project, champion.service)
    routed = {share.revision for share in route.weights} if route else {champion.revision}
    repaired = []
    for revision in ledger.revisions.list(champion.project, champion.service):
        if revision.number not in routed | {champion.revision} and _is_left(revision, champion):
            ledger.revisions.set_desired(
                revision.project, revision.service, revision.number, Desired.STOPPED
            )
            repaired.append(f"revision {revision.id} had no traffic")
    return repaired


def _is_left(revision: Revision, champion: Champion) -> bool:
    quiet_since = max(revision.updated, champion.since)
    return (
        revision.desired == Desired.RUNNING
        and revision.state in (RevisionState.HEALTHY, RevisionState.UNHEALTHY)
        and datetime.now(UTC) - quiet_since > LEFT_BEHIND
    )
