"""The watch over a pod, where cluster, ledger or store are away; no cluster is needed for that."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from plugins.airflow import Scheduler
from plugins.engines import install_steps
from plugins.pod_stores import pool_document

if TYPE_CHECKING:
    from aileron.run.started import Started
    from aileron_airflow.pod_trigger import AileronPodTrigger

Watching = Callable[["Started"], "AileronPodTrigger"]
NODE = """\
  - name: probe
    step: probe.component
    runner: kubernetes
    resources: {pool: pods}
"""


@pytest.fixture
def started(scheduler: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """A node of a run, begun long ago; its cluster is away."""
    from aileron.core.settings import Settings
    from aileron.lifecycle.planning import resolve
    from aileron.run.started import Started
    from aileron_airflow.session import Session

    install_steps(tmp_path / "site", {"probe.component": "aileron.run.probes:Probe"}, monkeypatch)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    store = Path(os.environ["AILERON_STORE_URI"])
    text = pool_document("pods", "nowhere", "localhost/none:1", store)
    scheduler.workspace.write("configs/pools/pods.yaml", text)
    scheduler.pipeline("podded", NODE)
    run = scheduler.ledger.runs.start("default/podded/r1", "default", "podded", "ann", "r1")
    session = Session(run.run_id, "ann", print)
    plan = resolve(Settings.load(), "podded", run_id=run.run_id, actor="ann", store=session.store)
    session.engine.store_plan(plan)
    begun = session.start("probe", 1)
    assert isinstance(begun, Started)
    session.close()
    return begun.model_copy(update={"begun": begun.begun.replace(year=2020)})


@pytest.fixture
def watching() -> Iterator[Watching]:
    """``watching(started)`` is a trigger; what its watch keeps here goes afterwards."""
    from aileron_airflow.pod_trigger import AileronPodTrigger

    made: list[AileronPodTrigger] = []

    def watch(started: Started) -> AileronPodTrigger:
        document = started.model_dump(mode="json")
        about = {"pod_name": "aileron-a-1", "pod_namespace": "nowhere", "actor": "ann"}
        made.append(AileronPodTrigger(**about, started=document))
        return made[-1]

    yield watch
    for trigger in made:
        if trigger._watch is not None:
            trigger._watch.close()
    assert folders() == []


def folders() -> list[str]:
    """What watches keep on this machine."""
    return [path.name for path in Path(os.environ["AILERON_HOME"], "run", "work").glob("*")]


def test_a_pod_that_has_run_for_long_outlives_a_cluster_that_is_away(
    started: Started, watching: Watching
) -> None:
    trigger = watching(started)
    assert [trigger._look(), trigger._look()] == [None, None]
    assert len(folders()) == 1


def test_a_cluster_that_is_away_for_very_long_fails_the_node(
    started: Started, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron_airflow import pod_trigger

    trigger = watching(started)
    assert trigger._look() is None
    monkeypatch.setattr(pod_trigger, "SILENCE", 0.0)
    event = trigger._look()
    assert event is not None
    assert (event["name"], event["told"]) == ("aileron-a-1", 0)
    assert event["error"]["message_id"] == "cluster.no_access"


def test_a_good_look_ends_the_silence(
    started: Started, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.run import pods
    from aileron_airflow import pod_trigger

    pending = pods.Seen({"metadata": {}, "spec": {}, "status": {"phase": "Pending"}}, [])
    trigger = watching(started)
    trigger._heard -= pod_trigger.SILENCE - 60
    with monkeypatch.context() as patch:
        patch.setattr(pods, "look", lambda *_: pending)
        assert trigger._look() is None
    trigger._heard -= 100
    assert trigger._look() is None


def test_what_a_pod_waits_for_is_told_once_and_waited_for(
    started: Started, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.run import pods

    full = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    full["message"] = "0/1 nodes are available: 1 Insufficient cpu."
    status = {"phase": "Pending", "conditions": [full]}
    metadata = {"creationTimestamp": datetime.now(UTC).isoformat()}
    spec = {"containers": [{"resources": {"requests": {"cpu": "4"}}}]}
    pending = pods.Seen({"metadata": metadata, "spec": spec, "status": status}, [])
    monkeypatch.setattr(pods, "look", lambda *_: pending)
    told: list[str] = []
    trigger = watching(started)
    monkeypatch.setattr(trigger.log, "info", lambda line, *_: told.append(line))

    assert [trigger._look(), trigger._look()] == [None, None]

    (line,) = [line for line in told if "The pod waits." in line]
    assert "wanting: cpu" in line


def test_a_watch_that_cannot_begin_leaves_nothing_and_begins_later(
    started: Started, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron_airflow import pod_trigger

    closed = opened_and_closed(monkeypatch)
    trigger = watching(started)
    with monkeypatch.context() as patch:
        patch.setenv("AILERON_LEDGER_URL", "postgresql+psycopg2://a:b@127.0.0.1:9/aileron")
        assert [trigger._look(), trigger._look()] == [None, None]
        assert (trigger._watch, folders(), closed) == (None, [], [True, True])
        patch.setattr(pod_trigger, "SILENCE", 0.0)
        event = trigger._look()
        assert event is not None
        assert event["error"]["kind"] == "Unavailable"
    assert trigger._look() is None


def test_a_watch_that_can_never_begin_resumes_its_task_with_the_reason(
    started: Started, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = opened_and_closed(monkeypatch)
    unknown = started.model_copy(update={"run_id": "default/podded/nothing"})
    event = watching(unknown)._look()
    assert event is not None
    assert event["error"]["kind"] == "NotFound"
    assert (event["told"], folders(), closed) == (0, [], [True])


def opened_and_closed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Filled, for each session that was opened, with whether it was closed."""
    from aileron_airflow.session import Session

    closed: list[bool] = []
    init, close = Session.__init__, Session.close

    def opened(self: Any, *values: Any) -> None:
        init(self, *values)
        self.number = len(closed)
        closed.append(False)

    def ended(self: Any) -> None:
        close(self)
        closed[self.number] = True

    monkeypatch.setattr(Session, "__init__", opened)
    monkeypatch.setattr(Session, "close", ended)
    return closed
