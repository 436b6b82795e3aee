"""The API on the whole stack: alone with tokens, inside Airflow with its login."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.api import ClientOf
from plugins.command import PROGRAM, Command

from aileron.client import Client, RemoteClient
from aileron.client import records as r
from aileron.core.errors import AileronError, Conflict, InvalidInput, Refused
from aileron.core.settings import Settings
from aileron.ledger import Ledger

LIFECYCLE = "contested"
SECONDS = 180


def asked(client: Client, run_id: str) -> r.Approval:
    """The run's question, once it is asked."""
    for run in client.follow(run_id):
        if run.approval is not None:
            return run.approval
    raise AssertionError(f"it asked nothing and {run.state}: {run.reason}")


def ended(client: Client, run_id: str) -> r.Run:
    for run in client.follow(run_id):
        last = run
    return last


@pytest.fixture(scope="module")
def developer(client_of: ClientOf) -> RemoteClient:
    return client_of("li", "developer")


@pytest.fixture(scope="module")
def operator(client_of: ClientOf) -> RemoteClient:
    return client_of("wang", "operator")


@pytest.fixture(scope="module")
def first(developer: RemoteClient, operator: RemoteClient) -> r.Run:
    """A run that li started and wang approved, both from another machine."""
    run_id = developer.start(LIFECYCLE).run_id
    asked(operator, run_id)
    operator.answer(run_id, approved=True, comment="seen")
    return ended(operator, run_id)


@pytest.fixture(scope="module")
def second(first: r.Run, developer: RemoteClient, operator: RemoteClient) -> r.Run:
    """Another version, released too."""
    run_id = developer.start(LIFECYCLE, {"train.parameters.C": 0.5}).run_id
    asked(operator, run_id)
    operator.answer(run_id, approved=True)
    return ended(operator, run_id)


def test_what_the_api_does_in_airflow_is_recorded_under_the_persons_name(
    first: r.Run, developer: RemoteClient, stack_ledger: Ledger
) -> None:
    assert (first.state, first.actor) == ("succeeded", "li"), first.reason
    approval = next(stage for stage in first.stages if stage.node == "approve")
    assert approval.state == "succeeded"
    (decided,) = stack_ledger.events.list("default", subject=f"approval:{first.run_id}")
    assert (decided.actor, decided.verb) == ("wang", "approval.granted")
    assert decided.after == {"approved": True, "by": "wang", "comment": "seen"}
    champion = developer.model(LIFECYCLE).champion
    assert champion is not None
    assert (champion.version, champion.by) == (1, "li")


def test_what_is_decided_is_not_decided_again(first: r.Run, operator: RemoteClient) -> None:
    with pytest.raises(Conflict, match="wang already decided"):
        operator.answer(first.run_id, approved=False)


def test_a_service_is_tried_through_the_api(first: r.Run, developer: RemoteClient) -> None:
    sample = developer.sample(LIFECYCLE)
    answer = developer.try_service(LIFECYCLE, sample.body, sample.path)
    assert answer.status == 200
    assert answer.body["batch_results"]
    wrong = developer.try_service(LIFECYCLE, {"data": []})
    assert wrong.status in (400, 413, 422)
    service = developer.service(LIFECYCLE)
    assert service.state == "serving"
    assert service.traffic is not None
    assert service.traffic.requests >= 2
    assert service.traffic.p50_ms is not None
    assert "run" in developer.service_logs(LIFECYCLE).text or service.revisions[0].has_log


def test_a_stages_log_and_the_reports_are_read(first: r.Run, developer: RemoteClient) -> None:
    log = developer.node_log(first.run_id, "gate")
    assert log.ended
    assert "accuracy" in log.text
    assert "<html" in developer.run_report(first.run_id)
    assert "<html" in developer.run_validation(first.run_id).lower()


def test_a_role_that_is_too_low_is_told_which_is_needed(
    first: r.Run, developer: RemoteClient, client_of: ClientOf
) -> None:
    with pytest.raises(Refused, match=r"model\.promote needs the role operator; li has"):
        developer.promote(LIFECYCLE, 1)
    with pytest.raises(Refused, match="developer"):
        client_of("zhao", "viewer").start(LIFECYCLE)


def test_a_value_that_does_not_fit_starts_nothing(
    developer: RemoteClient, stack_ledger: Ledger
) -> None:
    before = len(stack_ledger.runs.list("default", LIFECYCLE))
    with pytest.raises(InvalidInput, match=r"train\.parameters\.depth"):
        developer.start(LIFECYCLE, {"train.parameters.depth": 3})
    assert len(stack_ledger.runs.list("default", LIFECYCLE)) == before


def test_of_two_people_who_promote_at_once_the_second_is_told_who_won(
    second: r.Run, client_of: ClientOf, stack_ledger: Ledger
) -> None:
    people = {name: client_of(name, "operator") for name in ("sun", "qian")}
    seen = {name: client.model(LIFECYCLE).champion for name, client in people.items()}
    assert all(champion is not None and champion.version == 2 for champion in seen.values())

    def promote(name: str) -> r.Champion | AileronError:
        champion = seen[name]
        assert champion is not None
        try:
            return people[name].promote(LIFECYCLE, 1, expected_fence=champion.fence)
        except AileronError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(people, pool.map(promote, people), strict=True))
    (winner,) = [name for name, answer in answers.items() if isinstance(answer, r.Champion)]
    (refusal,) = [answer for answer in answers.values() if isinstance(answer, AileronError)]
    assert isinstance(refusal, Conflict)
    assert f"{winner} " in str(refusal)
    history = stack_ledger.champions.history("default", LIFECYCLE)
    assert (history[0].version, history[0].actor) == (1, winner)
    assert len(history) == 3


