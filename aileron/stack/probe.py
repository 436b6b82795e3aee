"""Health checks of containers: ``python -m aileron.stack.probe WHAT ...``; exit status 0 or 1.

``url URL`` asks a server. ``job TYPE`` looks in Airflow's database for a fresh heartbeat of
this host's scheduler, DAG processor or triggerer, which answer no calls; ``lease NAME`` in the
ledger for a lease that is still held. Small, since it is started again and again.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from aileron.core.errors import AileronError
from aileron.core.settings import with_files

TIMEOUT: Final = 5
FRESH_SECONDS: Final = 60
"""Airflow's components beat every few seconds; a busy machine delays some."""
AIRFLOW_URL: Final = "AILERON_AIRFLOW_DATABASE_URL"
LEDGER_URL: Final = "AILERON_LEDGER_URL"
JOBS: Final = ("SchedulerJob", "DagProcessorJob", "TriggererJob")
"""The types that Airflow's table `job` knows."""

BEATS: Final = """
SELECT 1 FROM job WHERE job_type = %s AND hostname = %s AND state = 'running'
AND latest_heartbeat > now() - make_interval(secs => %s)
"""
HOLDS: Final = "SELECT 1 FROM leases WHERE name = %s AND owner IS NOT NULL AND expires > now()"


def answers(url: str) -> bool:
    """Whether a GET of `url` succeeds, past any proxy."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT):
            return True
    except (URLError, OSError):
        return False


def beats(job: str, environ: Mapping[str, str]) -> bool:
    """Whether this host's `job` has beaten within a minute."""
    return _finds(environ, AIRFLOW_URL, BEATS, (job, socket.gethostname(), FRESH_SECONDS))


def is_held(lease: str, environ: Mapping[str, str]) -> bool:
    """Whether somebody holds the lease."""
    return _finds(environ, LEDGER_URL, HOLDS, (lease,))


def _finds(environ: Mapping[str, str], variable: str, sql: str, values: tuple[Any, ...]) -> bool:
    import psycopg2  # type: ignore[import-untyped]

    url = with_files(environ, [variable])[variable]
    scheme, _, rest = url.partition("://")
    try:
        connection = psycopg2.connect(
            f"{scheme.partition('+')[0]}://{rest}", connect_timeout=TIMEOUT
        )
    except psycopg2.OperationalError:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone() is not None
    except psycopg2.Error:
        return False
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """Exit status: 0 if it is well."""
    parser = argparse.ArgumentParser(prog="aileron.stack.probe")
    whats = parser.add_subparsers(dest="what", required=True)
    whats.add_parser("url").add_argument("value")
    whats.add_parser("job").add_argument("value", choices=JOBS)
    whats.add_parser("lease").add_argument("value")
    given = parser.parse_args(arguments)
    try:
        match given.what:
            case "url":
                well = answers(given.value)
            case "job":
                well = beats(given.value, os.environ)
            case _:
                well = is_held(given.value, os.environ)
    except AileronError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
