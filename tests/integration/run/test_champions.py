"""What a gate compares with: the champion, or the champion's own basis."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.engines import journal, sample_nodes

from aileron.graph.plan import Plan
from aileron.ledger import Basis, Ledger, NodeState
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.store import open_store

StartRun = Callable[..., Plan]


def judge(engine: Engine, plan: Plan) -> NodeOutcome:
    return [engine.execute(plan, name) for name in ("numbers", "mean", "gate")][-1]


def crown(ledger: Ledger, engine: Engine, plan: Plan, version: int, basis: Basis | None) -> int:
    """Make the plan's model the champion; the fence."""
    row = ledger.nodes.get(plan.run_id, "mean")
    assert row is not None
    model = row.outputs["model"]
    champion = ledger.champions.compare_and_set(
        "default",
        "mean",
        basis.fence if basis else None,
        version=version,
        model_reference=model,
        package_reference=model,
        service="mean",
        revision=version,
        basis=basis,
    )
    return champion.fence


def champion_of(engine: Engine, outcome: NodeOutcome) -> object:
    store = open_store(engine._store.root)
    return store.read_json(outcome.outputs["verdict"], "verdict.json")["champion"]


def test_an_unchanged_run_asks_the_gate_the_same_question(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    first = start_run(sample_nodes(tmp_path))
    assert champion_of(engine, judge(engine, first)) is None
    fence = crown(ledger, engine, first, 1, None)
    assert judge(engine, start_run(sample_nodes(tmp_path))).state is NodeState.REUSED

    better = sample_nodes(tmp_path)
    config = {**better[0].config, "count": 20}
    better[0] = better[0].model_copy(update={"config": config})
    second = start_run(better)
    compared = champion_of(engine, judge(engine, second))
    assert isinstance(compared, dict)
    assert (compared["model"], compared["version"], compared["fence"]) == ("mean", 1, fence)
    crown(ledger, engine, second, 2, Basis(version=1, fence=fence))

    assert judge(engine, start_run(better)).state is NodeState.REUSED
    assert journal(tmp_path).count("gate") == 2


def test_another_candidate_is_compared_with_the_new_champion(
    engine: Engine, start_run: StartRun, ledger: Ledger, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    judge(engine, plan)
    crown(ledger, engine, plan, 1, None)
    other = sample_nodes(tmp_path)
    other[0] = other[0].model_copy(update={"config": {**other[0].config, "count": 30}})
    outcome = judge(engine, start_run(other))
    assert outcome.state is NodeState.SUCCEEDED
    assert champion_of(engine, outcome) is not None


def test_a_plan_that_names_no_model_has_no_champion(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path)[:3])
    with pytest.raises(Exception, match="does not say of which model"):
        judge(engine, plan)
