"""A key changes with everything an output follows from, and with nothing else."""

import sys
from pathlib import Path

import pytest

from aileron.graph.keys import cache_key, code_digest, effect_key, environment_digest
from aileron.graph.pipeline import Graph, Node
from aileron.graph.plan import Plan

NODE = Node.model_construct(name="a", step="s", config={"depth": 3}, env={}, inputs={})


def plan(**changes: object) -> Plan:
    values = {
        "project": "default",
        "lifecycle": "demo",
        "run_id": "default/demo/1",
        "actor": "me",
        "force": False,
        "seed": 0,
        "graph": Graph.model_construct(nodes=(NODE,)),
        "step_versions": {"s": 1},
        "code": {"s": "c0"},
        "environment": "e0",
    }
    return Plan.model_construct(**(values | changes))


INPUTS = {"data": "d0"}
BASE = cache_key(plan(), NODE, INPUTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": {"s": "c1"}},
        {"environment": "e1"},
        {"step_versions": {"s": 2}},
        {"seed": 1},
        {"force": True},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_key_changes_with_what_outputs_follow_from(changes: dict[str, object]) -> None:
    assert cache_key(plan(**changes), NODE, INPUTS) != BASE


def test_a_key_changes_with_config_inputs_and_environment_variables() -> None:
    assert cache_key(plan(), NODE.model_copy(update={"config": {"depth": 4}}), INPUTS) != BASE
    assert cache_key(plan(), NODE.model_copy(update={"env": {"A": "1"}}), INPUTS) != BASE
    assert cache_key(plan(), NODE, {"data": "d1"}) != BASE


def test_a_key_is_the_same_for_another_run_and_another_node_name() -> None:
    assert cache_key(plan(run_id="default/demo/2", actor="you"), NODE, INPUTS) == BASE
    assert cache_key(plan(), NODE.model_copy(update={"name": "b"}), INPUTS) == BASE


def test_force_salts_with_the_run_so_that_a_retry_still_finds_its_own() -> None:
    first = cache_key(plan(force=True), NODE, INPUTS)
    assert cache_key(plan(force=True), NODE, INPUTS) == first
    assert cache_key(plan(force=True, run_id="default/demo/2"), NODE, INPUTS) != first


def test_an_effect_is_the_same_effect_whatever_run_code_and_force() -> None:
    base = effect_key(plan(), NODE, INPUTS)
    assert effect_key(plan(run_id="x", code={"s": "c1"}, force=True), NODE, INPUTS) == base
    assert effect_key(plan(project="other"), NODE, INPUTS) != base


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mysteps"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "step.py").write_text("import json\nfrom mysteps import helper\n")
    (folder / "helper.py").write_text("def f():\n    from . import deep\n    return deep\n")
    (folder / "deep.py").write_text("X = 1\n")
    (folder / "other.py").write_text("Y = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "mysteps"]:
        del sys.modules[name]


@pytest.mark.parametrize("module", ["step", "helper", "deep", "__init__"])
def test_code_digest_covers_each_project_module_that_is_imported(
    package: Path, module: str
) -> None:
    before = code_digest("mysteps.step")
    path = package / f"{module}.py"
    path.write_text(path.read_text() + "\nZ = 2\n")
    assert code_digest("mysteps.step") != before


def test_code_digest_ignores_modules_that_are_not_imported(package: Path) -> None:
    before = code_digest("mysteps.step")
    (package / "other.py").write_text("Y = 2\n")
    assert code_digest("mysteps.step") == before


def test_the_environment_digest_is_stable() -> None:
    assert environment_digest() == environment_digest()
