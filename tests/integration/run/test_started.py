"""What one process started another may end: as often as it likes, published once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.engines import MakeEngine, journal, sample_nodes

from aileron.core.errors import Conflict
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.run.process import ProcessRunner
from aileron.run.result import Result
from aileron.run.started import Started

StartRun = Callable[..., Plan]


def started(engine: Engine, plan: Plan, node: str = "numbers") -> Started:
    """What `start` gives, as a scheduler keeps it."""
    found = engine.start(plan, node)
    assert isinstance(found, Started)
    return Started.model_validate_json(found.model_dump_json())


def crown(ledger: Ledger, plan: Plan) -> None:
    """Make the plan's model the champion."""
    row = ledger.nodes.get(plan.run_id, "mean")
    assert row is not None
    model = row.outputs["model"]
    ledger.champions.compare_and_set(
        "default",
        "mean",
        None,
        version=1,
        model_reference=model,
        package_reference=model,
        service="mean",
        revision=1,
    )


def ran(engine: Engine, plan: Plan, kept: Started, home: Path, folder: Path) -> Result:
    return ProcessRunner(home).run(engine.request(plan, kept, folder))


def test_another_engine_ends_what_one_started(
    make_engine: MakeEngine,
    start_run: StartRun,
    ledger: Ledger,
    launcher_home: Path,
    tmp_path: Path,
) -> None:
    plan = start_run(sample_nodes(tmp_path))
    first, second = make_engine(), make_engine()
    kept = started(first, plan)
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.RUNNING
    second.renew(kept)
    result = ran(second, plan, kept, launcher_home, tmp_path / "work")
    outcome = second.complete(plan, kept, result)
    assert (outcome.state, outcome.outputs) == (NodeState.SUCCEEDED, result.outputs)
    assert outcome.seconds > 0
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.SUCCEEDED
    with pytest.raises(Conflict):
        first.renew(kept)

    again = first.start(start_run(sample_nodes(tmp_path)), "numbers")
    assert isinstance(again, NodeOutcome)
    assert (again.state, again.outputs) == (NodeState.REUSED, outcome.outputs)
    assert journal(tmp_path) == ["numbers"]


def test_a_failure_is_recorded_and_raised_and_another_may_start(
    engine: Engine, start_run: StartRun, ledger: Ledger, launcher_home: Path, tmp_path: Path
) -> None:
    plan = start_run([Node(name="numbers", step="sample.numbers", config={"fail": True})])
    kept = started(engine, plan)
    result = ran(engine, plan, kept, launcher_home, tmp_path / "work")
    with pytest.raises(Exception, match=str(result.raised())):
        engine.complete(plan, kept, result)
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert (row.state, row.reason) == (NodeState.FAILED, str(result.raised()))
    assert isinstance(engine.start(plan, "numbers", attempt=2), Started)


def test_of_two_who_end_it_one_publishes(
    make_engine: MakeEngine, start_run: StartRun, launcher_home: Path, tmp_path: Path
) -> None:
    """The first is thought dead, since nothing renewed its lease."""
    plan, engine = start_run(sample_nodes(tmp_path)), make_engine(lease_seconds=0.3)
    zombie = started(engine, plan)
    heir = engine.start(plan, "numbers", attempt=2)
    assert isinstance(heir, Started)
    result = ran(engine, plan, zombie, launcher_home, tmp_path / "work")
    with pytest.raises(Conflict, match="is held by"):
        engine.complete(plan, zombie, result)
    assert engine.complete(plan, heir, result).state is NodeState.SUCCEEDED


def test_what_was_started_keeps_its_inputs_though_the_champion_changes(
    engine: Engine, start_run: StartRun, ledger: Ledger, launcher_home: Path, tmp_path: Path
) -> None:
    earlier = start_run(sample_nodes(tmp_path))
    engine.execute(earlier, "numbers")
    engine.execute(earlier, "mean")
    other = sample_nodes(tmp_path)
    other[0] = other[0].model_copy(update={"config": {**other[0].config, "count": 30}})
    plan = start_run(other)
    engine.execute(plan, "numbers")
    engine.execute(plan, "mean")
    kept = started(engine, plan, "gate")
    crown(ledger, earlier)
    result = ran(engine, plan, kept, launcher_home, tmp_path / "work")
    assert f"component/{engine.complete(plan, kept, result).key}" == kept.lease.name


def test_what_cannot_be_started_gives_its_lease_back(
    engine: Engine, start_run: StartRun, tmp_path: Path
) -> None:
    plan = start_run(sample_nodes(tmp_path)).model_copy(update={"environment": "another"})
    for attempt in (1, 2):
        with pytest.raises(Conflict, match="Distributions were installed"):
            engine.start(plan, "numbers", attempt=attempt)
