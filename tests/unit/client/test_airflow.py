"""The Airflow client against a hand-written fake of the API's few routes."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aileron.client import AirflowClient
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable


class Fake(BaseHTTPRequestHandler):
    """One DAG, ``default__fruit``; tokens are good for two requests."""

    states: list[str]
    runs: dict[str, dict[str, Any]]
    paused: bool
    token: int
    used: int

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/auth/token":
            if body["password"] != "secret":
                return self._answer(401, {"detail": "Invalid credentials"})
            type(self).token += 1
            type(self).used = 0
            return self._answer(201, {"access_token": f"t{self.token}"})
        if self._is_anonymous():
            return None
        if body["dag_run_id"] in self.runs:
            return self._answer(409, {"detail": {"reason": "Unique constraint violation"}})
        if body["conf"].get("C", 1) < 0:
            return self._answer(400, {"detail": "Invalid input for param C"})
        run = {"dag_id": "default__fruit", "dag_run_id": body["dag_run_id"], "state": "queued"}
        self.runs[body["dag_run_id"]] = run
        return self._answer(200, run)

    def do_PATCH(self) -> None:
        body = self._body()
        if self._is_anonymous():
            return
        if "default__fruit" not in self.path:
            self._answer(404, {"detail": "The Dag was not found"})
        else:
            type(self).paused = body["is_paused"]
            self._answer(200, {})

    def do_GET(self) -> None:
        if self._is_anonymous():
            return None
        if "taskInstances" in self.path:
            task = {"task_id": "plan", "state": "success", "duration": 0.5, "try_number": 1}
            return self._answer(200, {"task_instances": [task]})
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state == "down":
            return self._answer(503, {"detail": "restarting"})
        run = {"dag_id": "default__fruit", "dag_run_id": "r", "state": state}
        return self._answer(200, run)

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def _is_anonymous(self) -> bool:
        type(self).used += 1
        good = self.headers.get("authorization") == f"Bearer t{self.token}" and self.used <= 2
        if not good:
            self._answer(401, {"detail": "Not authenticated"})
        return not good

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def fake() -> Iterator[tuple[str, type[Fake]]]:
    handler = type("Handler", (Fake,), {"states": ["queued", "running", "running", "success"]})
    handler.runs, handler.paused, handler.token, handler.used = {}, True, 0, 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(fake: tuple[str, type[Fake]], tmp_path: Path) -> Iterator[AirflowClient]:
    login = tmp_path / "login.json"
    login.write_text('{"username": "admin", "password": "secret"}')
    with AirflowClient(fake[0], login) as client:
        yield client


def test_a_trigger_unpauses_and_starts_a_run(
    client: AirflowClient, fake: tuple[str, type[Fake]]
) -> None:
    run = client.trigger("default__fruit", "r1", {"C": 2})
    assert (run.run_id, run.state, run.finished) == ("r1", "queued", False)
    assert not fake[1].paused


def test_a_token_that_ran_out_is_renewed(client: AirflowClient) -> None:
    for _ in range(5):
        assert client.tasks("default__fruit", "r")[0].name == "plan"


def test_following_yields_each_change_until_the_end(client: AirflowClient) -> None:
    states = [run.state for run, _ in client.follow("default__fruit", "r", every=0)]
    assert states == ["queued", "running", "success"]


def test_a_restart_of_airflow_is_waited_for(
    client: AirflowClient, fake: tuple[str, type[Fake]]
) -> None:
    fake[1].states = ["running", "down", "down", "success"]
    states = [run.state for run, _ in client.follow("default__fruit", "r", every=0)]
    assert states == ["running", "success"]


def test_airflow_that_stays_away_is_given_up(
    client: AirflowClient, fake: tuple[str, type[Fake]]
) -> None:
    fake[1].states = ["down"]
    with pytest.raises(Unavailable, match="503"):
        list(client.follow("default__fruit", "r", every=0.01, patience=0.1))


def test_what_airflow_refuses_is_quoted(client: AirflowClient) -> None:
    with pytest.raises(NotFound, match="Dag was not found"):
        client.trigger("default__wine", "r1")
    with pytest.raises(InvalidInput, match="param C"):
        client.trigger("default__fruit", "r1", {"C": -1})
    client.trigger("default__fruit", "r1")
    with pytest.raises(Conflict, match="Unique constraint"):
        client.trigger("default__fruit", "r1")


def test_a_wrong_login_names_its_file(fake: tuple[str, type[Fake]], tmp_path: Path) -> None:
    login = tmp_path / "login.json"
    login.write_text('{"username": "admin", "password": "guess"}')
    with pytest.raises(Refused, match=r"login\.json"):
        AirflowClient(fake[0], login).run("default__fruit", "r")
    login.write_text("{}")
    with pytest.raises(InvalidInput, match=r"login\.json"):
        AirflowClient(fake[0], login).run("default__fruit", "r")


def test_an_airflow_that_is_down_is_a_sentence() -> None:
    with pytest.raises(Unavailable, match="make up"):
        AirflowClient("http://127.0.0.1:9").run("default__fruit", "r")
