"""Whose campaigns and packages the asker sees, and what they may do there.

A campaign is seen by all who see its dataset, and by the people whom it names. Developers who see
the dataset review; of the others those who are named reviewers, and who began it. Who may review
sees what was said of samples, and who said it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aileron.client.local.dataset_access import is_readable
from aileron.client.local.installation import Scope
from aileron.core.access import Permission, Role, authorize, permission
from aileron.core.documents import suggestion
from aileron.core.errors import AileronError, InvalidInput, NotFound, Refused
from aileron.label.spec import LabelSpec, load_spec
from aileron.ledger import AT_WORK, IN_AUDIT, Campaign, Package

REVIEW = "label.review"
WORK = "label.work"
NAMED: Final = frozenset({"read", WORK, REVIEW})
"""What people may do who see a campaign, but not its dataset."""


def campaign_of(scope: Scope, name: str, verb: str = "read") -> Campaign:
    """The campaign of that name, if the asker may do `verb` in it.

    Raises:
        NotFound: there is none, or it is not for the asker.
        Refused: the role is too low, they are no reviewer of it, or do not see its dataset.
    """
    authorize(scope.actor, verb, scope.project)
    campaign = scope.ledger.labelling.campaign(scope.project, name)
    if not seen(scope, [campaign]):
        raise NotFound("ledger.no_campaign", name=name)
    _check_verb(scope, campaign, verb)
    return campaign


def package_of(scope: Scope, number: int, verb: str = "read") -> tuple[Campaign, Package]:
    """The package of that id and its campaign, if the asker may do `verb` there.

    Raises:
        NotFound: there is none, or it is not for the asker.
        Refused: the role is too low, they are no reviewer of it, or do not see its dataset.
    """
    authorize(scope.actor, verb, scope.project)
    package = scope.ledger.labelling.package(scope.project, number)
    campaign = scope.ledger.labelling.campaign_of(package)
    if not seen(scope, [campaign]):
        raise NotFound("ledger.no_label_package", number=number)
    _check_verb(scope, campaign, verb)
    return campaign, package


def seen(scope: Scope, several: Iterable[Campaign]) -> list[Campaign]:
    """Those that the asker sees."""
    known: dict[str, bool] = {}
    found = []
    for campaign in several:
        if campaign.dataset not in known:
            known[campaign.dataset] = is_readable(scope, campaign.dataset)
        if known[campaign.dataset] or scope.actor.name in people(scope, campaign):
            found.append(campaign)
    return found


def annotators(scope: Scope, campaign: Campaign) -> tuple[str, ...]:
    """Who may be given packages: those whom the campaign names, and now the file too."""
    specs = _specs(scope, campaign)
    return tuple(dict.fromkeys(person.name for spec in specs for person in spec.annotators))


def reviewers(scope: Scope, campaign: Campaign) -> tuple[str, ...]:
    """Who looks at submitted packages: those whom the campaign names, and now the file too."""
    return tuple(dict.fromkeys(one for spec in _specs(scope, campaign) for one in spec.reviewers))


def people(scope: Scope, campaign: Campaign) -> set[str]:
    """All of them, and who began it."""
    named = (*annotators(scope, campaign), *reviewers(scope, campaign))
    return {campaign.created_by, *named}


def check_annotator(scope: Scope, campaign: Campaign, name: str) -> None:
    """Raise `InvalidInput` if the campaign does not name that person."""
    known = annotators(scope, campaign)
    if name not in known:
        raise InvalidInput(
            "client.no_annotator",
            name=name,
            campaign=campaign.name,
            dataset=campaign.dataset,
            hint=suggestion(name, known),
        )


def is_reviewer(scope: Scope, campaign: Campaign) -> bool:
    """Whether the asker reviews in this campaign: who it names, and its developers."""
    named = scope.actor.name in reviewers(scope, campaign)
    return permission(scope.actor, REVIEW).allowed and (named or _develops(scope, campaign))


def check_reviewer(scope: Scope, campaign: Campaign) -> None:
    """Raise `Refused` if the asker does not review in this campaign."""
    if not is_reviewer(scope, campaign):
        raise Refused(
            "client.no_reviewer",
            name=scope.actor.name,
            campaign=campaign.name,
            reviewers=", ".join(reviewers(scope, campaign)) or "-",
        )


def sees_items(scope: Scope, campaign: Campaign, package: Package | None = None) -> bool:
    """Whether the asker sees what was said of samples in the package, or of all in the campaign."""
    name = scope.actor.name
    mine = package is not None and package.annotator == name
    return mine or name in reviewers(scope, campaign) or _develops(scope, campaign)


def check_items(scope: Scope, campaign: Campaign, package: Package | None = None) -> None:
    """Raise `Refused` if the asker does not see these."""
    if not sees_items(scope, campaign, package):
        raise Refused(
            "client.items_not_yours",
            name=scope.actor.name,
            campaign=campaign.name,
            reviewers=", ".join(reviewers(scope, campaign)) or "-",
        )


def can_label(scope: Scope, package: Package) -> bool:
    """Whether the asker may draw in the package now."""
    mine = package.annotator == scope.actor.name and package.state in AT_WORK
    return mine and permission(scope.actor, WORK).allowed


def can_audit(scope: Scope, campaign: Campaign, package: Package) -> bool:
    """Whether the asker may say whether the package's labels are right now."""
    waits = package.state in IN_AUDIT and package.annotator != scope.actor.name
    return waits and is_reviewer(scope, campaign)


def may(scope: Scope, campaign: Campaign, *verbs: str) -> dict[str, Permission]:
    """Verb -> whether the asker may do it in this campaign."""
    found = scope.may(*verbs)
    if not is_readable(scope, campaign.dataset):
        for verb in found.keys() - NAMED:
            found[verb] = Permission(allowed=False, needs=found[verb].needs)
    if REVIEW in found and not is_reviewer(scope, campaign):
        found[REVIEW] = Permission(allowed=False, needs=found[REVIEW].needs)
    return found


def _check_verb(scope: Scope, campaign: Campaign, verb: str) -> None:
    """Raise `Refused` if the asker, who sees the campaign, may not do `verb` in it."""
    if verb == REVIEW:
        check_reviewer(scope, campaign)
    if verb not in NAMED and not is_readable(scope, campaign.dataset):
        raise Refused("client.only_named", name=scope.actor.name, campaign=campaign.name, verb=verb)


def _develops(scope: Scope, campaign: Campaign) -> bool:
    """Whether the asker is a developer who sees its dataset, or began it.

    One who is only named to label has the rights of an annotator there.
    """
    if not scope.actor.role.includes(Role.DEVELOPER):
        return False
    return campaign.created_by == scope.actor.name or is_readable(scope, campaign.dataset)


def _specs(scope: Scope, campaign: Campaign) -> tuple[LabelSpec, ...]:
    """What the campaign was begun with, and the file as it is now, if it can be read."""
    begun = LabelSpec.model_validate(campaign.spec)

    def now() -> LabelSpec | None:
        try:
            return load_spec(scope.settings, campaign.dataset)
        except AileronError:
            return None

    file = scope.installation.remembered.get(f"labels {campaign.dataset}", now)
    return (begun,) if file is None else (begun, file)
