"""A user's own step is run as its files are now, and runs again when any of them changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.engines import install_steps

from aileron.core.errors import Conflict
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import NodeState
from aileron.run.engine import Engine
from aileron.store import Store

StartRun = Callable[..., Plan]

STEP = """
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, StepConfig

class Own(Component):
    name = "mine.own"
    version = 1
    title = {"en": "Own", "zh": "own"}
    Config = StepConfig
    inputs = {"source": Port(ArtifactKind.SOURCE)}
    outputs = {"report": Port(ArtifactKind.REPORT)}

    def run(self, context, config, inputs):
        from minepackage import helper

        report = context.output("report")
        report.mkdir()
        source = (inputs["source"] / "data.json").read_text()
        (report / "report.json").write_text(f'["{helper.WORD}", {source}]')
        return {"report": report}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_steps: None) -> Path:
    """An installed package with a step and a helper."""
    folder = tmp_path / "mine" / "minepackage"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "step.py").write_text(STEP)
    (folder / "helper.py").write_text("WORD = 'one'\n")
    install_steps(folder.parent, {"mine.own": "minepackage.step:Own"}, monkeypatch)
    return folder


def plan_with(start_run: StartRun, store: Store, content: int) -> Plan:
    from aileron.core.ports import ArtifactKind

    source = store.put_json(ArtifactKind.SOURCE, "data.json", content)
    node = Node(name="own", step="mine.own", inputs={"source": "source:data"})
    return start_run([node], sources={"data": source})


def run(engine: Engine, plan: Plan) -> tuple[NodeState, object]:
    outcome = engine.execute(plan, "own")
    report = engine._store.read_json(outcome.outputs["report"], "report.json")
    return outcome.state, report


def test_a_changed_helper_or_source_runs_the_step_again(
    engine: Engine, start_run: StartRun, package: Path
) -> None:
    store = engine._store
    assert run(engine, plan_with(start_run, store, 1)) == (NodeState.SUCCEEDED, ["one", 1])
    assert run(engine, plan_with(start_run, store, 1)) == (NodeState.REUSED, ["one", 1])
    (package / "helper.py").write_text("WORD = 'two'\n")
    assert run(engine, plan_with(start_run, store, 1)) == (NodeState.SUCCEEDED, ["two", 1])
    assert run(engine, plan_with(start_run, store, 2)) == (NodeState.SUCCEEDED, ["two", 2])
    (package / "helper.py").write_text("WORD = 'one'\n")
    assert run(engine, plan_with(start_run, store, 1)) == (NodeState.REUSED, ["one", 1])


def test_a_helper_of_the_same_size_and_time_is_still_read_anew(
    engine: Engine, start_run: StartRun, package: Path
) -> None:
    """Python trusts a compiled file by size and second; step processes must not be fooled."""
    helper = package / "helper.py"
    run(engine, plan_with(start_run, engine._store, 1))
    times = (helper.stat().st_atime_ns, helper.stat().st_mtime_ns)
    helper.write_text("WORD = 'six'\n")
    os.utime(helper, ns=times)
    assert run(engine, plan_with(start_run, engine._store, 1))[1] == ["six", 1]


def test_code_that_changes_in_mid_run_is_refused(
    engine: Engine, start_run: StartRun, package: Path
) -> None:
    plan = plan_with(start_run, engine._store, 1)
    (package / "helper.py").write_text("WORD = 'two'\n")
    with pytest.raises(Conflict, match="changed after this run was planned"):
        engine.execute(plan, "own")
    fresh = plan_with(start_run, engine._store, 1)
    assert run(engine, fresh) == (NodeState.SUCCEEDED, ["two", 1])
