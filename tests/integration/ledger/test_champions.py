"""Champions: exactly one release wins, and who won is told."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from plugins.references import reference
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aileron.core.errors import Conflict
from aileron.core.ports import ArtifactKind
from aileron.ledger import Basis, Champion, Ledger


def promote(
    ledger: Ledger,
    version: int,
    expected: int | None,
    run_id: str | None = None,
    basis: Basis | None = None,
) -> Champion:
    return ledger.champions.compare_and_set(
        "default",
        "iris",
        expected,
        version=version,
        model_reference=reference("a", ArtifactKind.MODEL),
        package_reference=reference("b", ArtifactKind.PACKAGE),
        verdict_reference=reference("c", ArtifactKind.VERDICT),
        service="iris",
        revision=version,
        basis=basis,
        run_id=run_id,
    )


def test_the_first_champion_expects_none(ledger: Ledger) -> None:
    assert ledger.champions.get("default", "iris") is None
    first = promote(ledger, 1, None)
    assert ledger.champions.get("default", "iris") == first
    assert (first.version, first.fence, first.basis) == (1, 1, None)
    with pytest.raises(Conflict):
        promote(ledger, 2, None)


def test_a_champion_remembers_what_it_was_compared_with(ledger: Ledger) -> None:
    first = promote(ledger, 1, None)
    second = promote(ledger, 2, first.fence, basis=Basis(version=1, fence=first.fence))
    assert second.basis == Basis(version=1, fence=1)
    assert second.basis is not None
    assert ledger.champions.at_fence("default", "iris", second.basis.fence) == first


def test_rolling_back_finds_the_previous_version_and_keeps_the_history(ledger: Ledger) -> None:
    promote(ledger, 1, None)
    assert ledger.champions.previous("default", "iris") is None
    promote(ledger, 2, 1)
    previous = ledger.champions.previous("default", "iris")
    assert previous is not None
    assert previous.version == 1
    promote(ledger, previous.version, 2)
    history = ledger.champions.history("default", "iris")
    assert [(c.fence, c.version) for c in history] == [(3, 1), (2, 2), (1, 1)]


def test_one_champion_is_listed_for_each_model(ledger: Ledger) -> None:
    promote(ledger, 1, None)
    promote(ledger, 2, 1)
    assert [(c.model, c.version) for c in ledger.champions.list("default")] == [("iris", 2)]


def test_a_fence_that_was_never_reached_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Conflict, match="has no champion"):
        promote(ledger, 1, 5)
    promote(ledger, 1, None)
    with pytest.raises(Conflict, match="version 1"):
        promote(ledger, 2, 5)


def test_of_twenty_threads_one_wins_and_nineteen_learn_the_winners_name(ledger: Ledger) -> None:
    promote(ledger, 1, None)
    together = threading.Barrier(15)

    def attempt(number: int) -> Champion | Conflict:
        if number < 15:
            together.wait()
        try:
            return promote(ledger, number + 2, 1, run_id=f"default/iris/run_{number}")
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(attempt, range(20)))
    winners = [r for r in results if isinstance(r, Champion)]
    refusals = [r for r in results if isinstance(r, Conflict)]
    assert (len(winners), len(refusals)) == (1, 19)
    for refusal in refusals:
        assert refusal.message_id == "ledger.champion_moved"
        assert refusal.values["winner"] == winners[0].run_id
        assert f"{winners[0].run_id} made version {winners[0].version}" in str(refusal)
    assert ledger.champions.get("default", "iris") == winners[0]


ATTEMPT = """
import json, sys
from plugins.references import reference
from aileron.core.errors import Conflict
from aileron.ledger import Ledger

ledger = Ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
try:
    champion = ledger.champions.compare_and_set(
        "default", "iris", None, version=int(sys.argv[2]), service="iris", revision=1,
        model_reference=reference(), package_reference=reference(), run_id="run_" + sys.argv[2])
    print(json.dumps({"won": champion.run_id}))
except Conflict as refusal:
    print(json.dumps({"lost_to": refusal.values["winner"]}))
"""


def test_of_several_processes_one_wins(
    ledger: Ledger, ledger_url: str, pytestconfig: pytest.Config
) -> None:
    path = pytestconfig.rootpath / "tests"
    attempts = [
        subprocess.Popen(
            [sys.executable, "-c", ATTEMPT, ledger_url, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(path)},
        )
        for number in range(4)
    ]
    for attempt in attempts:
        assert attempt.stdout is not None
        assert attempt.stdout.readline() == "ready\n"
    for attempt in attempts:
        assert attempt.stdin is not None
        attempt.stdin.write("go\n")
        attempt.stdin.flush()
    results = [json.loads(attempt.communicate(timeout=60)[0]) for attempt in attempts]
    champion = ledger.champions.get("default", "iris")
    assert champion is not None
    assert sorted(results, key=str) == [{"lost_to": champion.run_id}] * 3 + [
        {"won": champion.run_id}
    ]


def test_a_compare_and_set_takes_less_than_200_milliseconds(ledger: Ledger) -> None:
    promote(ledger, 1, None)
    seconds = []
    for fence in range(1, 21):
        began = time.perf_counter()
        promote(ledger, fence + 1, fence)
        seconds.append(time.perf_counter() - began)
    assert median(seconds) < 0.2, seconds


def test_a_promotion_and_its_event_are_one(ledger: Ledger) -> None:
    promote(ledger, 1, None, run_id="r1")
    promote(ledger.acting("alice"), 2, 1, run_id="r2")
    with pytest.raises(Conflict):
        promote(ledger, 3, 1, run_id="r3")
    newest, first = ledger.events.list("default", subject="champion:default/iris")
    assert (newest.actor, newest.correlation, first.before) == ("alice", "r2", None)
    assert newest.before == {"version": 1, "fence": 1, "service": "iris", "revision": 1}
    assert newest.after == {"version": 2, "fence": 2, "service": "iris", "revision": 2}


@pytest.mark.parametrize("table", ["champions", "events"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET actor = 'x'", "TRUNCATE {}"])
def test_history_cannot_be_rewritten(ledger: Ledger, table: str, change: str) -> None:
    promote(ledger, 1, None)
    with (
        pytest.raises(DBAPIError, match="append-only"),
        ledger._database.transaction() as connection,
    ):
        connection.execute(text(change.format(table)))
