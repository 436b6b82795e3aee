"""Many rows of labelling at once, each by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Table,
    and_,
    column,
    func,
    literal,
    select,
    update,
)

from aileron.ledger.database import Json
from aileron.ledger.labelling_records import SETTLED, Campaign
from aileron.ledger.labelling_tables import consensus, items, packages

Row = Mapping[str, Any]


def change_rows(
    connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Row]
) -> None:
    """Change many rows of a table by one statement.

    Args:
        key: the columns by which a row is found.
        rows: the key and what is set, as JSON can have it; all with the same columns.
    """
    if not rows:
        return
    columns = [column(name, table.c[name].type) for name in rows[0]]
    given = (
        func.jsonb_to_recordset(literal([dict(row) for row in rows], Json))
        .table_valued(*columns, name="given")
        .render_derived(with_types=True)
    )
    found = and_(*(table.c[name] == given.c[name] for name in key))
    values = {name: given.c[name] for name in rows[0] if name not in key}
    connection.execute(update(table).where(found).values(values))


def numbers_of(connection: Connection, campaign: Campaign) -> list[int]:
    """Numbers of packages with samples that are settled in all lanes and nobody has compared."""
    own = and_(
        consensus.c.campaign_id == items.c.campaign_id, consensus.c.sample_id == items.c.sample_id
    )
    ready = (
        select(func.min(items.c.package_id).cast(BigInteger).label("package_id"))
        .outerjoin(consensus, own)
        .where(items.c.campaign_id == campaign.id, items.c.state.in_(SETTLED))
        .where(consensus.c.sample_id.is_(None))
        .group_by(items.c.sample_id)
        .having(func.count() == campaign.overlap)
        .subquery()
    )
    query = select(packages.c.number).join(ready, ready.c.package_id == packages.c.id)
    return sorted(set(connection.scalars(query)))
