"""A backend is asked by the contract, and whatever it answers is checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugins.ml_backend import each, predicted, scripted_backend

from aileron.core.errors import Unavailable
from aileron.label.suggesting import backend as module
from aileron.label.suggesting.backend import MlBackend

TASKS: list[dict[str, Any]] = [{"id": 1, "data": {"text": "a"}}, {"id": 2, "data": {"text": "b"}}]


def test_it_is_asked_as_label_studio_asks() -> None:
    with scripted_backend() as server:
        client = MlBackend(f"{server.url}/")
        client.health()
        assert client.setup("<View/>") == "v1"
        found = client.predict(TASKS, "<View/>", model_version="v1")
        client.close()
    assert [one and (one.score, one.model_version) for one in found] == [(0.75, "v1")] * 2
    assert [path for path, _ in server.asked] == ["/health", "/setup", "/predict"]
    assert server.asked[0][1] is None
    assert server.asked[1][1] == {
        "project": "1", "schema": "<View/>", "hostname": "", "access_token": "",
        "extra_params": None,
    }  # fmt: skip
    assert server.asked[2][1] == {
        "tasks": TASKS, "label_config": "<View/>", "project": "1",
        "params": {"login": "", "password": "", "context": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "score", "version"),
    [
        ({"score": 1, "model_version": "own"}, 1.0, "own"),
        ({"score": "0.9"}, None, "all"),
        ({"score": True}, None, "all"),
        ({"score": float("nan"), "model_version": 7}, None, "all"),
        ({"model_version": "v" * 900}, None, "v" * 200),
    ],
)
def test_scores_and_versions_are_taken_if_they_are_some(
    said: dict[str, Any], score: float | None, version: str
) -> None:
    result = predicted({})["result"]

    def predict(body: dict[str, Any]) -> Any:
        return {"results": [{"result": result, **said}], "model_version": "all"}

    with scripted_backend(predict=predict) as server:
        (found,) = MlBackend(server.url).predict(TASKS[:1], "", model_version="default")
    assert found is not None
    assert (found.score, found.model_version) == (score, version)


@pytest.mark.parametrize("nothing", [None, [], {"result": [], "score": 0.1}])
def test_a_backend_may_propose_nothing(nothing: Any) -> None:
    with scripted_backend(predict=each(lambda task: nothing)) as server:
        assert MlBackend(server.url).predict(TASKS, "") == [None, None]


def test_of_several_predictions_the_first_counts() -> None:
    several = each(lambda task: [predicted(task), predicted(task, "other")])
    with scripted_backend(predict=several) as server:
        (found,) = MlBackend(server.url).predict(TASKS[:1], "")
    assert found is not None
    assert found.result[0]["value"] == {"choices": ["normal"]}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({}, "no results for 2 tasks"),
        ({"results": {}}, "no results"),
        ({"results": [None]}, "1 results for 2 tasks"),
        ({"results": ["x", "y"]}, "without a list `result`"),
        ({"results": [{"result": {}}, None]}, "without a list `result`"),
        ({"results": [{"result": ["x"]}, None]}, "without a list `result`"),
        ({"results": [{"result": [{}] * 5001}, None]}, "5001 regions"),
        ([], "JSON that is no object"),
        (b"{", "no JSON"),
        (b"[" * 200_000, "no JSON"),
    ],
)
def test_another_shape_is_refused_in_words(answer: Any, problem: str) -> None:
    with (
        scripted_backend(predict=lambda body: answer) as server,
        pytest.raises(Unavailable, match=problem) as caught,
    ):
        MlBackend(server.url).predict(TASKS, "")
    assert server.url in str(caught.value)


def test_an_error_is_repeated_shortly() -> None:
    with scripted_backend(setup={"error": "out of memory " * 99}, status=500) as server:
        with pytest.raises(Unavailable, match=r"status 500 .*out of memory") as caught:
            MlBackend(server.url).setup("")
        assert len(str(caught.value)) < 700


def test_one_that_is_away_or_slow_is_given_up() -> None:
    with pytest.raises(Unavailable, match="does not answer at"):
        MlBackend("http://127.0.0.1:9").health()
    with (
        scripted_backend(seconds=1.0) as server,
        pytest.raises(Unavailable, match=r"more than 0\.2 seconds"),
    ):
        MlBackend(server.url, 0.2).setup("")


def test_an_answer_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    much = json.dumps({"results": ["x" * (2 << 20)]}).encode()
    with (
        scripted_backend(predict=lambda body: much) as server,
        pytest.raises(Unavailable, match="more than 1 MiB"),
    ):
        MlBackend(server.url).predict(TASKS, "")


def test_a_redirect_is_not_followed() -> None:
    with (
        scripted_backend(status=302) as server,
        pytest.raises(Unavailable, match="status 302"),
    ):
        MlBackend(server.url).health()
