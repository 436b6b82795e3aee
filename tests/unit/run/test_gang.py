"""How several pods meet through the store, and whose end is the end of all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from aileron.cluster import labels
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Placement
from aileron.core.errors import StepFailed, Unavailable
from aileron.run import gang, gang_node, gang_watch, pods
from aileron.run.exchange import Exchange
from aileron.run.gang_node import ADDRESSES, NODE, NODES, OWN_ADDRESS, Gang
from aileron.run.request import Request
from aileron.run.result import Exit, ExitReason, Result
from aileron.store import Store, open_store

NAME = "aileron-a-1"
GOOD = Result(state="succeeded")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gang_node, "POLL", 0.01)
    monkeypatch.setattr(gang_node, "LAST_WORDS", 0.1)
    monkeypatch.setattr(gang_node, "FAREWELL", 0.1)
    monkeypatch.setenv(OWN_ADDRESS, "10.0.0.1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def bad(reason: ExitReason) -> Result:
    error = StepFailed("run.killed", step="s", signal="SIGKILL", last_lines="-")
    return Result(state="failed", error=error.to_dict(), exit=Exit(reason=reason))


def one_of_two(store: Store, node: int = 0) -> tuple[Gang, threading.Event]:
    cancelled = threading.Event()
    return Gang(Exchange(store, NAME, node), "train.x", 2, cancelled), cancelled


def test_they_meet_when_all_have_said_where_they_are(store: Store) -> None:
    Exchange(store, NAME, 1).write_address("10.0.0.2")
    first, _ = one_of_two(store)
    assert first.meet(5) == {NODE: "0", NODES: "2", ADDRESSES: "10.0.0.1,10.0.0.2"}
    first.conclude(bad("error"))


def test_who_waits_for_the_others_in_vain_says_how_many_came(store: Store) -> None:
    first, _ = one_of_two(store)
    with pytest.raises(Unavailable, match="1 of 2 nodes"):
        first.meet(0.05)


def test_a_node_is_told_to_end_when_another_has_failed(store: Store) -> None:
    Exchange(store, NAME, 1).write_address("10.0.0.2")
    first, cancelled = one_of_two(store)
    first.meet(5)
    Exchange(store, NAME, 1).write_result(bad("out_of_memory"))
    assert cancelled.wait(5)
    result = first.conclude(bad("cancelled"))
    assert result.exit.reason == "out_of_memory"
    assert "Node 1 (of 0 to 1)" in str(result.raised())


def test_what_is_no_answer_to_anothers_end_is_the_reason(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Node 0 lost its connection to node 1, which the kernel had killed."""
    monkeypatch.setattr(gang_node, "LAST_WORDS", 60.0)
    first, _ = one_of_two(store)
    threading.Timer(0.03, Exchange(store, NAME, 1).write_result, [bad("killed")]).start()
    assert first.conclude(bad("error")).exit.reason == "killed"


def test_who_failed_first_by_itself_is_the_reason(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gang_node, "LAST_WORDS", 60.0)
    first, _ = one_of_two(store)
    threading.Timer(0.03, Exchange(store, NAME, 1).write_result, [bad("error")]).start()
    own = bad("error")
    assert first.conclude(own) == own


def test_the_good_result_waits_for_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gang_node, "FAREWELL", 60.0)
    first, _ = one_of_two(store)
    threading.Timer(0.03, Exchange(store, NAME, 1).write_result, [GOOD]).start()
    assert first.conclude(GOOD) == GOOD


def test_a_node_that_does_not_end_is_named(store: Store) -> None:
    first, _ = one_of_two(store)
    assert "others are still at work" in str(first.conclude(GOOD).raised())


def test_nodes_but_the_first_say_only_how_they_ended(store: Store) -> None:
    second, _ = one_of_two(store, 1)
    assert second.conclude(GOOD) == GOOD


def test_a_node_that_was_told_to_end_from_outside_ends_them_all(store: Store) -> None:
    """Its pod was deleted, with time for a last word; the others can do nothing without it."""
    Exchange(store, NAME, 1).write_address("10.0.0.2")
    second, _ = one_of_two(store, 1)
    last_word = second.conclude(bad("cancelled"))
    assert last_word.exit.reason == "pod_deleted"
    first, cancelled = one_of_two(store)
    first.meet(5)
    Exchange(store, NAME, 1).write_result(last_word)
    assert cancelled.wait(5)
    result = first.conclude(bad("cancelled"))
    assert result.exit.reason == "pod_deleted"
    error = result.raised()
    assert isinstance(error, Unavailable)
    assert "Node 1 (of 0 to 1)" in str(error)


def test_a_node_that_ends_because_another_failed_is_no_reason(store: Store) -> None:
    Exchange(store, NAME, 0).write_address("10.0.0.2")
    second, cancelled = one_of_two(store, 1)
    second.meet(5)
    Exchange(store, NAME, 0).write_result(bad("error"))
    assert cancelled.wait(5)
    assert second.conclude(bad("cancelled")) == bad("cancelled")


@pytest.mark.parametrize("wrote", [True, False])
def test_a_node_that_ends_while_it_is_looked_at_is_not_blamed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrote: bool
) -> None:
    """Its result comes before its end, and may come after we asked for it."""

    def look(*_: object) -> pods.Seen:
        if wrote:
            Exchange(store, NAME, 1).write_result(GOOD)
        return pods.Seen({"metadata": {}, "spec": {}, "status": {"phase": "Succeeded"}}, [])

    monkeypatch.setattr(pods, "look", look)
    placement = Placement(pool="small", namespace="n", image="localhost/t:1")
    request = Request(
        action="run",
        step="train.x",
        target="m:C",
        store=store.root,
        folder=tmp_path,
        nodes=2,
        placement=placement,
    )  # fmt: skip
    blamed = gang_watch.trouble(request, store, Cluster(), NAME, 5)
    assert (blamed is None) == wrote


def test_the_others_depend_on_the_first_pod_and_are_no_executions() -> None:
    first = {
        "metadata": {"name": NAME, "namespace": "n", "labels": {labels.KEY: "k", "a": "b"}},
        "spec": {"containers": [{"command": ["run", NAME], "env": []}], "restartPolicy": "Never"},
    }
    made = {"metadata": {"uid": "u-1"}}
    one, two = gang.members(gang.addressed(first), made, 3)
    assert one["metadata"]["name"] == f"{NAME}-n1"
    assert one["metadata"]["labels"] == {"a": "b", labels.GANG: NAME}
    assert one["metadata"]["ownerReferences"][0]["uid"] == "u-1"
    assert two["spec"]["containers"][0]["command"] == ["run", NAME, "2"]
    assert two["spec"]["containers"][0]["env"][0]["name"] == OWN_ADDRESS
