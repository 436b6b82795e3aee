"""A campaign or a package that nobody else changes meanwhile, and what is done to it.

Everything here is part of one transaction, and many rows are changed by one statement.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from aileron.ledger.database import lock_name
from aileron.ledger.events import Author, events
from aileron.ledger.labelling_records import Campaign, Consensus, Item, Package, PackageState
from aileron.ledger.labelling_rows import Row, change_rows
from aileron.ledger.labelling_suggestions import suggestions
from aileron.ledger.labelling_tables import (
    campaigns,
    consensus,
    items,
    packages,
    published,
    revisions,
)

NOW = func.clock_timestamp()


@dataclass
class HeldCampaign:
    """A campaign in a transaction."""

    connection: Connection
    author: Author
    campaign: Campaign

    def change(self, **values: Any) -> Campaign:
        """Set columns of the campaign."""
        statement = update(campaigns).filter_by(id=self.campaign.id).values(values)
        row = self.connection.execute(statement.returning(campaigns)).one()
        self.campaign = Campaign.of(row)
        return self.campaign

    def packages(self) -> builtins.list[Package]:
        """Its packages by number and lane, locked: for one who holds the campaign alone."""
        query = select(packages).filter_by(campaign_id=self.campaign.id)
        query = query.order_by(packages.c.number, packages.c.lane).with_for_update()
        return [Package.of(row) for row in self.connection.execute(query)]

    def end_packages(self, now: datetime) -> int:
        """End all that did not pass; how many."""
        statement = update(packages).filter_by(campaign_id=self.campaign.id)
        statement = statement.where(packages.c.state != PackageState.PASSED)
        values = {"state": PackageState.ENDED, "finished": now}
        return self.connection.execute(statement.values(values)).rowcount

    def delete(self) -> None:
        """Forget the campaign with all that was said in it: for one who holds it alone."""
        mine = select(items.c.id).filter_by(campaign_id=self.campaign.id)
        self.connection.execute(delete(revisions).where(revisions.c.item_id.in_(mine)))
        for table in (consensus, published, suggestions, items, packages):
            self.connection.execute(delete(table).filter_by(campaign_id=self.campaign.id))
        self.connection.execute(delete(campaigns).filter_by(id=self.campaign.id))

    def change_packages(self, rows: Sequence[Row]) -> None:
        """Set columns of packages: each row has `id`, and the same columns as the others."""
        change_rows(self.connection, packages, ("id",), rows)

    def lanes(
        self, *, number: int | None = None, sample_id: str | None = None
    ) -> builtins.list[Item]:
        """Items of the packages of that number, or of that sample, by sample and lane."""
        query = select(items).filter_by(campaign_id=self.campaign.id)
        if number is not None:
            mine = select(packages.c.id).filter_by(campaign_id=self.campaign.id, number=number)
            query = query.where(items.c.package_id.in_(mine))
        if sample_id is not None:
            query = query.filter_by(sample_id=sample_id)
        query = query.order_by(items.c.sample_id, items.c.lane)
        return [Item.of(row) for row in self.connection.execute(query)]

    def labelled_by(self) -> set[tuple[int, int, str]]:
        """(number, lane, person) of the packages in which the person made an annotation."""
        query = select(packages.c.number, packages.c.lane, items.c.by)
        query = query.join(packages, packages.c.id == items.c.package_id)
        query = query.where(items.c.campaign_id == self.campaign.id, items.c.by.is_not(None))
        return {(row.number, row.lane, row.by) for row in self.connection.execute(query.distinct())}

    def change_items(self, rows: Sequence[Row]) -> None:
        """Set columns of items: each row has `id`, and the same columns as the others."""
        change_rows(self.connection, items, ("id",), rows)

    def agree(self, rows: Sequence[Row]) -> None:
        """Set the consensus of samples: rows of `annotation`, `how`, `agreement`, `by`."""
        if not rows:
            return
        statement = upsert(consensus).values(
            [{**row, "campaign_id": self.campaign.id, "at": NOW} for row in rows]
        )
        fields = ("annotation", "how", "agreement", "by", "at")
        set_ = {name: statement.excluded[name] for name in fields}
        key = ("campaign_id", "sample_id")
        self.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=set_))

    def consensus(self, sample_id: str) -> Consensus | None:
        """Of that sample, locked."""
        key = {"campaign_id": self.campaign.id, "sample_id": sample_id}
        query = select(consensus).filter_by(**key).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return Consensus.of(row) if row else None

    def alone_with(self, number: int) -> None:
        """Be the only one who looks at all lanes of that number's samples.

        Whoever changes what the others look for takes it before it ends: so one of two sees
        what the other did.
        """
        lock_name(self.connection, f"labelling:{self.campaign.id}/{number}")

    def settled(self, sample_ids: Sequence[str]) -> set[str]:
        """Those of the samples of which a consensus was sought."""
        query = select(consensus.c.sample_id).filter_by(campaign_id=self.campaign.id)
        return set(self.connection.scalars(query.where(consensus.c.sample_id.in_(sample_ids))))

    def now(self) -> datetime:
        """The time by the ledger's server."""
        now: datetime = self.connection.execute(select(NOW)).scalar_one()
        return now

    def tell(self, verb: str, before: Row | None, after: Row | None) -> None:
        """Write the event of a change to the campaign."""
        event = self._event(verb, f"campaign:{self._name}", before, after)
        self.connection.execute(insert(events).values(event))

    def tell_of_all(
        self, verb: str, changes: Sequence[tuple[Package, Row | None, Row | None]]
    ) -> None:
        """Write the events of the same change to several packages, each with before and after."""
        rows = [
            self._event(verb, f"label_package:{self._name}/{package.id}", before, after)
            for package, before, after in changes
        ]
        if rows:
            self.connection.execute(insert(events), rows)

    @property
    def _name(self) -> str:
        return f"{self.campaign.project}/{self.campaign.name}"

    def _event(self, verb: str, subject: str, before: Row | None, after: Row | None) -> Row:
        return {
            "project": self.campaign.project,
            "actor": self.author.actor,
            "verb": verb,
            "subject": subject,
            "before": before,
            "after": after,
            "correlation": self.author.correlation or f"campaign:{self._name}",
        }