def test_the_command_works_from_another_machine(
    first: r.Run, api_url: str, aileron: Command, tmp_path: Path
) -> None:
    """An empty folder without a workspace, two variables: all that another machine has."""
    token = aileron("token", "create", "li", "--role", "developer").out.strip()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AILERON_")}
    environ = kept | {
        "AILERON_API_URL": api_url, "AILERON_API_TOKEN": token, "AILERON_LANG": "en",
    }  # fmt: skip

    def run(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAM), *words],
            cwd=tmp_path, env=environ, input=given, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip

    listed = json.loads(run("lifecycle", "list", "--json").stdout)
    assert LIFECYCLE in [flow["name"] for flow in listed]
    done = run("lifecycle", "run", "strict", "--wait", "--json")
    assert done.returncode == 3, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["state"], facts["actor"]) == ("rejected", "li")
    sample = run("service", "sample", LIFECYCLE).stdout
    answer = run("service", "invoke", LIFECYCLE, "--json-body", "-", given=sample)
    assert json.loads(answer.stdout)["batch_results"]
    refused = run("model", "rollback", LIFECYCLE)
    assert refused.returncode == 1
    assert "needs the role operator" in refused.stderr
    assert "Traceback" not in refused.stderr
    for words in (
        ("lifecycle", "show", LIFECYCLE, "last"),
        ("lifecycle", "logs", LIFECYCLE, first.airflow_run_id, "gate"),
        ("model", "list"),
        ("model", "show", LIFECYCLE),
        ("model", "report", LIFECYCLE, "1"),
        ("service", "list"),
        ("service", "show", LIFECYCLE),
        ("dataset", "list"),
        ("dataset", "show", "small"),
        ("approvals", "list"),
        ("component", "list"),
    ):
        shown = run(*words)
        assert shown.returncode == 0, (words, shown.stderr)
        assert shown.stdout
    assert (tmp_path / f"{LIFECYCLE}-1.html").stat().st_size > 1000


class TestInsideAirflow:
    """The same application at /aileron, for whom Airflow knows."""

    @pytest.fixture(scope="class")
    def login(self, stack_settings: Settings) -> str:
        """A token of Airflow, as its cookie holds it."""
        assert stack_settings.airflow_login_file is not None
        login = json.loads(stack_settings.airflow_login_file.read_text())
        answer = httpx.post(f"{stack_settings.airflow_url}/auth/token", json=login, timeout=60)
        return str(answer.json()["access_token"])

    @pytest.fixture
    def http(self, stack_settings: Settings) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=f"{stack_settings.airflow_url}/aileron", timeout=60) as client:
            yield client

    def test_nobody_gets_in_without_airflows_login(self, http: httpx.Client) -> None:
        for path in ("session", "overview", "tokens", "openapi.json", "nothing"):
            answer = http.get(f"/api/v1/{path}")
            assert answer.status_code == 401, path
            assert answer.json()["error_code"] == "aileron_airflow.no_login"
        wrong = http.get("/api/v1/session", headers={"Authorization": "Bearer wrong"})
        assert wrong.status_code == 401
        assert http.get("/api/v1/session", cookies={"_token": "wrong"}).status_code == 401

    def test_airflows_cookie_is_the_login_and_its_admin_is_ours(
        self, http: httpx.Client, login: str
    ) -> None:
        session = http.get("/api/v1/session", cookies={"_token": login}).json()
        assert (session["actor"], session["role"], session["identity"]) == (
            "admin", "admin", "airflow",
        )  # fmt: skip

    def test_a_write_from_another_site_is_refused(
        self, http: httpx.Client, login: str, stack_settings: Settings
    ) -> None:
        http.cookies.set("_token", login)
        body = {"name": "x", "role": "viewer"}
        for origin in ("http://evil.example", "null", None):
            headers = {"Origin": origin} if origin else {}
            answer = http.post("/api/v1/tokens", json=body, headers=headers)
            assert answer.status_code == 403, origin
        ours = http.post(
            "/api/v1/tokens", json=body, headers={"Origin": str(stack_settings.airflow_url)}
        )
        assert ours.status_code == 201
        assert ours.json()["created_by"] == "admin"

    def test_an_api_token_is_no_login_there(self, http: httpx.Client, aileron: Command) -> None:
        secret = aileron("token", "create", "li", "--role", "admin").out.strip()
        headers = {"Authorization": f"Bearer {secret}"}
        assert http.get("/api/v1/session", headers=headers).status_code == 401

    def test_a_client_works_with_airflows_token(self, stack_settings: Settings, login: str) -> None:
        with RemoteClient(f"{stack_settings.airflow_url}/aileron", login) as client:
            assert LIFECYCLE in [flow.name for flow in client.lifecycles()]
            assert client.overview().counts.lifecycles > 5

    def test_the_pages_are_in_airflows_navigation(
        self, http: httpx.Client, login: str, stack_settings: Settings
    ) -> None:
        answer = httpx.get(
            f"{stack_settings.airflow_url}/api/v2/plugins",
            headers={"Authorization": f"Bearer {login}"},
            timeout=60,
        )
        plugins: list[dict[str, Any]] = answer.json()["plugins"]
        views = [view for plugin in plugins for view in plugin["external_views"]]
        assert [(view["name"], view["href"]) for view in views] == [("Aileron", "/aileron/")]
        page = http.get("/")
        assert page.headers["content-type"].startswith("text/html")
