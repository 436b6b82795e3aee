"""What each kind of step promises, checked by calling it in this process."""

# ruff: noqa: S101, PT017 - assertions are what a suite is made of

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from aileron.core.digest import digest_file, digest_json
from aileron.core.documents import check_values
from aileron.core.errors import AileronError
from aileron.core.ports import ArtifactKind
from aileron.core.settings import Settings
from aileron.core.steps import Component, Effect, Step, StepConfig, Wait
from aileron.run.child import checked_outputs
from aileron.run.context import ComponentContext, PlatformContext
from aileron.store import open_store

World = Callable[[], Any]
"""Tells all that an effect may change, as a value that can be compared."""

HEAVY: Final = (
    "PIL", "bentoml", "duckdb", "dvc", "great_expectations", "matplotlib", "mlflow", "onnxruntime",
    "pandas", "pyarrow", "scipy", "sklearn", "torch", "transformers", "xgboost",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One way to call a step. Input folders are laid out as their artifacts are."""

    config: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Path] = field(default_factory=dict)
    seed: int = 7


def check_step(cls: type[Step]) -> None:
    """Identity, config and ports, whatever the kind."""
    assert cls.name.count(".") >= 1, f"{cls.__name__}: its name is stage.verb, not {cls.name!r}"
    assert cls.version >= 1, f"{cls.name}: the version starts at 1"
    assert {"en", "zh"} <= set(cls.title), f"{cls.name}: the title is given in en and zh"
    assert issubclass(cls.Config, StepConfig), f"{cls.name}: Config derives from StepConfig"
    json.dumps(cls.Config.model_json_schema())
    try:
        cls.Config.model_validate({"no_such_field_": 1})
    except ValidationError as error:
        types = {e["type"] for e in error.errors()}
        assert "extra_forbidden" in types, f"{cls.name}: unknown fields must be refused"
    else:
        raise AssertionError(f"{cls.name}: unknown fields must be refused")
    if cls.kind != "component":
        kinds = [port.kind for port in cls.outputs.values()]
        assert kinds.count(ArtifactKind.RECORD) == 1, f"{cls.name}: it has one output, a record"
        alone = len(kinds) == 1 or cls.kind == "wait"
        assert alone, f"{cls.name}: an effect has no other output"
    _check_light(cls)


def check_component(
    cls: type[Component[Any]], cases: Sequence[Case], refused: Sequence[Case] = ()
) -> None:
    """A component is pure: same seed, same outputs; what it cannot use it refuses in words."""
    check_step(cls)
    assert cases, f"{cls.name}: give at least one case that works"
    for case in cases:
        _check_config_is_kept(cls, case)
        before = _digests(case.inputs)
        first, second = _run_component(cls, case), _run_component(cls, case)
        assert first == second, f"{cls.name}: two runs under one seed gave other outputs: {case}"
        assert _digests(case.inputs) == before, f"{cls.name}: it changed its inputs"
    for case in refused:
        _check_refusal(cls, case, lambda case: _run_component(cls, case))


def check_effect(
    cls: type[Effect[Any]],
    case: Case,
    settings: Settings,
    world: World,
    refused: Sequence[Case] = (),
) -> None:
    """An effect is seen once done, changes nothing the second time, and can be undone."""
    check_step(cls)
    effect = cls()
    config = _config(cls, case)
    with _platform(settings) as context:
        untouched = world()
        assert effect.observe(context, config, case.inputs) is None, f"{cls.name}: not done yet"
        assert world() == untouched, f"{cls.name}: observe changed the world"
        record = effect.apply(context, config, case.inputs)
        json.dumps(record)
        done = world()
        assert done != untouched, f"{cls.name}: apply changed nothing that `world` tells"
        seen = effect.observe(context, config, case.inputs)
        assert seen is not None, f"{cls.name}: observe does not see what apply did"
        assert world() == done, f"{cls.name}: observe changed the world"
        effect.apply(context, config, case.inputs)
        assert world() == done, f"{cls.name}: the second apply changed the world"
        _check_undo(effect, context, config, case, record, world)
        for wrong in refused:
            _check_refusal(cls, wrong, lambda c: effect.apply(context, _config(cls, c), c.inputs))


def check_wait(
    cls: type[Wait[Any]], case: Case, settings: Settings, come: Callable[[], None]
) -> None:
    """A wait says None until what it waits for has come, then the same record for ever."""
    check_step(cls)
    assert cls.poll_seconds > 0, f"{cls.name}: poll_seconds is above 0"
    wait, config = cls(), _config(cls, case)
    with _platform(settings) as context:
        assert wait.ready(context, config, case.inputs) is None, f"{cls.name}: too early"
        come()
        record = wait.ready(context, config, case.inputs)
        assert record is not None, f"{cls.name}: it does not see that it came"
        json.dumps(record)
        again = wait.ready(context, config, case.inputs)
        assert again == record, f"{cls.name}: asking twice gave other records"
        delivered = wait.deliver(context, config, case.inputs, record)
        files = {p for p, port in cls.outputs.items() if port.kind is not ArtifactKind.RECORD}
        assert delivered.keys() == files, f"{cls.name}: its outputs are {sorted(files)}"
        for port, folder in delivered.items():
            assert folder.is_dir(), f"{cls.name}: {port} is no directory"


def _check_undo(
    effect: Effect[Any],
    context: PlatformContext,
    config: Any,
    case: Case,
    record: Any,
    world: World,
) -> None:
    name = effect.name
    effect.undo(context, config, record)
    undone = world()
    seen = effect.observe(context, config, case.inputs)
    assert seen is None, f"{name}: observe still sees what was undone"
    effect.undo(context, config, record)
    assert world() == undone, f"{name}: the second undo changed the world"


def _check_refusal(cls: type[Step], case: Case, call: Callable[[Case], Any]) -> None:
    try:
        check_values(cls.Config, dict(case.config))
        call(case)
    except AileronError as error:
        for language in ("en", "zh"):
            assert error.render(language), f"{cls.name}: {error.message_id} has no {language}"
    except Exception as error:
        raise AssertionError(
            f"{cls.name}: a bare {type(error).__name__} instead of a sentence for {case}: {error}"
        ) from error
    else:
        raise AssertionError(f"{cls.name}: it took what it should refuse: {case}")


def _check_config_is_kept(cls: type[Step], case: Case) -> None:
    config = _config(cls, case)
    again = cls.Config.model_validate(config.model_dump(mode="json"))
    assert again == config, f"{cls.name}: its config changes on the way through JSON"


def _check_light(cls: type[Step]) -> None:
    """Its module imports no heavy library; asked in a fresh process."""
    code = (
        "import sys, json\n"
        "sys.path[:0] = json.loads(sys.argv[1])\n"
        "__import__(sys.argv[2])\n"
        "print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    )
    command = [sys.executable, "-c", code, json.dumps(sys.path), cls.__module__]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heavy = set(HEAVY) & set(json.loads(done.stdout))
    assert not heavy, f"{cls.name}: its module imports {heavy}; import them inside its methods"


def _run_component(cls: type[Component[Any]], case: Case) -> dict[str, str]:
    """Port -> digest of what came out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("work", "outputs"):
            (folder / part).mkdir()
        step = cls()
        context = ComponentContext(
            step=cls.name,
            seed=case.seed,
            work=folder / "work",
            outputs=folder / "outputs",
            ports=frozenset(cls.outputs),
            metrics=folder / "metrics.jsonl",
            checkpoint=folder / "checkpoint",
        )
        produced = checked_outputs(step, step.run(context, _config(cls, case), case.inputs))
        store = open_store(str(folder / "store"))
        return {
            port: store.put(cls.outputs[port].kind, path).digest for port, path in produced.items()
        }


def _config(cls: type[Step], case: Case) -> Any:
    return check_values(cls.Config, dict(case.config))


def _digests(inputs: Mapping[str, Path]) -> str:
    files = {
        f"{port}/{path.relative_to(folder)}": digest_file(path)
        for port, folder in inputs.items()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return digest_json(files)


@contextmanager
def _platform(settings: Settings) -> Iterator[PlatformContext]:
    with tempfile.TemporaryDirectory() as work:
        yield PlatformContext(
            settings=settings,
            project="default",
            lifecycle="conformance",
            run_id="default/conformance/1",
            actor="conformance",
            key=digest_json("conformance"),
            work=Path(work),
        )
