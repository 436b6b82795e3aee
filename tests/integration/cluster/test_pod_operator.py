"""Airflow's operator runs a component in a real pod, and tells of it as of any other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from plugins.airflow import Scheduler
from plugins.cluster import Cluster
from plugins.engines import install_steps
from plugins.pod_stores import pool_document, share
from plugins.waiting import wait_until

from aileron.core.errors import Conflict
from aileron.ledger import NodeState, RunState

if TYPE_CHECKING:
    from aileron_airflow.session import Session

PROBE = {"probe.component": "aileron.run.probes:Probe"}
NODE = """\
  - name: probe
    step: probe.component
    config: {{behaviour: {behaviour}, text: "{text}", amount: {amount}}}
    runner: kubernetes
    resources: {{pool: pods}}
"""


@pytest.fixture
def pods(
    scheduler: Scheduler,
    cluster: Cluster,
    namespace: str,
    trainer_image: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scheduler]:
    """The scheduler's workspace with a pool, and a store that pods see too."""
    install_steps(tmp_path / "site", PROBE, monkeypatch)
    with TemporaryDirectory(prefix="aileron-pods-") as folder:
        store = share(Path(folder, "store"))
        monkeypatch.setenv("AILERON_STORE_URI", str(store))
        text = pool_document("pods", namespace, trainer_image, store)
        scheduler.workspace.write("configs/pools/pods.yaml", text)
        yield scheduler


def left(cluster: Cluster, namespace: str) -> str:
    """Names of the pods that are there."""
    return cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").strip()


def test_a_component_runs_in_a_pod_once_and_its_log_comes_whole(
    pods: Scheduler, cluster: Cluster, namespace: str
) -> None:
    pods.pipeline("podded", NODE.format(behaviour="copy", text="hello", amount=0))
    states, run = pods.run("podded")
    assert states == {"plan": "success", "probe": "success", "dag": "success"}
    assert run.state is RunState.SUCCEEDED
    row = pods.ledger.nodes.get(run.run_id, "probe")
    assert row is not None
    assert row.log is not None
    assert left(cluster, namespace) == ""

    states, run = pods.run("podded")
    assert (states["plan"], states["probe"]) == ("success", "skipped")
    assert [row.state for row in pods.ledger.nodes.list(run.run_id)] == [NodeState.REUSED]


def test_a_step_that_fails_in_a_pod_fails_with_its_own_sentence(
    pods: Scheduler, cluster: Cluster, namespace: str
) -> None:
    pods.pipeline("podded", NODE.format(behaviour="refuse", text="no", amount=0))
    states, run = pods.run("podded")
    assert states["probe"] == "failed"
    assert (run.state, run.failed_node) == (RunState.FAILED, "probe")
    assert "probe.component needs its input source" in (run.reason or "")
    assert left(cluster, namespace) == ""


def planned(pods: Scheduler, name: str) -> Session:
    """A task's session, in a run whose plan is made."""
    from aileron.lifecycle.planning import resolve
    from aileron_airflow.session import Session

    session = Session(f"default/{name}/by_hand", "ann", print)
    session.ledger.runs.start(session.run_id, "default", name, "ann", "by_hand")
    plan = resolve(
        session.settings, name, run_id=session.run_id, actor="ann", form={}, store=session.store
    )
    session.engine.store_plan(plan)
    return session


def wait(session: Session, started: object, name: str) -> int:
    """Watch the pod until it has ended, as the trigger does; the lines that it showed."""
    from aileron_airflow.pod_run import PodRun, PodWatch

    watch = PodWatch(PodRun(session, started), name)
    while not watch.look():
        pass
    watch.close()
    return watch.told


def test_a_zombie_and_its_retry_have_one_pod_and_one_publication(
    pods: Scheduler, cluster: Cluster, namespace: str
) -> None:
    from aileron.run.outcome import NodeOutcome
    from aileron.run.started import Started
    from aileron_airflow.pod_run import PodRun
    from aileron_airflow.session import Session

    pods.pipeline("twice", NODE.format(behaviour="sleep", text="", amount=4))
    zombie = planned(pods, "twice")
    retry = Session(zombie.run_id, "ann", print)
    started = zombie.start("probe", 1)
    assert isinstance(started, Started)
    name = PodRun(zombie, started).launch()
    with ThreadPoolExecutor() as threads:
        second = threads.submit(retry.start, "probe", 2)
        told = wait(zombie, started, name)
        with pytest.raises(Conflict, match="later attempt"):
            PodRun(zombie, started).conclude(name, told)
        outcome = second.result()
    assert isinstance(outcome, NodeOutcome)
    assert outcome.state is NodeState.REUSED
    assert name.endswith("-1")
    assert left(cluster, namespace) == ""


def test_an_heir_adopts_the_pod_and_the_zombie_leaves_it_alone(
    pods: Scheduler, cluster: Cluster, namespace: str
) -> None:
    """The zombie's lease ran out, since nothing renewed it for a while."""
    from aileron.run.started import Started
    from aileron_airflow.pod_run import PodRun
    from aileron_airflow.session import Session

    pods.pipeline("inherited", NODE.format(behaviour="sleep", text="", amount=4))
    zombie = planned(pods, "inherited")
    heir = Session(zombie.run_id, "ann", print)
    started = zombie.start("probe", 1)
    assert isinstance(started, Started)
    name = PodRun(zombie, started).launch()
    zombie.ledger.leases.release(started.lease)
    inherited = heir.start("probe", 2)
    assert isinstance(inherited, Started)
    assert PodRun(heir, inherited).launch() == name
    with pytest.raises(Conflict, match="no longer holds"):
        PodRun(zombie, started).cancel(name)
    told = wait(heir, inherited, name)
    outcome = PodRun(heir, inherited).conclude(name, told)
    assert outcome.state is NodeState.SUCCEEDED
    assert left(cluster, namespace) == ""
    row = heir.ledger.nodes.get(heir.run_id, "probe")
    assert row is not None
    assert (row.state, row.attempt) == (NodeState.SUCCEEDED, 2)


def test_the_doctor_names_pods_that_work_for_nobody_and_the_housekeeping_removes_them(
    pods: Scheduler, cluster: Cluster, namespace: str
) -> None:
    from aileron.cluster.pools import load_pool
    from aileron.doctor import examine_pods
    from aileron.run.orphans import remove, step_pods
    from aileron.run.started import Started
    from aileron_airflow.pod_run import PodRun

    pods.pipeline("left", NODE.format(behaviour="sleep", text="", amount=60))
    session = planned(pods, "left")
    started = session.start("probe", 1)
    assert isinstance(started, Started)
    name = PodRun(session, started).launch()

    def said() -> tuple[str, str]:
        (finding,) = examine_pods(session.settings, session.ledger, session.store)
        return finding.health, finding.says

    session.ledger.runs.finish(session.run_id, RunState.FAILED)
    assert said() == ("ok", f"1 at work in namespace {namespace}")
    session.ledger.leases.release(started.lease)
    health, says = said()
    assert health == "broken"
    assert f"Nobody waits for these pods any more: {name} ({session.run_id})" in says
    pool = load_pool(session.settings.workspace, "pods")
    for pod in step_pods(pool, session.ledger, session.store):
        remove(pool, pod)
    wait_until(lambda: left(cluster, namespace) == "", seconds=40)
    assert said()[0] == "ok"
