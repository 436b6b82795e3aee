"""Reading what labelling keeps."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    any_,
    func,
    literal,
    or_,
    select,
)

from aileron.core.errors import NotFound
from aileron.ledger.events import Repository
from aileron.ledger.labelling_records import (
    AT_WORK,
    Campaign,
    CampaignState,
    Consensus,
    How,
    Item,
    ItemRevision,
    ItemState,
    Package,
    PackageState,
)
from aileron.ledger.labelling_tables import campaigns, consensus, items, packages, revisions

PAGE: Final = 50
BATCH: Final = 5000
"""Annotations that are read at once."""


class LabellingReading(Repository):
    """Campaigns, packages and items as they are."""

    def campaign(self, project: str, name: str) -> Campaign:
        """The campaign of that name.

        Raises:
            NotFound: the project has none.
        """
        return self._one_campaign(name, campaigns.c.project == project, campaigns.c.name == name)

    def campaign_of(self, package: Package) -> Campaign:
        """The campaign that a package is of."""
        return self._one_campaign(package.campaign_id, campaigns.c.id == package.campaign_id)

    def campaigns(self, project: str, *, ended: bool = False) -> builtins.list[Campaign]:
        """The project's, the newest first; with `ended` also those that have."""
        query = select(campaigns).filter_by(project=project).order_by(campaigns.c.id.desc())
        if not ended:
            query = query.where(campaigns.c.state == CampaignState.OPEN)
        with self.database.transaction() as connection:
            return [Campaign.of(row) for row in connection.execute(query)]

    def at_large(self, since: datetime) -> builtins.list[Campaign]:
        """The campaigns of all projects that are open or ended after `since`, the newest first."""
        query = select(campaigns).where(
            or_(campaigns.c.state == CampaignState.OPEN, campaigns.c.ended > since)
        )
        query = query.order_by(campaigns.c.id.desc())
        with self.database.transaction() as connection:
            return [Campaign.of(row) for row in connection.execute(query)]

    def package(self, project: str, number: int) -> Package:
        """The package with that id.

        Raises:
            NotFound: the project has none.
        """
        query = _packages().where(packages.c.id == number, campaigns.c.project == project)
        with self.database.transaction() as connection:
            return Package.of(_there(connection.execute(query).one_or_none(), number))

    def packages(
        self,
        project: str,
        *,
        campaign: str | None = None,
        annotator: str | None = None,
        states: Collection[PackageState] | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> builtins.list[Package]:
        """Packages of one campaign, or of all, by campaign, number and lane."""
        wanted = _wanted(project, campaign, annotator, states)
        order = packages.c.campaign_id, packages.c.number, packages.c.lane
        query = _packages().where(*wanted).order_by(*order).offset(offset).limit(limit)
        with self.database.transaction() as connection:
            return [Package.of(row) for row in connection.execute(query)]

    def count_packages(
        self,
        project: str,
        *,
        campaign: str | None = None,
        annotator: str | None = None,
        states: Collection[PackageState] | None = None,
    ) -> int:
        """How many `packages` has on all pages."""
        joined = packages.join(campaigns, campaigns.c.id == packages.c.campaign_id)
        query = select(func.count()).select_from(joined)
        query = query.where(*_wanted(project, campaign, annotator, states))
        with self.database.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def at_work(self) -> builtins.list[tuple[str, Package]]:
        """(project, package) of all whose annotators may be drawing now."""
        query = _packages(campaigns.c.project).where(packages.c.state.in_(AT_WORK))
        query = query.order_by(packages.c.id)
        with self.database.transaction() as connection:
            return [(row.project, Package.of(row)) for row in connection.execute(query)]

    def left_over(self, age: timedelta) -> builtins.list[Package]:
        """Packages of campaigns that ended at least so long ago, with a Label Studio project."""
        ended = campaigns.c.ended < func.clock_timestamp() - age
        query = _packages().where(ended, packages.c.studio_project.is_not(None))
        with self.database.transaction() as connection:
            return [Package.of(row) for row in connection.execute(query.order_by(packages.c.id))]

    def items(
        self, package: int, *, audited: bool = False, offset: int = 0, limit: int | None = None
    ) -> builtins.list[Item]:
        """Items of a package by position; with `audited` those of the present audit."""
        query = select(items).filter_by(package_id=package).order_by(items.c.position)
        if audited:
            query = query.where(items.c.audited)
        with self.database.transaction() as connection:
            rows = connection.execute(query.offset(offset).limit(limit))
            return [Item.of(row) for row in rows]

    def item(self, package: int, position: int) -> Item:
        """One item of a package.

        Raises:
            NotFound: there is none at that position.
        """
        query = select(items).filter_by(package_id=package, position=position)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("ledger.no_label_item", package=package, position=position)
        return Item.of(row)

    def revisions(self, item: int) -> builtins.list[ItemRevision]:
        """What was said of the item of that id, the newest first."""
        query = select(revisions).filter_by(item_id=item).order_by(revisions.c.number.desc())
        with self.database.transaction() as connection:
            return [ItemRevision.of(row) for row in connection.execute(query)]

    def lanes(self, campaign: int, sample_ids: Sequence[str]) -> builtins.list[Item]:
        """The items of samples in all lanes, by sample and lane."""
        query = select(items).filter_by(campaign_id=campaign)
        query = query.where(items.c.sample_id.in_(sample_ids))
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(items.c.sample_id, items.c.lane))
            return [Item.of(row) for row in rows]

    def consensus(
        self, campaign: int, how: How | None = None, offset: int = 0, limit: int = PAGE
    ) -> builtins.list[Consensus]:
        """Samples of which a consensus was sought, by name."""
        query = select(consensus).filter_by(campaign_id=campaign)
        if how is not None:
            query = query.filter_by(how=how)
        query = query.order_by(consensus.c.sample_id).offset(offset).limit(limit)
        with self.database.transaction() as connection:
            return [Consensus.of(row) for row in connection.execute(query)]

    def is_undecided(self, campaign: Campaign, sample_id: str) -> bool:
        """Whether a sample waits for an adjudicator."""
        key = {"campaign_id": campaign.id, "sample_id": sample_id, "how": How.OPEN}
        with self.database.transaction() as connection:
            return connection.execute(select(consensus.c.at).filter_by(**key)).first() is not None

    def approved(self, campaign: Campaign) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each sample with the annotation that a dataset version may have.

        With an overlap it is the consensus of the lanes. In the order of the samples; read in
        batches, so what is approved meanwhile may be among them.
        """
        query = select(items.c.id, items.c.sample_id).filter_by(campaign_id=campaign.id, lane=0)
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(items.c.id))
            every = [(row.id, row.sample_id) for row in rows]
        for begin in range(0, len(every), BATCH):
            batch = every[begin : begin + BATCH]
            said = self._said_of(campaign, batch)
            yield from ((name, said[name]) for _, name in batch if name in said)

    def _said_of(
        self, campaign: Campaign, batch: Sequence[tuple[int, str]]
    ) -> dict[str, dict[str, Any]]:
        """Sample -> annotation, of those that have one."""
        if campaign.overlap == 1:
            numbers = literal([number for number, _ in batch], ARRAY(BigInteger))
            query = select(items.c.sample_id, items.c.annotation)
            query = query.where(items.c.id == any_(numbers))
            query = query.where(items.c.state == ItemState.APPROVED)
        else:
            names = literal([name for _, name in batch], ARRAY(Text))
            query = select(consensus.c.sample_id, consensus.c.annotation)
            query = query.filter_by(campaign_id=campaign.id)
            query = query.where(consensus.c.sample_id == any_(names))
            query = query.where(consensus.c.annotation.is_not(None))
        with self.database.transaction() as connection:
            return {row.sample_id: row.annotation for row in connection.execute(query)}

    def _one_campaign(self, shown: str | int, *conditions: ColumnElement[bool]) -> Campaign:
        with self.database.transaction() as connection:
            row = connection.execute(select(campaigns).where(*conditions)).one_or_none()
        if row is None:
            raise NotFound("ledger.no_campaign", name=shown)
        return Campaign.of(row)


def _packages(*more: Any) -> Select[Any]:
    return select(packages, *more).join(campaigns, campaigns.c.id == packages.c.campaign_id)


def _wanted(
    project: str,
    campaign: str | None,
    annotator: str | None,
    states: Collection[PackageState] | None,
) -> builtins.list[ColumnElement[bool]]:
    wanted = [campaigns.c.project == project]
    if campaign is not None:
        wanted.append(campaigns.c.name == campaign)
    if annotator is not None:
        wanted.append(packages.c.annotator == annotator)
    if states is not None:
        wanted.append(packages.c.state.in_(states))
    return wanted


def _there(row: Row[Any] | None, number: int) -> Row[Any]:
    if row is None:
        raise NotFound("ledger.no_label_package", number=number)
    return row
