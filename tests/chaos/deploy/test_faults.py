"""Processes are killed, servers go away: services answer on, and come back by themselves."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from plugins.postgres import free_port
from plugins.releases import MODEL, PROJECT, SERVICE, Platform, constant_client, make_platform
from plugins.waiting import wait_until

from aileron.client import LocalClient
from aileron.core.settings import Settings
from aileron.deploy.process import stop_all
from aileron.deploy.rollback import rollback
from aileron.deploy.services import start_service, stop_service
from aileron.ledger import Desired, Ledger, Revision, RevisionState
from aileron.stack.postgres import EmbeddedPostgres


def test_a_killed_supervisor_takes_no_service_with_it_and_its_successor_adopts_them(
    bare_platform: Platform,
) -> None:
    platform = bare_platform
    supervisor = platform.start_supervisor()
    platform.start_gateway()
    platform.release(1)
    pid = _revision(platform, 1).pid
    with constant_client(platform.url) as traffic:
        supervisor.kill()
        supervisor.wait()
        platform.start_supervisor()
        platform.release(2)  # the successor works at once, and drains what it took over

    assert traffic.failures == []
    assert traffic.seen() == ["v1", "v2"]
    assert pid is not None
    wait_until(lambda: not _runs(pid), 60, "it is drained and stopped")
    wait_until(
        lambda: _revision(platform, 1).state == RevisionState.STOPPED, 60, "the ledger knows"
    )


def test_an_adopted_service_keeps_its_process(bare_platform: Platform) -> None:
    supervisor = bare_platform.start_supervisor()
    bare_platform.start_gateway()
    bare_platform.release(1)
    pid = _revision(bare_platform, 1).pid
    supervisor.kill()
    supervisor.wait()
    assert bare_platform.answer() == "v1"

    bare_platform.start_supervisor()
    wait_until(lambda: "supervising" in _since_restart(bare_platform), 60, "the next is at work")
    wait_until(lambda: _revision(bare_platform, 1).state == RevisionState.HEALTHY, 60, "adopted")

    assert _revision(bare_platform, 1).pid == pid
    assert bare_platform.answer() == "v1"


def test_a_second_supervisor_of_the_same_home_is_refused(bare_platform: Platform) -> None:
    bare_platform.start_supervisor()
    wait_until(lambda: "supervising" in bare_platform.log_of("supervisor"), 60, "the first works")

    second = bare_platform.start_supervisor()

    assert second.wait(60) == 1
    assert "already at work" in bare_platform.log_of("supervisor")


def test_a_stopped_supervisor_stops_its_services(bare_platform: Platform) -> None:
    supervisor = bare_platform.start_supervisor()
    bare_platform.start_gateway()
    bare_platform.release(1)
    pid = _revision(bare_platform, 1).pid
    assert pid is not None

    supervisor.send_signal(signal.SIGTERM)

    assert supervisor.wait(60) == 0
    assert not _runs(pid)
    assert _revision(bare_platform, 1).state == RevisionState.STOPPED


def test_a_killed_revision_comes_back(platform: Platform) -> None:
    platform.release(1)
    first = _revision(platform, 1).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    wait_until(lambda: _revision(platform, 1).pid not in (None, first), 60, "it was started anew")
    wait_until(lambda: _status(platform) == 200, 60, "it answers again")
    assert platform.answer() == "v1"


def test_while_no_revision_is_there_the_client_is_told_when_to_retry(platform: Platform) -> None:
    platform.release(1)
    stop_service(platform.ledger, PROJECT, SERVICE)
    wait_until(lambda: _status(platform) == 503, 60, "the service is stopped")

    answer = httpx.post(f"{platform.url}/predict", json={}, trust_env=False, timeout=60)

    assert answer.json()["error_code"] == 336100
    assert int(answer.headers["retry-after"]) > 0
    wait_until(lambda: _revision(platform, 1).state == RevisionState.STOPPED, 60, "it ended")


def test_a_stopped_service_starts_again(platform: Platform) -> None:
    platform.release(1)
    stop_service(platform.ledger, PROJECT, SERVICE)
    wait_until(lambda: _revision(platform, 1).state == RevisionState.STOPPED, 60, "it is stopped")

    start_service(platform.ledger, PROJECT, SERVICE)

    wait_until(lambda: _status(platform) == 200, 60, "it answers again")
    with LocalClient.of(platform.settings) as client:
        assert client.service(SERVICE).state == "serving"
        assert "tiny service begins" in client.service_logs(SERVICE).text


def test_what_a_dead_supervisor_left_can_be_stopped_without_one(bare_platform: Platform) -> None:
    supervisor = bare_platform.start_supervisor()
    bare_platform.start_gateway()
    bare_platform.release(1)
    pid = _revision(bare_platform, 1).pid
    supervisor.kill()

    assert stop_all(bare_platform.settings.home) == [pid]
    assert pid is not None
    assert not _runs(pid)


def test_a_service_that_nobody_wants_any_more_is_ended_by_the_next_supervisor(
    bare_platform: Platform,
) -> None:
    supervisor = bare_platform.start_supervisor()
    bare_platform.start_gateway()
    bare_platform.release(1)
    pid = _revision(bare_platform, 1).pid
    assert pid is not None
    supervisor.kill()
    supervisor.wait()
    bare_platform.ledger.revisions.set_desired(PROJECT, SERVICE, 1, Desired.STOPPED)
    bare_platform.ledger.services.set_desired(PROJECT, SERVICE, Desired.STOPPED)

    bare_platform.start_supervisor()

    wait_until(lambda: not _runs(pid), 60, "the orphan is ended")


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that the test may stop."""
    folder = Path(tempfile.mkdtemp(prefix="aileron-postgres-"))
    server = EmbeddedPostgres(folder, durable=False)
    server.start(free_port())
    yield server
    server.stop()
    shutil.rmtree(folder)