@dataclass
class HeldPackage(HeldCampaign):
    """A package of a campaign that may not end meanwhile, in a transaction."""

    package: Package

    def change_package(self, **values: Any) -> Package:
        """Set columns of the package."""
        statement = update(packages).filter_by(id=self.package.id).values(values)
        row = self.connection.execute(statement.returning(packages)).one()
        self.package = Package.of(row)
        return self.package

    def siblings(self) -> builtins.list[Package]:
        """The packages of the other lanes with the same samples; take `alone_with` before."""
        number = self.package.number
        query = select(packages).filter_by(campaign_id=self.campaign.id, number=number)
        query = query.where(packages.c.id != self.package.id).order_by(packages.c.lane)
        return [Package.of(row) for row in self.connection.execute(query)]

    def items(self) -> builtins.list[Item]:
        """The package's items by position."""
        query = select(items).filter_by(package_id=self.package.id)
        return [Item.of(row) for row in self.connection.execute(query.order_by(items.c.position))]

    def add_revisions(self, rows: Sequence[Row]) -> None:
        """Keep what was said: rows of item_id, number, annotation, aside, digest, by."""
        if rows:
            mine = [{**row, "campaign_id": self.campaign.id} for row in rows]
            self.connection.execute(insert(revisions), mine)

    def judge(self, item: Item, verdict: str, comment: str | None, reviewer: str) -> None:
        """Note a verdict on the newest revision of an item."""
        said = {"verdict": verdict, "comment": comment, "reviewer": reviewer}
        newest = {"item_id": item.id, "number": item.revision}
        statement = update(revisions).filter_by(**newest).values(**said, reviewed=NOW)
        self.connection.execute(statement)

    def tell_package(self, verb: str, before: Row | None, after: Row | None) -> None:
        """Write the event of a change to the package."""
        self.tell_of_all(verb, [(self.package, before, after)])
