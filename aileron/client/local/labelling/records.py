"""Campaigns, packages and items of the ledger as the records that clients answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import rights
from aileron.client.local.labelling.rules import work_of
from aileron.data.annotation import Annotation
from aileron.label.suggesting.measure import Corrections
from aileron.ledger import AT_WORK, Campaign, Item, ItemRevision, Package, PackageState, Progress

VERBS: Final = (
    "label.work", "label.review", "label.create", "label.assign", "label.end", "label.delete",
    "label.publish",
)  # fmt: skip
LATE: Final = frozenset({*AT_WORK, PackageState.UNASSIGNED})
"""States in which a package is overdue after its deadline."""


def briefs(scope: Scope, several: Sequence[Campaign]) -> tuple[r.CampaignBrief, ...]:
    """Campaigns, each with its numbers; all are counted at once."""
    progress = scope.ledger.labelling.progress(several)
    return tuple(r.CampaignBrief(**_facts(one, progress[one.id])) for one in several)


def whole(scope: Scope, campaign: Campaign) -> r.Campaign:
    """A campaign with its specification."""
    progress = scope.ledger.labelling.progress([campaign])[campaign.id]
    agreement = work_of(scope).agreement(campaign.name)
    return r.Campaign(
        **_facts(campaign, progress),
        spec=campaign.spec,
        annotators=rights.annotators(scope, campaign),
        reviewers=rights.reviewers(scope, campaign),
        agreement=agreement and agreement.value,
        agreement_measure=agreement and agreement.measure,
        synced=progress.observed,
        permissions=rights.may(scope, campaign, *VERBS),
    )


def packages(scope: Scope, several: Sequence[tuple[Campaign, Package]]) -> list[r.LabelPackage]:
    """Packages, each with its numbers; all are counted at once."""
    counts = scope.ledger.labelling.package_counts([package.id for _, package in several])
    return [
        r.LabelPackage(
            id=package.id,
            campaign=campaign.name,
            dataset=campaign.dataset,
            number=package.number,
            lane=package.lane,
            state=package.state.value,
            annotator=package.annotator,
            size=package.size,
            items=_items(counts[package.id].items),
            audited=counts[package.id].audited,
            reviewed=counts[package.id].reviewed,
            round=package.round,
            deadline=package.deadline or campaign.deadline,
            overdue=_overdue(campaign, package),
            assigned=package.assigned,
            submitted=package.submitted,
            finished=package.finished,
            comment=package.comment,
            mine=_mine(scope, campaign, package),
        )
        for campaign, package in several
    ]


def package(scope: Scope, campaign: Campaign, found: Package) -> r.LabelPackage:
    """One package."""
    (one,) = packages(scope, [(campaign, found)])
    return one


def item_facts(found: Item) -> dict[str, Any]:
    """The fields of `LabelItem`."""
    return {
        "position": found.position,
        "sample_id": found.sample_id,
        "state": found.state.value,
        "verdict": found.verdict and found.verdict.value,
        "skipped": found.skipped,
        "aside": found.aside,
        "revision": found.revision,
        "audited": found.audited,
        "labels": Annotation.model_validate(found.annotation or {}).names,
        "comment": found.comment,
        "reviewer": found.reviewer,
        "seconds": found.seconds,
    }


def revision(sample: r.DatasetSample, found: ItemRevision) -> r.ItemRevision:
    """What somebody said of `sample`, drawn on it; as it is if it was set aside."""
    said = found.annotation
    return r.ItemRevision(
        number=found.number,
        sample=sample if said is None else drawn(sample, said),
        aside=found.aside,
        by=found.by,
        at=found.at,
        verdict=found.verdict and found.verdict.value,
        comment=found.comment,
        reviewer=found.reviewer,
    )


def drawn(sample: r.DatasetSample, annotation: Mapping[str, Any]) -> r.DatasetSample:
    """`sample` with what an annotation says of it, and nothing else of that kind."""
    said = Annotation.model_validate(annotation).model_dump(mode="json")
    attributes = sample.attributes | said["attributes"]
    fields = {**sample.model_dump(), **said, "attributes": attributes, "annotated": True}
    return r.DatasetSample.model_validate(fields)


def _facts(campaign: Campaign, progress: Progress) -> dict[str, Any]:
    packages = {state.value: count for state, count in progress.packages.items()}
    return {
        "id": campaign.id,
        "project": campaign.project,
        "name": campaign.name,
        "dataset": campaign.dataset,
        "version": campaign.version,
        "task": campaign.spec["task"],
        "tool": campaign.spec.get("tool"),
        "state": campaign.state.value,
        "samples": campaign.samples,
        "overlap": campaign.overlap,
        "items": _items(progress.items),
        "packages": r.PackageCounts(total=sum(packages.values()), **packages),
        "approved_samples": progress.approved,
        "excluded_samples": progress.excluded,
        "disagreements": progress.disagreements,
        "deadline": campaign.deadline,
        "overdue": progress.overdue > 0,
        "created_by": campaign.created_by,
        "created": campaign.created,
        "ended": campaign.ended,
    }


def _items(counts: Mapping[Any, int]) -> r.ItemCounts:
    states = {state.value: count for state, count in counts.items()}
    return r.ItemCounts(total=sum(states.values()), **states)


def _overdue(campaign: Campaign, package: Package) -> bool:
    deadline = package.deadline or campaign.deadline
    late = deadline is not None and deadline < datetime.now(UTC)
    return late and package.state in LATE


def _mine(scope: Scope, campaign: Campaign, package: Package) -> r.LabellingPart | None:
    if rights.can_label(scope, package):
        return "label"
    return "audit" if rights.can_audit(scope, campaign, package) else None


def suggestions(found: Corrections) -> r.SuggestionFigures:
    """The figures of one model version."""
    names = ("model_version", "items", "unchanged", "agreement", "kappa")
    values = {name: getattr(found, name) for name in (*names, "score_kept", "score_changed")}
    classes = tuple(
        r.SuggestedClass(
            name=name,
            suggested=one.suggested,
            kept=one.kept,
            final=one.final,
            precision=one.precision,
            recall=one.recall,
        )
        for name, one in found.classes.items()
    )
    return r.SuggestionFigures(**values, classes=classes)