def test_services_answer_while_the_ledger_is_away(
    own_postgres: EmbeddedPostgres, tmp_path: Path, environments: Path
) -> None:
    own_postgres.ensure_database("aileron")
    url = own_postgres.url("aileron")
    ledger = Ledger(url)
    ledger.migrate()
    platform = make_platform(url, ledger, tmp_path, environments)
    try:
        platform.start_supervisor()
        gateway = platform.start_gateway()
        platform.release(1)
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        own_postgres.stop()
        with constant_client(platform.url) as traffic:
            wait_until(lambda: "last known routes" in platform.log_of("gateway"), 60, "noticed")
            wait_until(lambda: len(traffic.answers) > 200, 60, "it answers on")
        assert traffic.failures == []

        gateway.terminate()
        gateway.wait()
        platform.start_gateway()
        assert platform.answer() == "v1"  # from the routes it wrote down

        own_postgres.start(port)
        platform.release(2)
        assert platform.answer() == "v2"
        rollback(platform.settings, ledger, PROJECT, MODEL, "zhang")
        assert platform.answer() == "v1"
    finally:
        platform.end()
        ledger.close()


def test_a_release_without_a_gateway_changes_nothing(bare_platform: Platform) -> None:
    settings = bare_platform.settings
    bare_platform.settings = Settings(
        workspace=settings.workspace, home=settings.home, ledger_url=settings.ledger_url
    )

    with pytest.raises(Exception, match="AILERON_GATEWAY_URL"):
        bare_platform.release(1)

    assert bare_platform.ledger.services.list() == []


def _revision(platform: Platform, number: int) -> Revision:
    revision = platform.ledger.revisions.get(PROJECT, SERVICE, number)
    assert revision is not None
    return revision


def _since_restart(platform: Platform) -> str:
    return platform.log_of("supervisor").split("supervising", 1)[1]


def _status(platform: Platform) -> int:
    return httpx.post(f"{platform.url}/predict", json={}, trust_env=False, timeout=60).status_code


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
