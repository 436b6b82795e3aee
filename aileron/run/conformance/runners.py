"""What every runner promises, checked with the probes of `aileron.run.probes`."""

# ruff: noqa: S101 - assertions are what a suite is made of

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aileron.cluster.placement import Placement
from aileron.core.errors import Refused
from aileron.core.ports import ArtifactKind
from aileron.core.settings import SILENT
from aileron.graph.keys import code_digest
from aileron.graph.pipeline import Limits
from aileron.run.request import Action, Asker, Request
from aileron.run.result import Result
from aileron.run.runner import Runner
from aileron.store import Store, open_store

SECRET: Final = "AILERON_LEDGER_URL"  # noqa: S105 - the name of a variable


@dataclass
class Bench:
    """A runner on test, and what its last step said."""

    runner: Runner
    folder: Path
    placement: Placement | None = None
    """For a runner whose requests say where they run."""
    root: str | None = None
    """Of the store; default: a folder in `folder`."""
    log: list[str] = field(default_factory=list)
    metrics: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return open_store(self._root)

    @property
    def _root(self) -> str:
        return self.root or str(self.folder / "store")

    def probe(self, behaviour: str, **config: Any) -> Result:
        """Run the component probe."""
        return self.run(self.request({"behaviour": behaviour, **config}))

    def run(self, request: Request, **options: Any) -> Result:
        self.log.clear()
        self.metrics.clear()
        return self.runner.run(
            request,
            on_log=self.log.append,
            on_metric=lambda *point: self.metrics.append(point),
            **options,
        )

    def request(
        self, config: Mapping[str, Any], action: Action = "run", probe: str = "Probe", **values: Any
    ) -> Request:
        return Request(
            action=action,
            step="probe.component",
            target=f"aileron.run.probes:{probe}",
            config=config,
            store=self._root,
            folder=self.folder / "work" / uuid.uuid4().hex,
            placement=self.placement,
            **values,
        )

    def report(self, result: Result) -> Any:
        assert result.state == "succeeded", result
        return self.store.read_json(result.outputs["report"], "report.json")


def check_runner(
    runner: Runner, folder: Path, placement: Placement | None = None, *, platform: bool = True
) -> None:
    """All checks of `RUNNER_CHECKS`, and those of `PLATFORM_CHECKS` or that it refuses them.

    Args:
        folder: what the runner starts must find it under the same path, and may write there.
        placement: where it runs, for a runner that asks.
        platform: whether it takes effects and waits.
    """
    checks = PLATFORM_CHECKS.values() if platform else (effects_and_waits_are_refused,)
    for check in (*RUNNER_CHECKS.values(), *checks):
        check(Bench(runner, folder, placement))


def inputs_become_outputs(bench: Bench) -> None:
    source = bench.store.put_json(ArtifactKind.SOURCE, "data.json", [1, 2])
    request = bench.request({"text": "hello"}, inputs={"source": source}, seed=5)
    result = bench.run(request)
    assert bench.report(result) == {"text": "hello", "seed": 5, "source": ["[1,2]"]}
    assert result.exit.reason == "completed"
    assert result.exit.exit_code == 0


def log_and_metrics_arrive_and_are_kept(bench: Bench) -> None:
    request = bench.request({})
    bench.run(request)
    assert bench.log == ["probe: copy"]
    assert bench.metrics == [("done", 0, 1.0)]
    line = request.log_path.read_text(encoding="utf-8").splitlines()[0]
    assert line.startswith("000001 "), line
    assert line.endswith("Z probe: copy"), line


def refusal_is_the_steps_own_error(bench: Bench) -> None:
    result = bench.probe("refuse", text="because")
    assert result.state == "failed"
    assert result.exit.reason == "error"
    assert result.error is not None
    assert result.error["kind"] == "InvalidInput"
    left = bench.store.read_bytes(result.partial["report"], "why.txt")
    assert left == b"because"


def crash_is_a_sentence_and_the_log_has_the_trace(bench: Bench) -> None:
    result = bench.probe("crash", text="boom")
    sentence = str(result.raised())
    assert "ZeroDivisionError: boom" in sentence
    assert "Traceback" not in sentence
    assert any("Traceback" in line for line in bench.log)


