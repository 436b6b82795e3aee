"""Labelling: campaigns, packages, items, and the transactions in which they change.

What may change when is said by `aileron.label.work`; here is how it is kept. Whoever changes a
package holds its row, and its campaign's against ending; nobody does that the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import Text

from aileron.core.errors import Conflict, NotFound
from aileron.ledger.labelling_figures import LabellingFigures
from aileron.ledger.labelling_held import HeldCampaign, HeldPackage
from aileron.ledger.labelling_published import LabellingPublished
from aileron.ledger.labelling_reading import LabellingReading
from aileron.ledger.labelling_records import (
    Campaign,
    CampaignState,
    ItemState,
    Package,
    PackageState,
)
from aileron.ledger.labelling_rows import change_rows, numbers_of
from aileron.ledger.labelling_tables import campaigns, items, packages


class Labelling(LabellingReading, LabellingFigures, LabellingPublished):
    """Campaigns with all that is in them."""

    def create(
        self,
        project: str,
        name: str,
        dataset: str,
        version: int,
        spec: Mapping[str, Any],
        sample_ids: Sequence[str],
        *,
        package_size: int,
        overlap: int = 1,
        seed: int = 0,
        deadline: datetime | None = None,
    ) -> Campaign:
        """Keep a campaign with its packages and items; the samples stay in their order.

        Raises:
            Conflict: another campaign of the project has the name.
        """
        values = {
            "project": project, "name": name, "dataset": dataset, "version": version,
            "spec": dict(spec), "state": CampaignState.OPEN, "samples": len(sample_ids),
            "overlap": overlap, "seed": seed, "created_by": self.author.actor,
            "deadline": deadline,
        }  # fmt: skip
        try:
            with self.database.transaction() as connection:
                row = connection.execute(
                    insert(campaigns).values(values).returning(campaigns)
                ).one()
                campaign = Campaign.of(row)
                _fill(connection, campaign, sample_ids, package_size)
                after = {
                    "dataset": dataset, "version": version, "samples": campaign.samples,
                    "overlap": overlap, "package_size": package_size,
                    "deadline": deadline and deadline.isoformat(),
                }  # fmt: skip
                HeldCampaign(connection, self.author, campaign).tell(
                    "campaign.created", None, after
                )
                return campaign
        except IntegrityError:
            raise Conflict("ledger.campaign_exists", name=name) from None

    @contextmanager
    def holding(self, project: str, name: str, *, alone: bool = True) -> Iterator[HeldCampaign]:
        """A transaction on a campaign, which ends with the body.

        Args:
            alone: nobody else changes anything of it meanwhile; else it only may not end.

        Raises:
            NotFound: the project has none of that name.
        """
        query = select(campaigns).filter_by(project=project, name=name)
        with self.database.transaction() as connection:
            campaign = _lock(connection, query.with_for_update(read=not alone), name)
            yield HeldCampaign(connection, self.author, campaign)

    @contextmanager
    def holding_package(self, project: str, number: int) -> Iterator[HeldPackage]:
        """A transaction on the package of that id, which ends with the body.

        Raises:
            NotFound: the project has none.
        """
        query = (
            select(campaigns)
            .join(packages, packages.c.campaign_id == campaigns.c.id)
            .where(packages.c.id == number, campaigns.c.project == project)
            .with_for_update(read=True, of=campaigns)
        )
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFound("ledger.no_label_package", number=number)
            mine = select(packages).filter_by(id=number).with_for_update()
            package = Package.of(connection.execute(mine).one())
            yield HeldPackage(connection, self.author, Campaign.of(row), package)

    def handed_out(self, package: int, studio_project: int, tasks: Mapping[int, int]) -> bool:
        """Note where a package is drawn; whether it is so now.

        Args:
            tasks: position -> Label Studio's task, of all items.

        Returns:
            False: it has another Label Studio project already, which stays.
        """
        mine = select(packages).filter_by(id=package).with_for_update()
        with self.database.transaction() as connection:
            row = connection.execute(mine).one()
            if row.studio_project is not None:
                return bool(row.studio_project == studio_project)
            values = {"studio_project": studio_project}
            connection.execute(update(packages).filter_by(id=package).values(values))
            rows = [
                {"package_id": package, "position": position, "studio_task": task}
                for position, task in tasks.items()
            ]
            change_rows(connection, items, ("package_id", "position"), rows)
            return True

    def taken_back(self, package: int, studio_project: int) -> None:
        """Note that a Label Studio project is gone; what was seen there stays.

        Nothing happens if the package has another one by now.
        """
        mine = update(packages).filter_by(id=package, studio_project=studio_project)
        with self.database.transaction() as connection:
            if connection.execute(mine.values(studio_project=None)).rowcount == 0:
                return
            forget = update(items).filter_by(package_id=package).values(studio_task=None)
            connection.execute(forget)

    def unsettled(self, campaign: Campaign) -> list[int]:
        """Numbers of packages with samples that are settled in all lanes and not compared yet."""
        if campaign.overlap == 1:
            return []
        with self.database.transaction() as connection:
            return numbers_of(connection, campaign)

    def clock(self) -> datetime:
        """The time by the ledger's server, to be asked before Label Studio is."""
        with self.database.transaction() as connection:
            now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now


def _lock(connection: Connection, query: Select[Any], name: str) -> Campaign:
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("ledger.no_campaign", name=name)
    return Campaign.of(row)


def _fill(connection: Connection, campaign: Campaign, samples: Sequence[str], size: int) -> None:
    """Make the packages of all lanes and their items."""
    total = len(samples)
    numbers = func.generate_series(1, -(-total // size)).table_valued("number").render_derived()
    lanes = func.generate_series(0, campaign.overlap - 1).table_valued("lane").render_derived()
    number, lane = numbers.c.number, lanes.c.lane
    made = (
        select(
            literal(campaign.id), number, lane, literal(PackageState.UNASSIGNED.value),
            func.least(size, total - (number - 1) * size), literal(0),
        )
        .select_from(numbers.join(lanes, true()))
        .order_by(number, lane)
    )  # fmt: skip
    names = ["campaign_id", "number", "lane", "state", "size", "round"]
    connection.execute(insert(packages).from_select(names, made))
    each_sample = func.unnest(literal(list(samples), ARRAY(Text)))
    given = each_sample.table_valued(
        column("sample_id", Text), with_ordinality="place", name="given"
    ).render_derived()
    place = cast(given.c.place, Integer) - 1
    own = (packages.c.campaign_id == campaign.id) & (packages.c.number == place // size + 1)
    each = (
        select(
            literal(campaign.id), packages.c.id, packages.c.lane, place % size + 1,
            given.c.sample_id, literal(ItemState.OPEN.value), literal(False), literal(0),
            literal(False),
        )
        .select_from(given.join(packages, own))
        .order_by(packages.c.lane, given.c.place)
    )  # fmt: skip
    names = [
        "campaign_id", "package_id", "lane", "position", "sample_id", "state", "skipped",
        "revision", "audited",
    ]  # fmt: skip
    connection.execute(insert(items).from_select(names, each))
