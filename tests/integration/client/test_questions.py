"""List pages ask the ledger little with a long past: 1,000 runs, 200 versions, 50 services.

How long they take is printed; what makes them slow is questions, and those are counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import pytest
from plugins.history import PROJECT, History
from sqlalchemy import event

from aileron.client import Client, LocalClient
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.ledger import RevisionState

RUNS = 1000

ASK: dict[str, Callable[[Client], object]] = {
    "overview": lambda c: c.overview(),
    "lifecycles": lambda c: c.lifecycles(),
    "runs": lambda c: c.runs("fruit"),
    "models": lambda c: c.models(),
    "model": lambda c: c.model("fruit"),
    "services": lambda c: c.services(),
    "datasets": lambda c: c.datasets(),
    "events": lambda c: c.events(),
    "approvals": lambda c: c.approvals(),
}


@pytest.fixture
def long_past(history: History) -> History:
    """Runs of one lifecycle; the newest 60 have all that a run has."""
    for i in range(60):
        run = history.trained(f"full{i}", 0.8 + i / 1000)
        if i == 0:
            history.released(run)
        history.finished(run)
    with history.ledger._database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO runs (run_id, project, lifecycle, actor, airflow_run_id, state, started) "
            "SELECT 'default/fruit/old' || i, 'default', 'fruit', 'zhang', 'old' || i, "
            "'succeeded', now() - i * interval '1 hour' "
            f"FROM generate_series(1, {RUNS - 60}) i"
        )
        connection.exec_driver_sql(
            "INSERT INTO nodes (run_id, node, step, key, state, attempt, outputs, started) "
            "SELECT 'default/fruit/old' || i, 'n' || n, 'data.ingest', 'k', 'succeeded', 1, '{}', "
            f"now() FROM generate_series(1, {RUNS - 60}) i, generate_series(1, 13) n"
        )
    package = history.revision().package
    for i in range(50):
        name = f"service{i}"
        history.ledger.services.ensure(PROJECT, name, "fruit")
        revision = history.ledger.revisions.add(PROJECT, name, package, "fruit", 1)
        state = RevisionState.HEALTHY
        history.ledger.revisions.report(PROJECT, name, revision.number, state)
        history.ledger.routes.set(PROJECT, name, {revision.number: 100})
    return history


def test_list_pages_ask_the_ledger_little(
    long_past: History, installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    client = LocalClient(installation, Actor(name="li", role=Role.VIEWER), language="en")
    assert len(client.runs("fruit", limit=RUNS)) == RUNS
    queries: list[str] = []
    engine = installation.ledger._database.engine
    event.listen(engine, "before_cursor_execute", lambda *a: queries.append(a[2]))
    for name, ask in ASK.items():
        ask(client)
        queries.clear()
        seconds = []
        for _ in range(5):
            started = time.perf_counter()
            ask(client)
            seconds.append(time.perf_counter() - started)
        count = len(queries) / 5
        print(f"{name:<12} {min(seconds) * 1000:6.1f} ms  {count:4.0f} questions")
        record_property(name, round(median(seconds) * 1000, 1))
        assert count <= 12, f"{name} asks the ledger {count} times"
