"""Items of packages: what was said of samples, whether it is right, and who disagrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aileron.client import records as r
from aileron.client.local import browse
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import drawing, records, rights
from aileron.client.local.labelling.rules import reviewing, work_of
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.client.records.browse import MOST_SAMPLES
from aileron.client.records.labelling import MOST_ITEMS
from aileron.core.documents import check_values
from aileron.core.errors import InvalidInput, NotFound
from aileron.ledger import Campaign, CampaignState, How, Item, Package


def listed(scope: Scope, number: int, audited: bool, offset: int, limit: int) -> r.ItemPage:
    """Items of a package by position."""
    _check_page(offset, limit, MOST_ITEMS)
    campaign, package = rights.package_of(scope, number)
    rights.check_items(scope, campaign, package)
    read = scope.ledger.labelling
    found = read.items(package.id, audited=audited, offset=offset, limit=limit)
    total = read.package_counts([package.id])[package.id].audited if audited else package.size
    items = tuple(r.LabelItem(**records.item_facts(one)) for one in found)
    return r.ItemPage(total=total, items=items)


def show(scope: Scope, number: int, position: int) -> r.LabelItemDetail:
    """One item with its revisions."""
    campaign, package = rights.package_of(scope, number)
    rights.check_items(scope, campaign, package)
    return _detail(scope, campaign, package, position)


def set_aside(scope: Scope, number: int, position: int, reason: str) -> r.LabelItemDetail:
    """Take what was drawn last, and set an item aside."""
    asked = check_values(r.SetAside, {"reason": reason})
    campaign, package = _looked_at(scope, number)
    work_of(scope).set_aside(package.id, position, asked.reason)
    return _detail(scope, campaign, package, position)


def take_back(scope: Scope, number: int, position: int) -> r.LabelItemDetail:
    """Take what was drawn last, and have an item labelled that was set aside."""
    campaign, package = _looked_at(scope, number)
    work_of(scope).take_back(package.id, position)
    return _detail(scope, campaign, package, position)


def review(scope: Scope, number: int, position: int, said: Mapping[str, Any]) -> r.LabelItemDetail:
    """Approve or reject an item of the present audit."""
    asked = check_values(r.ReviewItem, said)
    campaign, package = rights.package_of(scope, number, rights.REVIEW)
    reviewing(scope, campaign).review(
        package.id,
        position,
        approved=asked.approved,
        comment=asked.comment,
        revision=asked.revision,
    )
    return _detail(scope, campaign, package, position)


def disagreements(scope: Scope, name: str, offset: int, limit: int) -> r.DisagreementPage:
    """Samples that an adjudicator is to decide on."""
    _check_page(offset, limit, MOST_SAMPLES)
    campaign = rights.campaign_of(scope, name)
    rights.check_items(scope, campaign)
    read = scope.ledger.labelling
    found = read.consensus(campaign.id, How.OPEN, offset, limit)
    ids = [one.sample_id for one in found]
    samples = _samples(scope).records(campaign.dataset, campaign.version, ids)
    lanes: dict[str, list[r.ItemRevision]] = {one: [] for one in ids}
    for item in read.lanes(campaign.id, ids):
        lanes[item.sample_id].append(_newest(scope, samples[item.sample_id], item))
    return r.DisagreementPage(
        total=read.progress([campaign])[campaign.id].disagreements,
        disagreements=tuple(
            r.Disagreement(
                sample_id=one.sample_id,
                sample=samples[one.sample_id],
                lanes=tuple(lanes[one.sample_id]),
                agreement=one.agreement,
            )
            for one in found
        ),
    )


def medium(
    scope: Scope, dataset: str, version: int | None, sample_id: str, size: r.MediumSize
) -> r.Medium:
    """A sample's picture or recording, of a dataset that the asker sees, or of an item of theirs.

    Raises:
        NotFound: there is none, or it is not for the asker.
    """
    try:
        return browse.medium(scope, dataset, version, sample_id, size)
    except NotFound:
        if version is None or not _is_shown(scope, dataset, version, sample_id):
            raise
    return _samples(scope).medium(dataset, version, sample_id, size)


def _is_shown(scope: Scope, dataset: str, version: int, sample_id: str) -> bool:
    """Whether the sample is of an open campaign's item that the asker sees, or to be decided on."""
    if scope.actor.project not in (None, scope.project):
        return False
    read = scope.ledger.labelling
    several = [
        one
        for one in read.campaigns(scope.project, ended=True)
        if (one.dataset, one.version) == (dataset, version)
    ]
    for campaign in rights.seen(scope, several):
        if campaign.state is CampaignState.ENDED:
            if rights.sees_items(scope, campaign) and read.is_undecided(campaign, sample_id):
                return True
            continue
        for item in read.lanes(campaign.id, [sample_id]):
            package = read.package(scope.project, item.package_id)
            if rights.sees_items(scope, campaign, package):
                return True
    return False


def _looked_at(scope: Scope, number: int) -> tuple[Campaign, Package]:
    """A package with what was drawn last, if it is the asker's."""
    campaign, package = rights.package_of(scope, number, rights.WORK)
    if rights.can_label(scope, package):
        drawing.look(scope, package)
    return campaign, package


def _detail(scope: Scope, campaign: Campaign, package: Package, position: int) -> r.LabelItemDetail:
    item = scope.ledger.labelling.item(package.id, position)
    ids = [item.sample_id]
    sample = _samples(scope).records(campaign.dataset, campaign.version, ids)[item.sample_id]
    said = scope.ledger.labelling.revisions(item.id)
    return r.LabelItemDetail(
        **records.item_facts(item),
        package=package.id,
        dataset=campaign.dataset,
        version=campaign.version,
        sample=sample,
        revisions=tuple(records.revision(sample, one) for one in said),
        permissions=rights.may(scope, campaign, rights.REVIEW),
    )


def _newest(scope: Scope, sample: r.DatasetSample, item: Item) -> r.ItemRevision:
    return records.revision(sample, scope.ledger.labelling.revisions(item.id)[0])


def _samples(scope: Scope) -> BrowsedSamples:
    return BrowsedSamples(scope.installation, scope.project)


def _check_page(offset: int, limit: int, most: int) -> None:
    if offset < 0 or not 1 <= limit <= most:
        raise InvalidInput("client.bad_label_page", most=most)
