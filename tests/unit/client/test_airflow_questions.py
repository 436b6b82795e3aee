"""Questions that a task asks a person, and when DAGs run next, as Airflow tells them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from aileron.client import AirflowClient
from aileron.core.errors import Conflict, NotFound

Handler = Callable[[httpx.Request], httpx.Response]
MISSING = {"detail": "Human-in-the-loop detail does not exist"}


def client(handler: Handler) -> AirflowClient:
    found = AirflowClient("http://airflow")
    found._http = httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(handler))
    return found


def question(age: float, **values: Any) -> dict[str, Any]:
    asked = datetime.now(UTC) - timedelta(seconds=age)
    return {"created_at": asked.isoformat(), "response_received": False, **values}


def test_a_question_that_is_being_asked_is_waited_for() -> None:
    answers = [(404, MISSING), (404, MISSING), (200, question(60))]
    airflow = client(lambda _: httpx.Response(answers[0][0], json=answers.pop(0)[1]))
    airflow.await_question("dag", "run", "approve", patience=5)
    assert answers == []


def test_a_question_that_is_never_asked_is_not_there() -> None:
    airflow = client(lambda _: httpx.Response(404, json=MISSING))
    with pytest.raises(NotFound, match="does not exist"):
        airflow.await_question("dag", "run", "approve", patience=0.3)


def test_a_young_question_is_answered_when_it_is_old_enough() -> None:
    airflow = client(lambda _: httpx.Response(200, json=question(3.5)))
    started = time.monotonic()
    airflow.await_question("dag", "run", "approve")
    assert time.monotonic() - started > 0.3


def test_what_was_answered_in_airflow_is_a_conflict() -> None:
    answered = question(60, response_received=True)
    airflow = client(lambda _: httpx.Response(200, json=answered))
    with pytest.raises(Conflict, match="answered in Airflow already"):
        airflow.await_question("dag", "run", "approve")


def test_next_runs_are_read_page_by_page_without_paused_dags() -> None:
    dags = [
        {
            "dag_id": f"default__d{i}",
            "is_paused": i == 1,
            "next_dagrun_run_after": f"2026-11-2{i % 10}T03:30:00Z" if i != 2 else None,
        }
        for i in range(150)
    ]

    def page(request: httpx.Request) -> httpx.Response:
        begin, count = (int(request.url.params[name]) for name in ("offset", "limit"))
        assert count <= 100, "Airflow gives no more at a time"
        found = dags[begin : begin + count]
        return httpx.Response(200, json={"dags": found, "total_entries": len(dags)})

    found = client(page).next_runs()
    assert len(found) == 148
    assert found["default__d3"] == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert not {"default__d1", "default__d2"} & found.keys()
