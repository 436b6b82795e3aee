"""How far campaigns are, and what people did in them: numbers that the database counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from aileron.ledger.events import Repository
from aileron.ledger.labelling_records import (
    AT_WORK,
    Campaign,
    How,
    ItemState,
    PackageCount,
    PackageState,
    Person,
    Progress,
    Verdict,
)
from aileron.ledger.labelling_tables import campaigns, consensus, items, packages, revisions


class LabellingFigures(Repository):
    """Counts of campaigns, packages and people."""

    def progress(self, several: Sequence[Campaign]) -> dict[int, Progress]:
        """Campaign id -> how far it is."""
        wanted = [campaign.id for campaign in several]
        with self.database.transaction() as connection:
            of_items = _states(connection, items, items.c.campaign_id, wanted)
            of_packages = _states(connection, packages, packages.c.campaign_id, wanted)
            agreed = _agreed(connection, wanted)
            looked = _looked(connection, wanted)
        found = {}
        for campaign in several:
            own, said = of_items[campaign.id], agreed.get(campaign.id)
            single = campaign.overlap == 1
            found[campaign.id] = Progress(
                items={state: own.get(state, 0) for state in ItemState},
                packages={s: of_packages[campaign.id].get(s, 0) for s in PackageState},
                approved=own.get(ItemState.APPROVED, 0) if single else said.decided if said else 0,
                excluded=own.get(ItemState.EXCLUDED, 0) if single else said.excluded if said else 0,
                disagreements=said.undecided if said else 0,
                agreement=said.agreement if said else None,
                overdue=looked[campaign.id].overdue,
                observed=looked[campaign.id].observed,
            )
        return found

    def package_counts(self, several: Sequence[int]) -> dict[int, PackageCount]:
        """Package id -> how many of its items are in which state."""
        with self.database.transaction() as connection:
            states = _states(connection, items, items.c.package_id, several)
            reviewed = func.count(items.c.verdict).label("reviewed")
            query = select(items.c.package_id, func.count().label("audited"), reviewed)
            query = query.where(items.c.package_id.in_(several), items.c.audited)
            rows = connection.execute(query.group_by(items.c.package_id))
            audits = {row.package_id: row for row in rows}
        return {
            package: PackageCount(
                items={state: states[package].get(state, 0) for state in ItemState},
                audited=audits[package].audited if package in audits else 0,
                reviewed=audits[package].reviewed if package in audits else 0,
            )
            for package in several
        }

    def said(self, campaign: Campaign) -> dict[tuple[tuple[str, ...], tuple[str, ...]], int]:
        """(people, what each said as JSON) of samples that all lanes approved -> samples.

        Of labels that samples have as a whole.
        """
        label = items.c.annotation["labels"].astext
        each = (
            select(
                func.array_agg(aggregate_order_by(items.c.by, items.c.by)).label("people"),
                func.array_agg(aggregate_order_by(label, items.c.by)).label("labels"),
            )
            .where(items.c.campaign_id == campaign.id, items.c.state == ItemState.APPROVED)
            .group_by(items.c.sample_id)
            .having(func.count() == campaign.overlap)
            .subquery()
        )
        query = select(each.c.people, each.c.labels, func.count().label("samples"))
        with self.database.transaction() as connection:
            rows = connection.execute(query.group_by(each.c.people, each.c.labels)).all()
        return {
            (tuple(row.people), tuple(one or "" for one in row.labels)): row.samples for row in rows
        }

    def agreement(self, campaign: Campaign) -> tuple[float | None, int]:
        """Mean agreement of the lanes, and of how many samples."""
        agreement = consensus.c.agreement
        query = select(func.avg(agreement), func.count(agreement))
        with self.database.transaction() as connection:
            row = connection.execute(query.filter_by(campaign_id=campaign.id)).one()
        return row[0], row[1]

    def people(self, campaign: Campaign) -> list[Person]:
        """What each did in the campaign, by name."""
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        with self.database.transaction() as connection:
            for query in _of_people(campaign.id):
                for row in connection.execute(query).mappings():
                    found[row["name"]] |= row
        return [Person.model_validate(found[name]) for name in sorted(found)]


def _of_people(campaign: int) -> list[Any]:
    median = func.percentile_cont(0.5).within_group(items.c.seconds)
    approved = func.count(case((items.c.state == ItemState.APPROVED, 1)))
    made = select(
        items.c.by.label("name"), func.count().label("items"), approved.label("approved"),
        median.label("seconds"), func.avg(items.c.agreement).label("agreement"),
    ).where(items.c.campaign_id == campaign, items.c.by.is_not(None))  # fmt: skip
    has = select(packages.c.annotator.label("name"), func.count().label("packages"))
    has = has.where(packages.c.campaign_id == campaign, packages.c.annotator.is_not(None))
    wrong = select(revisions.c.by.label("name"), func.count().label("rejected"))
    wrong = wrong.filter_by(campaign_id=campaign, verdict=Verdict.REJECTED)
    judged = select(revisions.c.reviewer.label("name"), func.count().label("reviewed"))
    judged = judged.where(revisions.c.campaign_id == campaign, revisions.c.reviewer.is_not(None))
    return [
        made.group_by(items.c.by),
        has.group_by(packages.c.annotator),
        wrong.group_by(revisions.c.by),
        judged.group_by(revisions.c.reviewer),
    ]


def _states(
    connection: Connection, table: Any, of: Any, wanted: Sequence[int]
) -> dict[int, dict[str, int]]:
    query = select(of.label("of"), table.c.state, func.count().label("number"))
    query = query.where(of.in_(wanted)).group_by(of, table.c.state)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.of][row.state] = row.number
    return found


def _agreed(connection: Connection, wanted: Sequence[int]) -> dict[int, Any]:
    left_out = and_(consensus.c.how != How.OPEN, consensus.c.annotation.is_(None))
    query = select(
        consensus.c.campaign_id,
        func.count(consensus.c.annotation).label("decided"),
        func.count(case((consensus.c.how == How.OPEN, 1))).label("undecided"),
        func.count(case((left_out, 1))).label("excluded"),
        func.avg(consensus.c.agreement).label("agreement"),
    )
    query = query.where(consensus.c.campaign_id.in_(wanted)).group_by(consensus.c.campaign_id)
    return {row.campaign_id: row for row in connection.execute(query)}


def _looked(connection: Connection, wanted: Sequence[int]) -> dict[int, Any]:
    """When packages were looked at, and how many should have been submitted by now."""
    due = func.coalesce(packages.c.deadline, campaigns.c.deadline) < func.clock_timestamp()
    late = and_(packages.c.state.in_({*AT_WORK, PackageState.UNASSIGNED}), due)
    query = select(
        campaigns.c.id,
        func.max(packages.c.observed).label("observed"),
        func.count(case((late, 1))).label("overdue"),
    )
    query = query.outerjoin(packages, packages.c.campaign_id == campaigns.c.id)
    query = query.where(campaigns.c.id.in_(wanted)).group_by(campaigns.c.id)
    return {row.id: row for row in connection.execute(query)}
