"""Packages: whose they are, opening them, handing them in, ending their audit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import drawing, records, rights
from aileron.client.local.labelling.rules import reviewing, work_of
from aileron.client.records.labelling import MOST_PACKAGES
from aileron.core.access import authorize
from aileron.core.documents import check_values
from aileron.core.errors import InvalidInput, Refused
from aileron.ledger import AT_WORK, IN_AUDIT, Campaign, Package, PackageState

ASSIGN = "label.assign"


def listed(
    scope: Scope,
    campaign: str | None,
    annotator: str | None,
    state: r.PackageState | None,
    offset: int,
    limit: int,
) -> r.PackagePage:
    """Packages of a campaign, or of all open ones that the asker sees."""
    if offset < 0 or not 1 <= limit <= MOST_PACKAGES:
        raise InvalidInput("client.bad_label_page", most=MOST_PACKAGES)
    states = None if state is None else {PackageState(state)}
    found = [rights.campaign_of(scope, campaign)] if campaign is not None else _open(scope)
    return _page(scope, found, annotator, states, offset, limit)


def mine(scope: Scope) -> r.PackagePage:
    """What waits for the asker, to be labelled before what is to be audited."""
    open_, me = _open(scope), scope.actor.name
    own = _page(scope, open_, me, AT_WORK, 0, MOST_PACKAGES)
    mine_ = [one for one in open_ if _audits(scope, one)]
    waiting = _page(scope, mine_, None, IN_AUDIT, 0, MOST_PACKAGES)
    both = [*own.packages, *waiting.packages]
    found = tuple(one for one in both if one.mine is not None)[:MOST_PACKAGES]
    return r.PackagePage(total=len(found), packages=found)


def show(scope: Scope, number: int) -> r.LabelPackage:
    """One package."""
    return records.package(scope, *rights.package_of(scope, number))


def assign(scope: Scope, number: int, annotator: str) -> r.LabelPackage:
    """Give a package that nobody has to somebody, and hand it out."""
    asked = check_values(r.AssignPackage, {"annotator": annotator}).annotator
    campaign, _ = rights.package_of(scope, number, ASSIGN)
    rights.check_annotator(scope, campaign, asked)
    return _given(scope, campaign, work_of(scope).assign(number, asked))


def transfer(scope: Scope, number: int, annotator: str) -> r.LabelPackage:
    """Give a package to somebody else, with all that was drawn until now."""
    asked = check_values(r.AssignPackage, {"annotator": annotator}).annotator
    campaign, package = rights.package_of(scope, number, ASSIGN)
    rights.check_annotator(scope, campaign, asked)
    if package.state in AT_WORK:
        drawing.look(scope, package)  # what the first one drew is theirs
    return _given(scope, campaign, work_of(scope).transfer(number, asked))


def due(scope: Scope, number: int, deadline: datetime | None) -> r.LabelPackage:
    """Set or remove the package's own deadline."""
    campaign, _ = rights.package_of(scope, number, ASSIGN)
    return records.package(scope, campaign, work_of(scope).set_deadline(number, deadline))


def open_link(scope: Scope, number: int) -> r.LabellingLink:
    """A link for the package's annotator, or for a reviewer of what was submitted."""
    campaign, package = rights.package_of(scope, number, rights.WORK)
    mine_ = rights.can_label(scope, package)
    if not (mine_ or rights.can_audit(scope, campaign, package)):
        raise _not_yours(scope, campaign, package)
    return r.LabellingLink(url=drawing.link(scope, package, look=not mine_))


def submit(scope: Scope, number: int, *, unchanged: bool) -> r.LabelPackage:
    """Take what was drawn last, and hand the package in."""
    campaign, package = rights.package_of(scope, number, rights.WORK)
    if package.annotator != scope.actor.name:
        raise _not_yours(scope, campaign, package)
    if package.state in AT_WORK:
        drawing.look(scope, package)
    return records.package(scope, campaign, work_of(scope).submit(number, unchanged=unchanged))


def audit(scope: Scope, number: int, outcome: r.AuditOutcome, comment: str) -> r.LabelPackage:
    """End the audit of a package."""
    asked = check_values(r.AuditPackage, {"outcome": outcome, "comment": comment})
    campaign, _ = rights.package_of(scope, number, rights.REVIEW)
    done = reviewing(scope, campaign).audit(number, asked.outcome, asked.comment)
    return records.package(scope, campaign, done)


def _given(scope: Scope, campaign: Campaign, package: Package) -> r.LabelPackage:
    drawing.hand_out_some(scope, [package])
    return records.package(scope, campaign, package)


def _not_yours(scope: Scope, campaign: Campaign, package: Package) -> Refused:
    return Refused(
        "client.package_not_yours",
        number=package.id,
        campaign=campaign.name,
        name=scope.actor.name,
        annotator=package.annotator or "-",
        state=package.state.value,
    )


def _open(scope: Scope) -> list[Campaign]:
    """Campaigns that the asker sees, the oldest first."""
    authorize(scope.actor, "read", scope.project)
    found = scope.ledger.labelling.campaigns(scope.project)
    return rights.seen(scope, reversed(found))


def _audits(scope: Scope, campaign: Campaign) -> bool:
    """Whether its audits wait for the asker: named there, or nobody is."""
    named = rights.reviewers(scope, campaign)
    mine_ = scope.actor.name in named or not named
    return mine_ and rights.is_reviewer(scope, campaign)


def _page(
    scope: Scope,
    campaigns: list[Campaign],
    annotator: str | None,
    states: Collection[PackageState] | None,
    offset: int,
    limit: int,
) -> r.PackagePage:
    """Packages of these campaigns, one campaign after the other."""
    read, total = scope.ledger.labelling, 0
    found: list[tuple[Campaign, Package]] = []
    for campaign in campaigns:
        count = read.count_packages(
            scope.project, campaign=campaign.name, annotator=annotator, states=states
        )
        first, wanted = max(offset - total, 0), limit - len(found)
        if first < count and wanted > 0:
            several = read.packages(
                scope.project,
                campaign=campaign.name,
                annotator=annotator,
                states=states,
                offset=first,
                limit=wanted,
            )
            found.extend((campaign, package) for package in several)
        total += count
    return r.PackagePage(total=total, packages=tuple(records.packages(scope, found)))
