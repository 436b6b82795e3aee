"""One moment of three databases while others write as fast as they can."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping

import pytest
from plugins.backups import Site, execute

from aileron.backup import moment
from aileron.backup.databases import connect, query
from aileron.backup.moment import one_moment
from aileron.core.errors import Unavailable
from aileron.ledger import Ledger


@pytest.fixture
def urls(site: Site) -> Mapping[str, str]:
    environ = site.environ
    return {
        "aileron": environ["AILERON_LEDGER_URL"],
        "airflow": environ["AILERON_AIRFLOW_DATABASE_URL"],
        "mlflow": environ["AILERON_MLFLOW_DATABASE_URL"],
    }


@pytest.fixture
def writers(urls: Mapping[str, str]) -> Iterator[None]:
    """Four, each as a run does it: MLflow, then the ledger that names it, then Airflow."""
    stop = threading.Event()

    def write(first: int) -> None:
        ledger = Ledger(urls["aileron"], "test")
        mlflow, airflow = connect(urls["mlflow"]), connect(urls["airflow"])
        for connection in (mlflow, airflow):
            connection.autocommit = True
        number = first
        while not stop.is_set():
            mlflow.cursor().execute(f"INSERT INTO registered_models VALUES ({number})")
            ledger.events.append("default", "test", "number.written", f"number:{number}")
            airflow.cursor().execute(f"INSERT INTO dag_run VALUES ({number})")
            number += 1
        for connection in (ledger, mlflow, airflow):
            connection.close()

    threads = [threading.Thread(target=write, args=(n * 1_000_000,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def seen(urls: Mapping[str, str], found: moment.Moment, database: str, sql: str) -> set[int]:
    """What a reader of the moment's snapshot sees, as pg_dump would."""
    connection = connect(urls[database])
    connection.set_session(isolation_level="REPEATABLE READ")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION SNAPSHOT %s", (found.snapshots[database].id,))
    numbers = {int(row[0]) for row in query(connection, sql)}
    connection.close()
    return numbers


def test_what_follows_from_the_ledger_is_never_seen_without_it(
    urls: Mapping[str, str], writers: None
) -> None:
    named = "SELECT substr(subject, 8) FROM events WHERE verb = 'number.written'"
    most, pauses = 0, []
    for _ in range(20):
        with one_moment(urls, dict) as found:
            mlflow = seen(urls, found, "mlflow", "SELECT id FROM registered_models")
            ledger = seen(urls, found, "aileron", named)
            airflow = seen(urls, found, "airflow", "SELECT id FROM dag_run")
        assert airflow <= ledger <= mlflow
        assert len(ledger) > most, "the writers went on"
        most = len(ledger)
        pauses.append(found.pause_ms)
    assert sorted(pauses)[len(pauses) // 2] < 1000


def test_one_who_changes_the_ledger_for_long_is_waited_for(urls: Mapping[str, str]) -> None:
    busy = connect(urls["aileron"])
    event = (
        "INSERT INTO events (project, actor, verb, subject) VALUES ('default', 'a', 'b.c', 'd:e')"
    )
    with busy.cursor() as cursor:
        cursor.execute(event)
    timer = threading.Timer(0.5, busy.commit)
    began = time.monotonic()
    timer.start()
    with one_moment(urls, dict) as found:
        assert time.monotonic() - began >= 0.5
        subjects = "SELECT count(*) FROM events WHERE verb = 'b.c'"
        assert seen(urls, found, "aileron", subjects) == {1}
    busy.close()


def test_a_change_that_never_ends_is_told_and_others_write_on(
    urls: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment, "WAIT", "50ms")
    monkeypatch.setattr(moment, "ATTEMPTS", 2)
    busy = connect(urls["aileron"])
    with busy.cursor() as cursor:
        cursor.execute("LOCK TABLE events IN ROW EXCLUSIVE MODE")
    with pytest.raises(Unavailable, match="change under way"), one_moment(urls, dict):
        pass
    ledger = Ledger(urls["aileron"], "test")
    ledger.events.append("default", "test", "number.written", "number:1")
    ledger.close()
    busy.close()


def test_a_ledger_without_tables_is_told(urls: Mapping[str, str], site: Site) -> None:
    execute(urls["mlflow"], "CREATE TABLE noise (id int)")
    with (
        pytest.raises(Unavailable, match="no tables"),
        one_moment({**urls, "aileron": urls["mlflow"]}, dict),
    ):
        pass
