"""In whose name work is done, and what he may see of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from aileron.core.errors import Conflict, Refused
from aileron.label.agreement import kappa, measure_of
from aileron.label.spec import LabelSpec
from aileron.ledger import CampaignState, HeldCampaign, Ledger, Person, Progress


@dataclass(frozen=True)
class Agreement:
    """How far the annotators of a campaign agree."""

    measure: str
    """kappa (-1 to 1), or a mean of 0 to 1: iou, oks, span_f1, segment_f1, jaccard."""
    value: float
    samples: int
    """On which it is founded: those that all lanes have approved."""


class Actor:
    """Somebody who does something in a project.

    It knows the rules of the work and the people that a campaign names. Who may create, assign,
    transfer and end at all is for the caller to know.

    Args:
        manager: whether the actor may do what is others' to do, such as submit their packages.
        reviewers: who may review besides those whom the campaign names.
    """

    def __init__(
        self,
        ledger: Ledger,
        project: str,
        actor: str,
        *,
        manager: bool = False,
        reviewers: Collection[str] = (),
    ) -> None:
        self._ledger = ledger.acting(actor, ledger.author.correlation).labelling
        self._project = project
        self._actor = actor
        self._manager = manager
        self._reviewers = frozenset(reviewers)

    def progress(self, campaign: str) -> Progress:
        """How far the campaign is."""
        found = self._ledger.campaign(self._project, campaign)
        return self._ledger.progress([found])[found.id]

    def people(self, campaign: str) -> list[Person]:
        """What each person did in the campaign, by name."""
        return self._ledger.people(self._ledger.campaign(self._project, campaign))

    def approved(self, campaign: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each sample with the annotation that a dataset version may have."""
        return self._ledger.approved(self._ledger.campaign(self._project, campaign))

    def agreement(self, campaign: str) -> Agreement | None:
        """How far annotators agree; None without an overlap, or before anything is approved."""
        found = self._ledger.campaign(self._project, campaign)
        spec = LabelSpec.model_validate(found.spec)
        if found.overlap == 1:
            return None
        measure = measure_of(spec)
        if measure == "kappa":
            said = self._ledger.said(found)
            value = kappa(said)
            return None if value is None else Agreement(measure, value, sum(said.values()))
        mean, samples = self._ledger.agreement(found)
        return None if mean is None else Agreement(measure, mean, samples)

    def _check_reviewer(self, held: HeldCampaign, *, ended: bool = False) -> LabelSpec:
        spec = spec_of(held, ended=ended)
        named = {*spec.reviewers, *self._reviewers}
        if spec.reviewers and self._actor not in named and not self._manager:
            raise Refused(
                "label.work.no_reviewer", campaign=held.campaign.name, actor=self._actor,
                reviewers=", ".join(sorted(named)),
            )  # fmt: skip
        return spec


def spec_of(held: HeldCampaign, *, ended: bool = False) -> LabelSpec:
    """What the campaign is about, if it is open; with `ended` also if it is not.

    Raises:
        Conflict: it has ended.
    """
    campaign = held.campaign
    if campaign.state is CampaignState.ENDED and not ended:
        raise Conflict("label.work.ended", campaign=campaign.name, by=campaign.ended_by)
    return LabelSpec.model_validate(campaign.spec)