def sudden_exit_is_told(bench: Bench) -> None:
    result = bench.probe("exit", amount=3)
    assert (result.exit.reason, result.exit.exit_code) == ("crashed", 3)
    assert "code 3" in str(result.raised())


def killed_from_outside_is_told(bench: Bench) -> None:
    result = bench.probe("kill")
    assert (result.exit.reason, result.exit.signal) == ("killed", "SIGKILL")
    assert "SIGKILL" in str(result.raised())


def a_checkpoint_outlives_a_killed_try(bench: Bench) -> None:
    config = {"behaviour": "resume", "text": "epoch 3"}
    kept = bench.folder / f"checkpoint-{uuid.uuid4().hex}"
    assert bench.run(bench.request(config, checkpoint=kept)).exit.reason == "killed"
    report = bench.report(bench.run(bench.request(config, checkpoint=kept)))
    assert report["kept"] == "epoch 3"


def time_limit_ends_even_the_stubborn(bench: Bench) -> None:
    config = {"behaviour": "stubborn", "amount": 60}
    started = time.monotonic()
    result = bench.run(bench.request(config, limits=Limits(seconds=1.0)))
    assert result.exit.reason == "timeout"
    assert time.monotonic() - started < 40
    assert "1 s" in str(result.raised())


def memory_limit_says_limit_and_peak(bench: Bench) -> None:
    config = {"behaviour": "allocate", "amount": 900}
    result = bench.run(bench.request(config, limits=Limits(memory_mb=300)))
    assert result.exit.reason == "out_of_memory", result
    assert result.exit.limit_mb == 300
    assert result.exit.peak_memory_mb is not None
    assert result.exit.peak_memory_mb >= 250
    assert "300 MB" in str(result.raised())


def memory_below_the_limit_is_given(bench: Bench) -> None:
    config = {"behaviour": "allocate", "amount": 100}
    result = bench.run(bench.request(config, limits=Limits(memory_mb=400)))
    assert result.state == "succeeded", result
    assert result.exit.peak_memory_mb is not None
    assert 80 <= result.exit.peak_memory_mb < 400


def undeclared_and_missing_outputs_are_refused(bench: Bench) -> None:
    for behaviour in ("undeclared", "missing"):
        error = bench.probe(behaviour).raised()
        assert error is not None
        assert error.message_id == f"run.output_{behaviour}"


def bad_config_and_inputs_are_refused_in_words(bench: Bench) -> None:
    error = bench.run(bench.request({"behavior": "copy"})).raised()
    assert error is not None
    assert "did you mean behaviour?" in str(error)
    wrong = bench.store.put_json(ArtifactKind.MODEL, "model.json", {})
    error = bench.run(bench.request({}, inputs={"source": wrong})).raised()
    assert error is not None
    assert error.message_id == "run.input_kind"


def components_get_few_variables_and_no_credential(bench: Bench) -> None:
    os.environ[SECRET] = "postgresql://u:secret@h/d"
    try:
        request = bench.request({"behaviour": "environment"}, env={"MINE": "1"})
        seen = bench.report(bench.run(request))["environment"]
    finally:
        del os.environ[SECRET]
    assert SECRET not in seen
    assert seen["MINE"] == "1"
    assert SILENT.items() <= seen.items()


