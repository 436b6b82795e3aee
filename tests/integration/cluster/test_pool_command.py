"""`aileron pool` on a real cluster."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from plugins.cluster import NewNamespace
from plugins.history import History
from plugins.pool_pods import pool_text, sleep_in_pool
from plugins.slot_pools import SlotPools

from aileron.cli import command


@pytest.fixture
def namespace(
    history: History,
    slot_pools: SlotPools,
    new_namespace: NewNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Of pool `shared`, in the workspace that the command finds."""
    made = new_namespace()
    history.workspace.pool_file(pool_text(made))
    settings = history.settings.model_copy(update={"airflow_url": slot_pools.url})
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AILERON_API_URL", raising=False)
    monkeypatch.setenv("AILERON_LANG", "en")
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_pools_are_listed_with_their_use(namespace: str) -> None:
    sleep_in_pool(namespace, "training", project="default", lifecycle="fruit", node="train")
    found = run("pool", "list")
    heading, row = found.output.splitlines()[:2]
    assert heading.split()[-5:] == ["cpu", "memory_mb", "gpu", "pods", "slots"]
    assert row.split()[:3] == ["shared", "abnormal", namespace]
    assert row.split()[-5:] == ["0.1/3", "64/8192", "0/0", "1/-", "-/2"]
    assert "Run `aileron pool sync shared`" in found.stderr
    assert json.loads(run("pool", "list", "--json").output)[0]["name"] == "shared"


def test_a_pool_is_synced_and_then_online(namespace: str, slot_pools: SlotPools) -> None:
    assert run("pool", "show", "shared").exit_code == 1
    synced = run("pool", "sync")
    assert synced.output.splitlines()[1].split() == ["shared", "online"]
    assert slot_pools.pools["aileron_shared"]["slots"] == 2
    shown = run("pool", "show", "shared")
    assert shown.exit_code == 0
    for words in ("Sizes", "cpu-2x4", "memory_mb (MB)", "8192", "Nodes", "Pods"):
        assert words in shown.output


def test_a_pods_row_says_whose_it_is(namespace: str) -> None:
    sleep_in_pool(namespace, "training", project="default", lifecycle="fruit", node="train")
    shown = run("pool", "show", "shared")
    assert "default/fruit/train" in shown.output
    (pod,) = json.loads(run("pool", "show", "shared", "--json").output)["pods"]
    assert (pod["run_id"], pod["memory_mb"]) == ("default/fruit/1", 64)


def test_an_unknown_pool_is_one_sentence(namespace: str) -> None:
    found = run("pool", "show", "sharde")
    assert found.exit_code == 1
    assert "did you mean shared" in str(found.exception)
