"""How an execution in a pod is named, asked and told; no cluster is needed for that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Placement, StoreAccess
from aileron.cluster.pods import WORK
from aileron.core.errors import AileronError, InvalidInput, Refused, StepFailed, Unavailable
from aileron.run import pods
from aileron.run.exchange import NO_STORE, Exchange
from aileron.run.gang_node import node_ended
from aileron.run.logs import numbered
from aileron.run.request import Action, Request, Subject
from aileron.run.result import Exit, Result
from aileron.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The pods that a cluster lists."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(objects, "listed", lambda *_: found)
    return found


def subject(installation: str) -> Subject:
    return Subject(
        installation=installation,
        project="p",
        lifecycle="l",
        run_id="p/l/7",
        node="train",
        key="ab" * 32,
    )


def asked(store: Store, folder: Path, action: Action = "run", **values: Any) -> Request:
    given = {
        "store": store.root,
        "folder": folder,
        "placement": Placement(pool="small", namespace="n", image="localhost/t:1"),
        "subject": subject("here"),
    }
    return Request(action=action, step="train.x", target="m:C", **(given | values))


def name_of(request: Request, store: Store) -> str:
    name: str = pods.prepare(request, store, Cluster())["metadata"]["name"]
    return name


@pytest.mark.usefixtures("living")
def test_the_same_work_has_the_same_name_and_other_work_another(
    store: Store, tmp_path: Path
) -> None:
    first = name_of(asked(store, tmp_path / "a"), store)
    Exchange(store, first).remove()
    assert name_of(asked(store, tmp_path / "b"), store) == first
    assert first.endswith("-1")
    assert name_of(asked(store, tmp_path / "a", "observe"), store) != first
    elsewhere = asked(store, tmp_path / "a", subject=subject("elsewhere"))
    assert name_of(elsewhere, store).rpartition("-")[0] != first.rpartition("-")[0]


def test_a_number_is_not_given_twice_while_an_earlier_pod_may_write(
    store: Store, tmp_path: Path, living: list[dict[str, Any]]
) -> None:
    request = asked(store, tmp_path / "a")
    first = name_of(request, store)
    Exchange(store, first).remove(lost=True)
    second = name_of(request, store)
    living.append({"metadata": {"name": first.removesuffix("1") + "9"}})
    third = name_of(request, store)
    assert [name.rpartition("-")[2] for name in (first, second, third)] == ["1", "2", "10"]


@pytest.mark.usefixtures("living")
def test_the_pod_is_told_where_it_finds_the_store(store: Store, tmp_path: Path) -> None:
    placement = Placement(
        pool="small", namespace="n", image="localhost/t:1", store=StoreAccess(uri="/mnt/store")
    )
    request = asked(store, tmp_path / "a", placement=placement)
    manifest = pods.prepare(request, store, Cluster())
    name = manifest["metadata"]["name"]
    assert manifest["spec"]["containers"][0]["command"][-2:] == ["/mnt/store", name]
    assert manifest["metadata"]["annotations"]["aileron.io/run"] == "p/l/7"
    labels = {"installation": "here", "project": "p", "lifecycle": "l", "node": "train"}
    labels["pool"] = "small"
    for label, value in labels.items():
        assert manifest["metadata"]["labels"][f"aileron.io/{label}"] == value
    told = Exchange(store, name).request()
    assert told is not None
    assert (told.store, str(told.folder)) == ("/mnt/store", f"{WORK}/run")


@pytest.mark.usefixtures("living")
def test_what_cannot_run_in_a_pod_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    env = {f"V{number}": "1" for number in range(101)}
    with pytest.raises(InvalidInput, match="101 environment variables"):
        name_of(asked(store, tmp_path / "a", env=env), store)
    with pytest.raises(InvalidInput, match="nothing says where"):
        name_of(asked(store, tmp_path / "a", placement=None), store)
    assert store.object_keys("executions/") == []


@pytest.mark.usefixtures("living")
def test_a_quota_that_is_used_up_may_be_free_another_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Refused(
            "cluster.refused", subject="Pod", problem="exceeded quota: small, used: cpu=4"
        )

    monkeypatch.setattr(objects, "create", refuse)
    with pytest.raises(Unavailable, match="quota is used up: exceeded quota: small"):
        pods.start(asked(store, tmp_path / "a"), store, Cluster())


def test_a_result_that_says_cancelled_is_explained_unless_we_cancelled(
    store: Store, tmp_path: Path
) -> None:
    request = asked(store, tmp_path / "a")
    request.write()
    exchange = Exchange(store, "aileron-a-1")
    exchange.write_result(Result(state="failed", exit=Exit(reason="cancelled")))
    evicted = {
        "metadata": {},
        "spec": {"nodeName": "node1"},
        "status": {"phase": "Failed", "reason": "Evicted", "message": "memory"},
    }
    seen = pods.Seen(evicted, [])
    follower = pods.Follower(store, "aileron-a-1", request)
    result = pods.collect(request, store, "aileron-a-1", seen, follower)
    follower.close()
    assert "evicted" in request.log_path.read_text(), "the pod itself could not say it"
    assert result.exit.reason == "evicted"
    assert "evicted from node node1: memory" in str(result.raised())
    follower = pods.Follower(store, "aileron-a-1", request)
    ours = pods.collect(request, store, "aileron-a-1", seen, follower, cancelled=True)
    follower.close()
    assert ours.exit.reason == "cancelled"
    assert request.log_path.read_text() == ""


def test_a_container_that_died_whole_of_memory_tells_limit_and_peak(
    store: Store, tmp_path: Path
) -> None:
    request = asked(store, tmp_path / "a")
    request.write()
    limits = {"limits": {"memory": "2048Mi"}}
    state = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    dead = {
        "metadata": {},
        "spec": {"containers": [{"resources": limits}]},
        "status": {"phase": "Failed", "containerStatuses": [{"state": state}]},
    }
    follower = pods.Follower(store, "aileron-a-1", request)
    ending = pods.collect(request, store, "aileron-a-1", pods.Seen(dead, []), follower).exit
    follower.close()
    assert ending == Exit(reason="out_of_memory", exit_code=137, peak_memory_mb=2048, limit_mb=2048)


def test_of_another_pod_that_is_to_blame_the_last_lines_are_shown(
    store: Store, tmp_path: Path
) -> None:
    request = asked(store, tmp_path / "a", nodes=2)
    request.write()
    for node, text in ((0, "at work"), (1, "no more memory")):
        exchange = Exchange(store, "aileron-a-1", node)
        exchange.write_lines("log", 1, [numbered(1, text)])
    error = node_ended(1, 2, StepFailed("run.cancelled", step="train.x"))
    Exchange(store, "aileron-a-1").write_result(Result(state="failed", error=error.to_dict()))
    lines: list[str] = []
    follower = pods.Follower(store, "aileron-a-1", request, lines.append)
    pods.collect(request, store, "aileron-a-1", pods.Seen(None, []), follower)
    follower.close()
    assert lines == ["at work", "[1] no more memory", str(error)]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (
            Unavailable("run.store_unreachable", name="n", store="s", problem="x."),
            "store_unreachable",
        ),
        (Refused("store.no_object_key", key="k", folder="executions/"), "error"),
    ],
)
def test_only_a_store_that_is_away_is_called_unreachable(
    store: Store, tmp_path: Path, told: AileronError, reason: str
) -> None:
    request = asked(store, tmp_path / "a")
    request.write()
    state = {"terminated": {"exitCode": NO_STORE, "message": json.dumps(told.to_dict())}}
    ended = {"metadata": {}, "status": {"phase": "Failed", "containerStatuses": [{"state": state}]}}
    follower = pods.Follower(store, "aileron-a-1", request)
    result = pods.collect(request, store, "aileron-a-1", pods.Seen(ended, []), follower)
    follower.close()
    assert result.exit.reason == reason
    assert str(result.raised()) == str(told)