def nothing_that_a_step_started_outlives_it(bench: Bench) -> None:
    report = bench.report(bench.probe("spawn", amount=90))
    spawned = {(report["namespace"], pid) for pid in report["pids"]}
    deadline = time.monotonic() + 5
    while left := spawned & set(_processes()):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def _processes() -> Iterator[tuple[str, int]]:
    """Namespace of process ids, and id there, of all of this machine, containers included."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                status = (folder / "status").read_text(encoding="utf-8", errors="replace")
                ids = next(line for line in status.splitlines() if line.startswith("NSpid:"))
                yield str((folder / "ns" / "pid").readlink()), int(ids.split()[-1])


def cancelling_stops_it(bench: Bench) -> None:
    started = time.monotonic()
    request = bench.request({"behaviour": "sleep", "amount": 60})
    result = bench.run(request, cancelled=lambda: time.monotonic() > started + 0.7)
    assert result.exit.reason == "cancelled"
    assert time.monotonic() - started < 40


def libraries_with_threads_work_and_repeat(bench: Bench) -> None:
    results = [bench.probe("libraries") for _ in range(2)]
    reports = [bench.report(result) for result in results]
    assert reports[0] == reports[1]


def changed_code_is_not_run_under_the_old_plan(bench: Bench) -> None:
    digest = code_digest("aileron.run.probes")
    assert bench.run(bench.request({}, code=digest)).state == "succeeded"
    error = bench.run(bench.request({}, code="0" * 64)).raised()
    assert error is not None
    assert error.message_id == "run.code_changed"


def effects_are_applied_observed_and_undone(bench: Bench) -> None:
    note = bench.folder / f"note-{uuid.uuid4().hex}"
    platform = {"AILERON_WORKSPACE": str(bench.folder), "AILERON_HOME": str(bench.folder)}
    asker = Asker(project="p", lifecycle="l", run_id="r", actor="ann", key="k1")

    def ask(action: Action, probe: str = "LeaveNote", **values: Any) -> Result:
        request = bench.request({"path": str(note)}, action, probe, asker=asker, **values)
        result = bench.run(request, platform=platform)
        assert result.state == "succeeded", result
        return result

    assert ask("observe").record is None
    assert ask("ready", "AwaitNote").record is None
    applied = ask("apply")
    assert (applied.record, applied.observed) == ({"note": "k1"}, False)
    assert "left a note for ann" in bench.log
    assert ask("apply").observed
    assert ask("ready", "AwaitNote").record == {"note": "k1"}
    ask("undo", record=applied.record)
    assert not note.exists()


def requests_hold_no_secret(bench: Bench) -> None:
    platform = {"AILERON_HOME": str(bench.folder), "AILERON_WORKSPACE": str(bench.folder)}
    asker = Asker(project="p", lifecycle="l", run_id="r", actor="a", key="k")
    request = bench.request({"path": "/nowhere"}, "observe", "LeaveNote", asker=asker)
    bench.run(request, platform=platform | {SECRET: "postgresql://u:hush@h/d"})
    for path in request.folder.rglob("*"):
        assert not path.is_file() or "hush" not in path.read_text(encoding="utf-8"), path
    assert json.loads(request.path.read_text(encoding="utf-8"))["format_version"] == 1


def effects_and_waits_are_refused(bench: Bench) -> None:
    """By a runner in whose place nobody may have the platform's credentials."""
    asker = Asker(project="p", lifecycle="l", run_id="r", actor="a", key="k")
    request = bench.request({"path": "/nowhere"}, "observe", "LeaveNote", asker=asker)
    refused = False
    try:
        bench.run(request, platform={SECRET: "postgresql://u:hush@h/d"})
    except Refused:
        refused = True
    assert refused, "it took the platform's variables"
    assert not request.folder.exists()


RUNNER_CHECKS: Final[Mapping[str, Callable[[Bench], None]]] = {
    check.__name__: check
    for check in (
        inputs_become_outputs,
        log_and_metrics_arrive_and_are_kept,
        refusal_is_the_steps_own_error,
        crash_is_a_sentence_and_the_log_has_the_trace,
        sudden_exit_is_told,
        killed_from_outside_is_told,
        a_checkpoint_outlives_a_killed_try,
        time_limit_ends_even_the_stubborn,
        memory_limit_says_limit_and_peak,
        memory_below_the_limit_is_given,
        undeclared_and_missing_outputs_are_refused,
        bad_config_and_inputs_are_refused_in_words,
        components_get_few_variables_and_no_credential,
        nothing_that_a_step_started_outlives_it,
        cancelling_stops_it,
        libraries_with_threads_work_and_repeat,
        changed_code_is_not_run_under_the_old_plan,
    )
}
"""By name, for tests that report each on its own."""
PLATFORM_CHECKS: Final[Mapping[str, Callable[[Bench], None]]] = {
    check.__name__: check
    for check in (effects_are_applied_observed_and_undone, requests_hold_no_secret)
}
"""Of runners that take effects and waits."""
