"""The entry in the process that runs a step: ``python -m aileron.run.child request.json``.

It loads the step, fetches its inputs, calls it and stores what came out; whatever happens
ends as a `Result` beside the request. A traceback goes to the log only: the result carries
a sentence.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from aileron.core.documents import check_values
from aileron.core.errors import AileronError, Conflict, InvalidInput, StepFailed
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.core.steps import Component, Effect, Step, Wait
from aileron.graph.keys import code_digest
from aileron.run.bytecode import distrust_old_bytecode
from aileron.run.context import ComponentContext, LazyInputs, PlatformContext
from aileron.run.environment import STORE_ACCESS
from aileron.run.logs import last_lines
from aileron.run.request import Request
from aileron.run.result import Exit, Result
from aileron.run.tree import hide
from aileron.store import Store, open_store


def main(path: Path) -> int:
    """Execute the request at `path` and write its result; 0 if it succeeded."""
    started = time.monotonic()
    hide()  # the access to the store is in this memory, and the step may start what others wrote
    distrust_old_bytecode()
    request = Request.read(path)
    store = open_store(request.store)
    try:
        result = execute(request, store)
    except AileronError as error:
        traceback.print_exc()
        result = failure(error)
    except Exception as error:  # noqa: BLE001 - the edge of the process: told in the result
        result = failure(_crash(request, error))
    if result.state == "failed":
        result = result.model_copy(update={"partial": _partial(request, store)})
    result = result.model_copy(update={"seconds": time.monotonic() - started})
    result.write(request.result_path)
    return 0 if result.state == "succeeded" else 1


def execute(request: Request, store: Store) -> Result:
    """Do what `request` asks, in this process."""
    step = load_step(request)
    config = check_values(step.Config, dict(request.config))
    check_inputs(step, request)
    if request.action == "run":
        return _run_component(cast("Component[Any]", step), config, request, store)
    return _ask_platform(step, config, request, store)


def load_step(request: Request) -> Step:
    """A new instance of the class that the request names.

    Raises:
        Conflict: its code is not what the plan was made with.
    """
    module, _, name = request.target.partition(":")
    cls = getattr(importlib.import_module(module), name)
    if request.code is not None and code_digest(module) != request.code:
        raise Conflict("run.code_changed", step=request.step)
    return cast("Step", cls())


def check_inputs(step: Step, request: Request) -> None:
    """Refuse inputs that the step does not declare, and required ones that are missing."""
    for port in request.inputs:
        if port not in step.inputs:
            raise InvalidInput("run.input_undeclared", step=request.step, port=port)
    for port, wanted in step.inputs.items():
        given = request.inputs.get(port)
        if given is None and not wanted.optional and request.action != "undo":
            raise InvalidInput("run.input_missing", step=request.step, port=port)
        if given is not None and given.kind is not wanted.kind:
            raise InvalidInput(
                "run.input_kind",
                step=request.step,
                port=port,
                wanted=wanted.kind.value,
                found=given.kind.value,
            )


def checked_outputs(step: Step, produced: Mapping[str, Path]) -> dict[str, Path]:
    """`produced` if it is exactly what the step declares; a sentence otherwise."""
    for port in produced:
        if port not in step.outputs:
            raise StepFailed("run.output_undeclared", step=step.name, port=port)
    for port, declared in step.outputs.items():
        if port not in produced:
            if not declared.optional:
                raise StepFailed("run.output_missing", step=step.name, port=port)
        elif not produced[port].is_dir():
            raise StepFailed("run.output_not_a_directory", step=step.name, port=port)
    return {port: Path(folder) for port, folder in produced.items()}


def failure(error: AileronError) -> Result:
    """The result of a step that raised `error`."""
    return Result(state="failed", error=error.to_dict(), exit=Exit(reason="error"))


def _run_component(step: Component[Any], config: Any, request: Request, store: Store) -> Result:
    context = component_context(step, request)
    inputs = {
        port: store.fetch(reference, request.folder / "inputs" / port)
        for port, reference in request.inputs.items()
    }
    _seed_everything(request.seed)
    with _without(STORE_ACCESS):
        produced = checked_outputs(step, step.run(context, config, inputs))
    made = (request.folder / "outputs").resolve()  # what lies elsewhere may be somebody's
    outputs = {
        port: store.put(
            step.outputs[port].kind, folder, given=folder.resolve().is_relative_to(made)
        )
        for port, folder in produced.items()
    }
    return Result(state="succeeded", outputs=outputs)


def component_context(step: Step, request: Request) -> ComponentContext:
    """The context of a component, with its folders made."""
    outputs = request.folder / "outputs"
    outputs.mkdir(exist_ok=True)
    return ComponentContext(
        step=step.name,
        seed=request.seed,
        work=request.work,
        outputs=outputs,
        ports=frozenset(step.outputs),
        metrics=request.metrics_path,
        checkpoint=request.checkpoint or request.folder / "checkpoint",
    )


def _ask_platform(step: Step, config: Any, request: Request, store: Store) -> Result:
    if request.asker is None:
        raise InvalidInput("run.no_asker", step=request.step, action=request.action)
    context = PlatformContext(
        settings=Settings.load(), work=request.work, **request.asker.model_dump()
    )
    inputs = LazyInputs(store, request.inputs, request.folder / "inputs")
    if request.action == "ready":
        return _waited(cast("Wait[Any]", step), context, config, inputs, store)
    effect = cast("Effect[Any]", step)
    if request.action == "undo":
        effect.undo(context, config, request.record or {})
        return _done(request.record, observed=False)
    record = effect.observe(context, config, inputs)
    if record is not None or request.action == "observe":
        return _done(record, observed=record is not None)
    return _done(effect.apply(context, config, inputs), observed=False)


def _waited(
    step: Wait[Any], context: PlatformContext, config: Any, inputs: LazyInputs, store: Store
) -> Result:
    record = step.ready(context, config, inputs)
    if record is None:
        return _done(None, observed=True)
    context.work.mkdir(parents=True, exist_ok=True)
    delivered = step.deliver(context, config, inputs, record)
    outputs = {port: store.put(step.outputs[port].kind, path) for port, path in delivered.items()}
    return _done(record, observed=True).model_copy(update={"outputs": outputs})


def _done(record: Mapping[str, Any] | None, *, observed: bool) -> Result:
    return Result(state="succeeded", record=record, observed=observed)


def _crash(request: Request, error: Exception) -> StepFailed:
    """A sentence for an exception that the step did not mean to raise."""
    lines = last_lines(request.output_path)
    traceback.print_exc()
    return StepFailed(
        "run.step_crashed",
        step=request.step,
        exception=type(error).__name__,
        problem=str(error) or "-",
        last_lines="\n".join(lines) or "-",
    )


def _partial(request: Request, store: Store) -> dict[str, Reference]:
    """What a failed component left at its outputs, stored."""
    folders = request.folder / "outputs"
    if request.action != "run" or not folders.is_dir():
        return {}
    module, _, name = request.target.partition(":")
    declared = getattr(sys.modules.get(module), name, Step).outputs
    try:
        return {
            port: store.put(wanted.kind, folders / port)
            for port, wanted in declared.items()
            if (folders / port).is_dir() and any((folders / port).iterdir())
        }
    except AileronError as error:
        print(f"Partial outputs could not be kept: {error}", flush=True)
        return {}


def _seed_everything(seed: int) -> None:
    """Global random states, for libraries that do not take a seed; a fork inherits them else."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
