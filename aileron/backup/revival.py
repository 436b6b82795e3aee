"""What a restored ledger says of things that were at work and are no more.

Written in plain SQL, since the tables may be those of an earlier version of Aileron.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from aileron.backup.databases import AIRFLOW, LEDGER, Urls, connect, query

AT_WORK: Final = "('starting', 'healthy', 'unhealthy', 'draining')"
PROCESS: Final = "to_jsonb(revisions)->>'placement' IS NULL"
"""A revision that is a process of this machine; older tables know of no other."""


class Settled(NamedTuple):
    """What will go on."""

    open_runs: int
    services: int
    unreadable: int


def settle(urls: Urls, *, keys: bool) -> Settled:
    """Let go of what died with the machine; count what goes on.

    Leases are nobody's. Processes of services are gone, those that are wanted start again:
    the address of one would be that of a stranger, or of the installation that was backed up.

    Args:
        keys: whether Airflow's key came with the backup.
    """
    ledger = connect(urls[LEDGER])
    try:
        _execute(ledger, "UPDATE leases SET owner = NULL, expires = now()")
        _execute(
            ledger,
            f"UPDATE revisions SET state = 'starting', address = NULL, pid = NULL, reason = NULL "  # noqa: S608
            f"WHERE {PROCESS} AND state IN {AT_WORK}",
        )
        ledger.commit()
        runs = "SELECT count(*) FROM runs WHERE state IN ('planned', 'running')"
        services = (
            "SELECT count(*) FROM revisions JOIN services ON services.project = revisions.project "
            "AND services.name = revisions.service WHERE services.desired = 'running' "
            "AND revisions.desired = 'running'"
        )
        return Settled(
            open_runs=query(ledger, runs)[0][0],
            services=query(ledger, services)[0][0],
            unreadable=0 if keys else _encrypted(urls),
        )
    finally:
        ledger.close()


def _encrypted(urls: Urls) -> int:
    """Connections and variables that only the key of the backed-up Airflow opens."""
    airflow = connect(urls[AIRFLOW])
    try:
        rows = query(
            airflow,
            "SELECT (SELECT count(*) FROM connection WHERE is_encrypted OR is_extra_encrypted)"
            " + (SELECT count(*) FROM variable WHERE is_encrypted)",
        )
    finally:
        airflow.close()
    return int(rows[0][0])


def _execute(connection: Any, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
