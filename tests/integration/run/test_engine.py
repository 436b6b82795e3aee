"""The engine runs what must run, once, and records it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plugins.engines import MakeEngine, journal, sample_nodes

from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, StepFailed
from aileron.core.settings import Settings
from aileron.graph.pipeline import Limits, Node
from aileron.graph.plan import Plan
from aileron.ledger import EffectState, Ledger, NodeState
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.store import open_store

StartRun = Callable[..., Plan]


def run_all(engine: Engine, plan: Plan) -> list[NodeOutcome]:
    return [engine.execute(plan, node.name) for node in plan.graph.ordered()]


def states(outcomes: list[NodeOutcome]) -> list[str]:
    return [outcome.state.value for outcome in outcomes]


def test_a_second_run_reuses_everything(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    first = run_all(engine, start_run(sample_nodes(tmp_path)))
    plan = start_run(sample_nodes(tmp_path))
    second = run_all(engine, plan)
    assert states(first) == ["succeeded"] * 4
    assert states(second) == ["reused"] * 4
    assert [o.outputs for o in first] == [o.outputs for o in second]
    assert journal(tmp_path) == ["numbers", "mean", "gate"]
    rows = ledger.nodes.list(plan.run_id)
    assert [(row.node, row.state) for row in rows] == [
        (name, NodeState.REUSED) for name in ("numbers", "mean", "gate", "publish")
    ]


def test_the_log_is_kept_with_the_node(
    engine: Engine, start_run: StartRun, settings: Settings, ledger: Ledger, tmp_path: Path
) -> None:
    plan, lines, points = start_run(sample_nodes(tmp_path)), [], []
    outcome = engine.execute(
        plan, "numbers", log=lines.append, on_metric=lambda *point: points.append(point)
    )
    assert lines == ["10 rows"]
    assert points == [("rows", 0, 10.0)]
    assert outcome.log is not None
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.log == outcome.log.uri
    kept = open_store(settings.store_root).read_bytes(outcome.log, "log.txt").decode()
    assert kept.startswith("000001 ")
    assert kept.endswith("Z 10 rows\n")


def test_execution_folders_do_not_pile_up(
    engine: Engine, start_run: StartRun, settings: Settings, tmp_path: Path
) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path)))
    assert list((settings.home / "run" / "work").iterdir()) == []


def test_a_lost_output_is_made_again(
    engine: Engine, start_run: StartRun, settings: Settings, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    outcome = engine.execute(plan, "numbers")
    digest = outcome.outputs["dataset"].digest
    next((settings.home / "store").rglob(f"{digest}*")).unlink()
    again = engine.execute(start_run(sample_nodes(tmp_path)), "numbers")
    assert again.state is NodeState.SUCCEEDED
    assert again.outputs == outcome.outputs
    assert journal(tmp_path) == ["numbers", "numbers"]


def test_force_runs_again_and_its_retry_reuses(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    engine.execute(start_run(sample_nodes(tmp_path)), "numbers")
    forced = start_run(sample_nodes(tmp_path), force=True)
    assert engine.execute(forced, "numbers", attempt=1).state is NodeState.SUCCEEDED
    assert engine.execute(forced, "numbers", attempt=2).state is NodeState.REUSED
    assert journal(tmp_path) == ["numbers", "numbers"]


def test_a_refused_candidate_is_rejected_again_when_reused(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    for expected in ("succeeded", "reused"):
        plan = start_run(sample_nodes(tmp_path, minimum=99))
        assert engine.execute(plan, "numbers").state == expected
        assert engine.execute(plan, "mean").state == expected
        gate = engine.execute(plan, "gate")
        assert gate.state is NodeState.REJECTED
        assert str(gate.reason) == "The gate refused the candidate: The mean is 4.5."
        with pytest.raises(Conflict, match="publish needs gate"):
            engine.execute(plan, "publish")


def test_a_failure_is_raised_and_what_was_left_is_kept(
    engine: Engine, start_run: StartRun, settings: Settings, ledger: Ledger, tmp_path: Path
) -> None:
    plan = start_run([Node(name="numbers", step="sample.numbers", config={"fail": True})])
    with pytest.raises(InvalidInput, match="There is no such file"):
        engine.execute(plan, "numbers")
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.FAILED
    assert row.reason == "There is no such file. Check the path."
    store = open_store(settings.store_root)
    assert store.read_json(row.outputs["dataset"], "rows.json") == list(range(10))
    assert ledger.cache.get("default", row.key) is None


def test_a_cancelled_node_stops(engine: Engine, start_run: StartRun, ledger: Ledger) -> None:
    plan = start_run([Node(name="numbers", step="sample.numbers", config={"seconds": 60})])
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    with pytest.raises(StepFailed, match="was stopped because"):
        engine.execute(plan, "numbers", cancelled=cancelled)
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.FAILED


def test_two_runs_of_one_key_execute_once(
    make_engine: MakeEngine, start_run: StartRun, tmp_path: Path
) -> None:
    config = {"journal": str(tmp_path / "journal"), "seconds": 1.0}
    nodes = [Node(name="numbers", step="sample.numbers", config=config)]
    plans, said = [start_run(nodes) for _ in range(3)], list[str]()
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(
            pool.map(lambda p: make_engine().execute(p, "numbers", log=said.append), plans)
        )
    assert sorted(states(outcomes)) == ["reused", "reused", "succeeded"]
    assert len({o.outputs["dataset"].digest for o in outcomes}) == 1
    assert journal(tmp_path) == ["numbers"]
    assert any("Waiting for default/sample/" in line for line in said)


def test_a_dead_engines_lease_is_taken_over(
    make_engine: MakeEngine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    key = make_engine().execute(plan, "numbers").key
    forced = start_run(sample_nodes(tmp_path), force=True)
    engine = make_engine(lease_seconds=1.0)
    dead = ledger.leases.acquire(f"component/{_key_of(engine, forced)}", "a dead engine", 1.0)
    assert dead is not None
    assert engine.execute(forced, "numbers").state is NodeState.SUCCEEDED
    assert key != _key_of(engine, forced)


def test_waiting_for_a_lease_ends_with_the_nodes_time_limit(
    make_engine: MakeEngine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    nodes = [Node(name="numbers", step="sample.numbers", limits=Limits(seconds=0.5))]
    plan, engine = start_run(nodes), make_engine()
    ledger.leases.acquire(f"component/{_key_of(engine, plan)}", "run seven", 60)
    with pytest.raises(AileronError, match="run seven has been working on the same thing"):
        engine.execute(plan, "numbers")


def test_a_zombie_cannot_publish(
    make_engine: MakeEngine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    """Its lease runs out while its renewals are cut off, and another takes it."""
    nodes = [Node(name="numbers", step="sample.numbers", config={"seconds": 1.5})]
    plan, engine = start_run(nodes), make_engine(lease_seconds=60.0)
    name = f"component/{_key_of(engine, plan)}"

    def steal() -> None:
        while (lease := ledger.leases.get(name)) is None:
            time.sleep(0.02)
        ledger.leases.release(lease)
        assert ledger.leases.acquire(name, "the new one", 60) is not None

    thief = threading.Thread(target=steal)
    thief.start()
    with pytest.raises(Conflict, match="held by the new one"):
        engine.execute(plan, "numbers")
    thief.join()
    assert ledger.cache.get("default", _key_of(engine, plan)) is None
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.FAILED


def test_an_engine_that_lost_its_lease_stops_its_step_at_once(
    make_engine: MakeEngine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    nodes = [Node(name="numbers", step="sample.numbers", config={"seconds": 60})]
    plan, engine = start_run(nodes), make_engine(lease_seconds=0.9)
    name, started = f"component/{_key_of(engine, plan)}", time.monotonic()

    def steal() -> None:
        while (lease := ledger.leases.get(name)) is None:
            time.sleep(0.02)
        ledger.leases.release(lease)
        assert ledger.leases.acquire(name, "the new one", 60) is not None

    threading.Thread(target=steal).start()
    with pytest.raises(Conflict, match="held by the new one"):
        engine.execute(plan, "numbers")
    assert time.monotonic() - started < 60  # as long as its step works


def test_an_effect_is_applied_once_whatever_the_run(
    make_engine: MakeEngine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    plans = [start_run(sample_nodes(tmp_path)) for _ in range(2)]
    engine = make_engine()
    for plan in plans:
        for name in ("numbers", "mean", "gate"):
            engine.execute(plan, name)
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda p: make_engine().execute(p, "publish"), plans))
    assert sorted(states(outcomes)) == ["reused", "succeeded"]
    (published,) = (tmp_path / "shelf").iterdir()
    assert published.read_text() == "4.5\n"
    row = ledger.effects.get(outcomes[0].key)
    assert row is not None
    assert row.state is EffectState.DONE


def test_an_effect_that_vanished_from_the_world_is_applied_again(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path)))
    next((tmp_path / "shelf").iterdir()).unlink()
    last = run_all(engine, start_run(sample_nodes(tmp_path)))[-1]
    assert last.state is NodeState.SUCCEEDED
    assert len(list((tmp_path / "shelf").iterdir())) == 1


def test_an_effect_that_broke_off_after_its_change_is_recognised(
    engine: Engine, start_run: StartRun, tmp_path: Path, ledger: Ledger
) -> None:
    nodes = sample_nodes(tmp_path)
    crash = nodes[3].model_copy(update={"config": {**nodes[3].config, "crash": True}})
    plan = start_run([*nodes[:3], crash])
    for name in ("numbers", "mean", "gate"):
        engine.execute(plan, name)
    with pytest.raises(StepFailed, match="OSError: the line was cut"):
        engine.execute(plan, "publish")
    again = engine.execute(plan, "publish", attempt=2)
    assert again.state is NodeState.REUSED
    (published,) = (tmp_path / "shelf").iterdir()
    assert published.read_text() == "4.5\n"


def test_an_effect_can_be_undone_once(engine: Engine, start_run: StartRun, tmp_path: Path) -> None:
    plan = start_run(sample_nodes(tmp_path))
    run_all(engine, plan)
    engine.undo(plan, "publish")
    assert list((tmp_path / "shelf").iterdir()) == []
    with pytest.raises(Conflict, match="nothing that could be undone"):
        engine.undo(plan, "publish")


def test_a_wait_goes_on_until_it_is_ready(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    approve = Node(
        name="approve",
        step="sample.approve",
        config={"answer": str(answer)},
        inputs={"verdict": "gate.verdict"},
    )
    plan = start_run([*sample_nodes(tmp_path), approve])
    for name in ("numbers", "mean", "gate"):
        engine.execute(plan, name)
    for _ in range(2):
        assert engine.execute(plan, "approve").state is NodeState.RUNNING
    answer.write_text("yes")
    ready = engine.execute(plan, "approve")
    assert ready.state is NodeState.SUCCEEDED
    assert ready.record == {"approved": True}
    row = ledger.nodes.get(plan.run_id, "approve")
    assert row is not None
    assert row.ended is not None
    assert ready.seconds == pytest.approx((row.ended - row.started).total_seconds(), abs=0.5)
    verbs = [event.verb for event in ledger.events.list("default", correlation=plan.run_id)]
    assert verbs.count("node.begun") == 4


def test_a_changed_environment_refuses_the_old_plan(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path)).model_copy(update={"environment": "0" * 64})
    with pytest.raises(Conflict, match="installed, removed or upgraded"):
        engine.execute(plan, "numbers")
    assert journal(tmp_path) == []


def test_plans_are_fixed_once(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    with pytest.raises(NotFound, match="has no plan yet"):
        engine.load_plan(plan.run_id)
    assert engine.store_plan(plan) == plan
    assert engine.load_plan(plan.run_id) == plan
    assert engine.store_plan(plan.model_copy(update={"seed": 9})) == plan


def _key_of(engine: Engine, plan: Plan) -> str:
    return engine._work(plan, plan.node("numbers"), 1, None).key
