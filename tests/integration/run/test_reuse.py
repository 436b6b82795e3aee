"""An unchanged plan is recognised as done, quickly, and never wrongly."""

from collections.abc import Callable
from pathlib import Path

from plugins.engines import journal, sample_nodes

from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState
from aileron.run.engine import Engine

StartRun = Callable[..., Plan]


def run_all(engine: Engine, plan: Plan) -> None:
    for node in plan.graph.ordered():
        if engine.execute(plan, node.name).state is NodeState.REJECTED:
            return


def test_a_plan_that_never_ran_is_not_reusable(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    assert engine.reusable(plan) is None
    assert ledger.nodes.list(plan.run_id) == []


def test_an_unchanged_plan_is_reused_and_recorded(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path)))
    plan = start_run(sample_nodes(tmp_path))
    assert engine.would_reuse(plan) is not None
    assert ledger.nodes.list(plan.run_id) == []
    outcomes = engine.reusable(plan)
    assert outcomes is not None
    assert [o.state for o in outcomes] == [NodeState.REUSED] * 4
    assert [r.state for r in ledger.nodes.list(plan.run_id)] == [NodeState.REUSED] * 4
    assert journal(tmp_path) == ["numbers", "mean", "gate"]


def test_a_forced_plan_is_not_reused(engine: Engine, start_run: StartRun, tmp_path: Path) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path)))
    assert engine.reusable(start_run(sample_nodes(tmp_path), force=True)) is None


def test_an_effect_that_vanished_is_noticed(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path)))
    next((tmp_path / "shelf").iterdir()).unlink()
    plan = start_run(sample_nodes(tmp_path))
    assert engine.reusable(plan) is None
    assert ledger.nodes.list(plan.run_id) == []


def test_a_kept_refusal_ends_the_plan_as_rejected(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    run_all(engine, start_run(sample_nodes(tmp_path, minimum=99)))
    outcomes = engine.reusable(start_run(sample_nodes(tmp_path, minimum=99)))
    assert outcomes is not None
    assert [o.state for o in outcomes] == [NodeState.REUSED, NodeState.REUSED, NodeState.REJECTED]


def test_twelve_nodes_are_checked_in_one_go(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    nodes = [
        Node(name=f"{node.name}{i}", step=node.step, config=node.config, inputs={
            port: source if source.startswith("champion:") else source.replace(".", f"{i}.")
            for port, source in node.inputs.items()
        })
        for i in range(3)
        for node in sample_nodes(tmp_path)
    ]  # fmt: skip
    run_all(engine, start_run(nodes))
    plan = start_run(nodes)
    assert engine.would_reuse(plan) is not None
