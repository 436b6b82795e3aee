"""What the terminal shows of an installation with a past; no server runs but the ledger's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from plugins.history import History
from plugins.waiting import wait_until

from aileron.cli import command
from aileron.core.errors import AileronError
from aileron.deploy.places import Place
from aileron.ledger import RunState

Aileron = Callable[..., Result]
PROGRAM = Path(sys.executable).with_name("aileron")


def environment(history: History) -> dict[str, str]:
    return {
        "AILERON_WORKSPACE": str(history.settings.workspace),
        "AILERON_HOME": str(history.settings.home),
        "AILERON_LEDGER_URL": history.settings.require("ledger_url"),
        "AILERON_GATEWAY_URL": str(history.settings.gateway_url),
        "AILERON_LANG": "en",
    }


@pytest.fixture
def aileron(history: History, monkeypatch: pytest.MonkeyPatch) -> Aileron:
    """``aileron("model", "list")``; an error of ours is raised."""
    for name in [name for name in os.environ if name.startswith("AILERON_")]:
        monkeypatch.delenv(name)
    for name, value in environment(history).items():
        monkeypatch.setenv(name, value)

    def run(*words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(command, list(words))
        if isinstance(done.exception, AileronError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return run


def of_json(done: Result) -> Any:
    return json.loads(done.stdout)


def test_lifecycles_are_a_table_for_people_and_records_for_programs(
    aileron: Aileron, history: History
) -> None:
    history.finished(history.trained("r1"))
    (line,) = [one for one in aileron("lifecycle", "list").stdout.splitlines() if "fruit" in one]
    assert "Lifecycle" in line
    assert "r1" in line
    assert "succeeded" in line
    (flow,) = of_json(aileron("lifecycle", "list", "--json"))
    assert flow["last_run"]["airflow_run_id"] == "r1"


def test_a_broken_yaml_is_told_beside_the_table(aileron: Aileron, history: History) -> None:
    history.workspace.edit("fruit", "dataset: fruit", "datset: fruit")
    done = aileron("lifecycle", "list")
    assert "(broken)" in done.stdout
    assert "did you mean dataset?" in done.stderr


def test_a_run_is_shown_by_its_id_or_as_the_last(aileron: Aileron, history: History) -> None:
    history.finished(history.trained("r1"), RunState.FAILED, "The disk is full.")
    for word in ("r1", "last"):
        shown = aileron("lifecycle", "show", "fruit", word).stdout
        assert "The disk is full." in shown
        assert "evaluate" in shown
    facts = of_json(aileron("lifecycle", "show", "fruit", "r1", "--json"))
    assert facts["metrics"]["roc_auc"] == 0.9
    assert {task["name"] for task in facts["tasks"]} >= {"train", "gate", "package"}
    assert "release" not in {task["name"] for task in facts["tasks"]}


def test_the_last_run_of_a_lifecycle_that_never_ran_is_said_so(aileron: Aileron) -> None:
    with pytest.raises(AileronError, match="has not run yet"):
        aileron("lifecycle", "show", "fruit", "last")


def test_a_comparison_shows_what_differs_and_all_only_if_asked(
    aileron: Aileron, history: History
) -> None:
    history.finished(history.trained("r1", 0.8))
    history.finished(history.trained("r2", 0.9))
    for words in (
        ("lifecycle", "compare", "fruit", "r1", "last"),
        ("model", "compare", "fruit", "1", "2"),
    ):
        short, long = aileron(*words).stdout, aileron(*words, "--all").stdout
        assert "roc_auc" in short
        assert "0.8" in short
        assert "train.C" not in short
        assert "train.C" in long
        assert of_json(aileron(*words, "--json"))["rows"]


def test_a_stages_log_is_printed_and_following_ends_with_it(
    aileron: Aileron, history: History
) -> None:
    history.finished(history.trained("r1"))
    for words in ((), ("-f",)):
        done = aileron("lifecycle", "logs", "fruit", "last", "train", *words)
        assert done.stdout == "000001 T round 1\n"


def test_models_and_versions_are_shown_with_their_metric(
    aileron: Aileron, history: History, tmp_path: Path
) -> None:
    history.released(history.finished(history.trained("r1", 0.8)))
    listed = aileron("model", "list").stdout
    assert "roc_auc" in listed
    shown = aileron("model", "show", "fruit").stdout
    assert "accepted" in shown
    assert "default/fruit@v1" in shown
    file = tmp_path / "page.html"
    aileron("model", "report", "fruit", "1", "-o", str(file))
    assert "Evaluation" in file.read_text()


def test_a_promotion_may_name_the_champion_it_expects(aileron: Aileron, history: History) -> None:
    history.released(history.finished(history.trained("r1", 0.8)))
    history.released(history.finished(history.trained("r2", 0.9)), actor="li")
    for words in (("promote", "fruit", "1"), ("rollback", "fruit")):
        with pytest.raises(AileronError, match="li made version 2"):
            aileron("model", *words, "--expect-fence", "1")


def test_services_are_shown_with_traffic_only_if_there_is_a_gateway(
    aileron: Aileron, history: History
) -> None:
    history.released(history.finished(history.trained("r1")))
    assert "serving" in aileron("service", "list").stdout
    shown = aileron("service", "show", "fruit").stdout
    assert "healthy" in shown
    assert "p99_ms" not in shown
    assert of_json(aileron("service", "sample", "fruit")) == {
        "data": [{"weight": 1}],
        "include_req": False,
    }


def test_a_services_log_is_followed_as_it_grows(history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    log = Place.of(history.settings.home, "default", "fruit", 1).log
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\n")
    process = subprocess.Popen(
        [str(PROGRAM), "service", "logs", "fruit", "--lines", "1", "-f"],
        env={**os.environ, **environment(history), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "two\n"
        with log.open("a") as file:
            file.write("three\n")
        assert process.stdout.readline() == "three\n"
    finally:
        process.kill()
        process.wait()


def test_changes_are_listed_by_verb_and_time(aileron: Aileron, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    (event,) = of_json(aileron("events", "--verb", "champion", "--json"))
    assert (event["verb"], event["after"]["version"]) == ("champion.set", 1)
    (line,) = aileron("events", "--verb", "champion.set").stdout.splitlines()[1:]
    assert line.endswith("champion.set  champion:default/fruit")
    assert "(none)" in aileron("events", "--since", "2999-01-01").stdout
    assert "(none)" in aileron("events", "--until", "2020-01-01T00:00").stdout
    assert "2026-01-31" in aileron("events", "--since", "yesterday", code=2).stderr


def test_datasets_and_what_changed_are_shown(aileron: Aileron, history: History) -> None:
    history.dataset_version(1, {"a": ("1", "pear"), "b": ("2", "plum")})
    history.dataset_version(2, {"a": ("1", "pear"), "b": ("3", "plum"), "c": ("4", "pear")})
    assert "classification" in aileron("dataset", "list").stdout
    assert "default/fruit@v2" in aileron("dataset", "show", "fruit").stdout
    shown = aileron("dataset", "diff", "fruit", "1", "2").stdout
    for part in ('"added": 1', '"changed": 1', "c2", "pear"):
        assert part in shown


def test_what_waits_is_listed_with_reasons_and_how_to_answer(
    aileron: Aileron, history: History
) -> None:
    run = history.asking("r1")
    listed = aileron("approvals", "list").stdout
    assert run.run_id in listed
    assert "✓ roc_auc" in listed
    assert "aileron approvals answer" in aileron("lifecycle", "show", "fruit", "r1").stdout


def test_a_tokens_secret_is_printed_alone_and_once(aileron: Aileron, history: History) -> None:
    made = aileron("token", "create", "edge", "--role", "viewer", "--forever")
    secret = made.stdout.strip()
    found = history.ledger.tokens.find(secret)
    assert found is not None
    assert found.expires is None
    listed = aileron("token", "list").stdout
    assert found.id in listed
    assert secret not in listed
    assert of_json(aileron("token", "revoke", found.id, "--json"))["state"] == "revoked"


def test_steps_are_listed_without_a_workspace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AILERON_WORKSPACE", "AILERON_API_URL"):
        monkeypatch.delenv(name, raising=False)
    listed = CliRunner().invoke(command, ["component", "list"])
    assert listed.exit_code == 0
    assert "train.xgboost" in listed.output
    shown = CliRunner().invoke(command, ["component", "show", "train.xgboost"]).output
    assert "dataset:dataset" in shown
    assert "max_depth" in shown


def test_the_api_says_where_it_is_and_that_a_port_is_taken(
    aileron: Aileron, history: History
) -> None:
    import socket

    import httpx

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AileronError, match=f"Port {port} is taken"):
            aileron("api", "--port", str(port))
    process = subprocess.Popen(
        [str(PROGRAM), "api", "--port", str(port)],
        env={**os.environ, **environment(history), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        wait_until(lambda: lives(port), 180)
        answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/session", trust_env=False)
        assert answer.status_code == 401
        assert "server" not in answer.headers
    finally:
        process.terminate()
        assert process.wait(60) in (0, -signal.SIGTERM), "it ends when it is told to"


def lives(port: int) -> bool:
    import httpx

    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False).is_success
    except httpx.HTTPError:
        return False
