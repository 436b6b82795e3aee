"""Label Studio for the verbs: packages are handed out, looked at, and opened by a link."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aileron.client.local.installation import Scope
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.core.errors import NotFound, Unavailable
from aileron.label import tickets
from aileron.label.handout import Bodies, hand_out
from aileron.label.reconcile import reconcile
from aileron.label.suggesting.suggesting import Suggesting
from aileron.ledger import Campaign, Item, Package

HAND_OUT_SECONDS: Final = 10.0
"""How long one act hands out packages; the others are when they are opened."""


def hand_out_some(scope: Scope, several: Iterable[Package]) -> None:
    """Hand out as many as there is time for, so that they open quickly.

    Nothing is lost without: a package is handed out when it is opened, at the latest.
    """
    begun = time.monotonic()
    for package in several:
        if time.monotonic() - begun > HAND_OUT_SECONDS:
            return
        try:
            _handed_out(scope, package)
        except (Unavailable, NotFound):  # told to whoever opens it
            return


def look(scope: Scope, package: Package) -> int:
    """Take what was drawn in the package into the ledger; how many annotations are new.

    Raises:
        Unavailable: Label Studio does not answer, or there is none.
    """
    if package.studio_project is None:
        return 0
    return reconcile(scope.ledger, scope.installation.studio, _samples(scope), package)


def link(scope: Scope, package: Package, *, look: bool) -> str:
    """Where the asker comes to the package, which is handed out if it was not yet.

    Args:
        look: only to look into it.

    Raises:
        Unavailable: Label Studio does not answer, or there is none.
    """
    out = _handed_out(scope, package)
    settings, person = scope.settings, scope.actor.name
    return tickets.link(settings, person, scope.project, out.id, look=look, language=scope.language)


def _handed_out(scope: Scope, package: Package) -> Package:
    samples = _samples(scope)
    suggesting = Suggesting(scope.settings, scope.ledger, scope.store)

    def suggest(
        campaign: Campaign, package: Package, items: Sequence[Item], bodies: Bodies
    ) -> Mapping[int, Mapping[str, Any]]:
        def media(sample: str) -> bytes:
            return samples.medium(campaign.dataset, campaign.version, sample).content

        return suggesting.for_package(campaign, package, items, bodies, media)

    return hand_out(scope.ledger, scope.installation.studio, samples, package, suggest)


def _samples(scope: Scope) -> BrowsedSamples:
    return BrowsedSamples(scope.installation, scope.project)
