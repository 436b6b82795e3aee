"""Items of packages: what was said of samples, whether it is right, and who disagrees."""

from __future__ import annotations

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import records, rights
from aileron.client.local.labelling.rules import reviewing
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.client.records.browse import MOST_SAMPLES
from aileron.client.records.labelling import MOST_ITEMS
from aileron.core.documents import check_values
from aileron.core.errors import InvalidInput
from aileron.ledger import Campaign, How, Item, Package


def listed(scope: Scope, number: int, audited: bool, offset: int, limit: int) -> r.ItemPage:
    """Items of a package by position."""
    _check_page(offset, limit, MOST_ITEMS)
    _, package = rights.package_of(scope, number)
    read = scope.ledger.labelling
    found = read.items(package.id, audited=audited, offset=offset, limit=limit)
    total = read.package_counts([package.id])[package.id].audited if audited else package.size
    items = tuple(r.LabelItem(**records.item_facts(one)) for one in found)
    return r.ItemPage(total=total, items=items)


def show(scope: Scope, number: int, position: int) -> r.LabelItemDetail:
    """One item with its revisions."""
    campaign, package = rights.package_of(scope, number)
    return _detail(scope, campaign, package, position)


def review(
    scope: Scope, number: int, position: int, *, approved: bool, comment: str
) -> r.LabelItemDetail:
    """Approve or reject an item of the present audit."""
    asked = check_values(r.ReviewItem, {"approved": approved, "comment": comment})
    campaign, package = rights.package_of(scope, number, rights.REVIEW)
    reviewing(scope, campaign).review(
        package.id, position, approved=asked.approved, comment=asked.comment
    )
    return _detail(scope, campaign, package, position)


def disagreements(scope: Scope, name: str, offset: int, limit: int) -> r.DisagreementPage:
    """Samples that an adjudicator is to decide on."""
    _check_page(offset, limit, MOST_SAMPLES)
    campaign = rights.campaign_of(scope, name)
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
