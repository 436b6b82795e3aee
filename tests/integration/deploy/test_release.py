"""Releases and roll-backs on real processes, under a client that never stops asking."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from plugins.releases import MODEL, PROJECT, SERVICE, Platform, constant_client
from plugins.waiting import wait_until

from aileron.core.errors import Conflict, NotFound, Refused, StepFailed
from aileron.deploy.rollback import promote, rollback
from aileron.ledger import Champion, Desired, RevisionState


def test_the_first_release_answers_at_the_stable_address(platform: Platform) -> None:
    champion = platform.release(1)

    assert (champion.version, champion.fence, champion.revision) == (1, 1, 1)
    assert platform.answer() == "v1"


def test_release_and_rollback_lose_no_request(platform: Platform) -> None:
    platform.release(1)
    with constant_client(platform.url) as traffic:
        time.sleep(0.5)
        platform.release(2)
        time.sleep(0.5)
        champion = rollback(platform.settings, platform.ledger, PROJECT, MODEL, "zhang")
        time.sleep(0.5)

    assert traffic.failures == []
    assert traffic.seen() == ["v1", "v2"]
    assert traffic.answers[-1] == "v1"
    assert (champion.version, champion.fence, champion.actor) == (1, 3, "zhang")


def test_rolling_back_uses_the_revision_that_is_still_there(platform: Platform) -> None:
    platform.release(1)
    platform.release(2)
    wait_until(lambda: _state(platform, 1) == RevisionState.STOPPED, 60, "it is drained")

    champion = rollback(platform.settings, platform.ledger, PROJECT, MODEL, "zhang")

    assert champion.revision == 1
    assert len(platform.ledger.revisions.list(PROJECT, SERVICE)) == 2


@pytest.mark.parametrize(
    ("mode", "words"),
    [("refuses", "it is not a model"), ("never_ready", "tiny service begins")],
)
def test_a_revision_that_never_becomes_healthy_leaves_the_old_one_serving(
    platform: Platform, mode: str, words: str
) -> None:
    platform.release(1)
    with constant_client(platform.url) as traffic:
        with pytest.raises(StepFailed) as failure:
            platform.release(2, mode, healthy_seconds=20)
        time.sleep(0.3)

    assert words in str(failure.value)
    assert traffic.failures == []
    assert traffic.seen() == ["v1"]
    champion = platform.ledger.champions.get(PROJECT, MODEL)
    assert champion is not None
    assert champion.version == 1
    assert _desired(platform, 2) == Desired.STOPPED


def test_a_release_whose_champion_moved_names_the_winner_and_leaves_nothing(
    platform: Platform,
) -> None:
    platform.release(1)
    platform.release(2)
    stale = platform.candidate(3, run_id="late_run")

    with pytest.raises(Conflict, match="run_2 made version 2"):
        platform.switch().make_champion(stale, expected_fence=1)

    assert _desired(platform, 3) == Desired.STOPPED
    assert platform.answer() == "v2"


def test_of_twenty_releases_from_one_champion_one_wins(bare_platform: Platform) -> None:
    ledger = bare_platform.ledger
    ledger.services.ensure(PROJECT, SERVICE, MODEL)
    candidates = [bare_platform.candidate(n, run_id=f"run_{n}") for n in range(1, 21)]
    revisions = [
        ledger.revisions.add(PROJECT, SERVICE, c.package_reference, MODEL, c.version)
        for c in candidates
    ]
    switch = bare_platform.switch()

    def compete(number: int) -> Champion | Conflict:
        try:
            return switch._set(candidates[number], revisions[number], None)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(compete, range(20)))

    winners = [r for r in results if isinstance(r, Champion)]
    refusals = [r for r in results if isinstance(r, Conflict)]
    assert (len(winners), len(refusals)) == (1, 19)
    assert all(str(winners[0].run_id) in str(refusal) for refusal in refusals)
    running = [r for r in ledger.revisions.list(PROJECT, SERVICE) if r.desired == Desired.RUNNING]
    assert [r.number for r in running] == [winners[0].revision]


def test_a_crash_between_row_and_projections_is_repaired(platform: Platform) -> None:
    platform.release(1)
    candidate = platform.candidate(2)
    revision = platform.switch().stage(candidate)
    platform.switch()._set(candidate, revision, expected_fence=1)  # and here the release dies

    wait_until(lambda: platform.answer() == "v2", 60, "the reconciler moved the route")


def test_a_release_that_died_after_its_row_is_finished_by_its_retry(platform: Platform) -> None:
    platform.release(1)
    candidate = platform.candidate(2)
    revision = platform.switch().stage(candidate)
    platform.switch()._set(candidate, revision, expected_fence=1)

    champion = platform.switch().make_champion(candidate, expected_fence=1)

    assert champion.fence == 2
    assert platform.answer() == "v2"
    wait_until(lambda: _state(platform, 1) == RevisionState.STOPPED, 60, "the old one is retired")


def test_any_registered_version_can_be_promoted(platform: Platform) -> None:
    for number in (1, 2, 3):
        platform.release(number)

    champion = promote(platform.settings, platform.ledger, PROJECT, MODEL, 1, "li")

    assert (champion.version, champion.actor) == (1, "li")
    assert platform.answer() == "v1"


def test_promoting_what_was_never_packaged_is_refused_in_words(platform: Platform) -> None:
    platform.release(1)
    model = platform.model(2)
    platform.ledger.models.add(PROJECT, MODEL, model.digest, model)

    with pytest.raises(NotFound, match="never packaged"):
        promote(platform.settings, platform.ledger, PROJECT, MODEL, 2, "li")


def test_a_model_with_one_champion_cannot_be_rolled_back(platform: Platform) -> None:
    platform.release(1)

    with pytest.raises(Refused, match="no earlier champion"):
        rollback(platform.settings, platform.ledger, PROJECT, MODEL, "li")


def test_open_requests_of_the_old_revision_are_answered(platform: Platform) -> None:
    platform.release(1)
    let_go = platform.work / "let_go"
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(
            httpx.get, f"{platform.url}/slow?until={let_go}", timeout=120, trust_env=False
        )
        time.sleep(0.3)
        try:
            platform.release(2)
            assert platform.answer() == "v2"
            assert not slow.done()
        finally:
            let_go.touch()
        assert slow.result().json() == {"answer": "v1"}
    wait_until(lambda: _state(platform, 1) == RevisionState.STOPPED, 60, "the old one is stopped")


def _state(platform: Platform, number: int) -> RevisionState:
    revision = platform.ledger.revisions.get(PROJECT, SERVICE, number)
    assert revision is not None
    return revision.state


def _desired(platform: Platform, number: int) -> Desired:
    revision = platform.ledger.revisions.get(PROJECT, SERVICE, number)
    assert revision is not None
    return revision.desired
